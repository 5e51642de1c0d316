"""The controls of the Decode page: one slider per latent dimension, and ways to set them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed, latent_controls, session
from explorer.analysis.points import drawn_point
from explorer.latent_controls import SHOWN_FIRST, STEP, Axis

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

HOTTEST = 1.5
MOVED = " · then moved by hand"


def axes_of(run: Run) -> list[Axis]:
    """Return the axes of a model, the most active first; computed once for all visitors."""
    return _axes(run.content_hash, run)


def show_starts(run: Run, axes: Sequence[Axis]) -> None:
    """Show the ways to set every slider at once."""
    typical = computed.typical_item(run)
    with st.container(key="decode_starts", horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Random sample",
            icon=":material/casino:",
            type="primary",
            help="Draws a point where the model expects items to be (from the prior).",
            on_click=_draw,
            args=(run, axes),
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            help="Sets every slider to 0, the centre of the latent space.",
            on_click=_place,
            args=(run, axes, np.zeros(run.latent_dim, np.float32), "The centre: every slider at 0"),
        )
        st.number_input(
            "Start from item",
            0,
            len(run) - 1,
            step=1,
            key=session.kept_widget(_key(run, "item"), typical),
            persist_state="session",
            help=f"Puts the sliders where the model sees this item (0 to {len(run) - 1:,}).",
            on_change=_start_from_item,
            args=(run, axes),
        )
        st.slider(
            "Temperature",
            0.0,
            HOTTEST,
            step=0.1,
            key=session.kept_widget(_key(run, "temperature"), 1.0),
            persist_state="session",
            help="How far random samples stray from the centre: 0 not at all, 1 as the items do.",
        )


def show_sliders(run: Run, axes: Sequence[Axis]) -> NDArray[np.float32]:
    """Show a slider per dimension and return where they stand, (latent_dim,).

    The dimensions after the first few are folded away.
    """
    start = run.latents.mean[computed.typical_item(run)]
    z = np.zeros(run.latent_dim, dtype=np.float32)
    for axis in axes[:SHOWN_FIRST]:
        z[axis.dimension] = _slider(run, axis, start)
    if axes[SHOWN_FIRST:]:
        with st.expander(latent_controls.folded_title(len(axes) - SHOWN_FIRST)):
            for axis in axes[SHOWN_FIRST:]:
                z[axis.dimension] = _slider(run, axis, start)
    return z


def origin(run: Run) -> str:
    """Say what the sliders were last set to as a whole, and whether they were moved since."""
    start = _item_name(run, computed.typical_item(run))
    said: str = session.recall(_key(run, "origin"), start)
    return said


def _slider(run: Run, axis: Axis, start: NDArray[np.float32]) -> float:
    return st.slider(
        f"{axis.name} · {axis.usage_words}",
        axis.low,
        axis.high,
        step=STEP,
        format="%.2f",
        key=session.kept_widget(_key(run, axis.name), axis.clip(start[axis.dimension])),
        persist_state="session",
        help=axis.help,
        on_change=_moved,
        args=(run,),
    )


def _moved(run: Run) -> None:
    said = origin(run)
    if not said.endswith(MOVED):
        session.remember(_key(run, "origin"), said + MOVED)


def _draw(run: Run, axes: Sequence[Axis]) -> None:
    temperature = session.recall(_key(run, "temperature"), 1.0)
    seed = session.recall(_key(run, "draws"), 0) + 1
    session.remember(_key(run, "draws"), seed)
    z = drawn_point(run.latent_dim, temperature, seed)
    _place(run, axes, z, f"Random sample {seed} at temperature {temperature:.1f}")


def _start_from_item(run: Run, axes: Sequence[Axis]) -> None:
    index = session.recall(_key(run, "item"), 0)
    _place(run, axes, run.latents.mean[index], _item_name(run, index))


def _place(run: Run, axes: Sequence[Axis], z: NDArray[np.float32], origin: str) -> None:
    for axis in axes:
        session.set_kept(_key(run, axis.name), axis.clip(z[axis.dimension]))
    session.remember(_key(run, "origin"), origin)


def _item_name(run: Run, index: int) -> str:
    label = "" if run.labels is None else f" · {run.labels[index]}"
    return f"Item {index}{label}"


def _key(run: Run, name: str) -> str:
    return f"decode.{name}.{run.content_hash}"


@st.cache_resource(max_entries=16, show_spinner=False)
def _axes(content_hash: str, _run: Run) -> list[Axis]:
    order = _run.active_order().tolist()
    return latent_controls.axes(_run.latents.mean, _run.latents.log_variance, order)
