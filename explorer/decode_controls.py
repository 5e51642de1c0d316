"""The Decode page's mixing desk: what it is to know of a model, and where its sliders stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed, latent_controls, page_parts, session, wording
from explorer.canvas.desk import Desk, DeskState, mixing_desk
from explorer.latent_controls import SHOWN_FIRST, Axis

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

_PARTS = 40


def show(run: Run, model_id: str) -> DeskState:
    """Mount the desk and return where it stands; that is kept while one looks at other pages."""
    key = f"decode.desk.{run.content_hash}"
    kept: DeskState | None = session.recall(f"{key}.kept")
    state = mixing_desk(_desk(run, model_id), kept or _first(run), key=key)
    session.remember(f"{key}.kept", state)
    return state


def axes_of(run: Run) -> list[Axis]:
    """Return the axes of a model, the most active first; computed once for all visitors."""
    return _axes(run.content_hash, run)


def _desk(run: Run, model_id: str) -> Desk:
    def start(index: int) -> tuple[NDArray[np.float32], str]:
        return run.latents.mean[index], page_parts.item_name(run, index)

    return Desk(
        model=model_id,
        modality=run.modality,
        noun=run.modality,
        live=session.live_address(),
        axes=axes_of(run),
        spreads=_spreads(run.content_hash, run),
        shown=SHOWN_FIRST,
        items=len(run),
        start=start,
        decode=lambda z: page_parts.decoded(run, z),
        note=wording.TOP_WORDS if run.modality == "documents" else "",
    )


def _first(run: Run) -> DeskState:
    typical = computed.typical_item(run)
    return DeskState(run.latents.mean[typical], page_parts.item_name(run, typical))


@st.cache_resource(max_entries=16, show_spinner=False)
def _axes(content_hash: str, _run: Run) -> list[Axis]:
    order = _run.active_order().tolist()
    return latent_controls.axes(_run.latents.mean, _run.latents.log_variance, order)


@st.cache_resource(max_entries=16, show_spinner=False)
def _spreads(content_hash: str, _run: Run) -> list[NDArray[np.intp]]:
    mean = _run.latents.mean
    return [
        np.histogram(mean[:, axis.dimension], _PARTS, (axis.low, axis.high))[0]
        for axis in axes_of(_run)
    ]
