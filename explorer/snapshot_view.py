"""What a model can do so far, while it trains: rebuilt items, new draws, its latent space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import catalogue, figures_live, page_parts
from explorer.content import key_of

if TYPE_CHECKING:
    from vae_core.checkpoint import Run
    from vae_core.snapshot import Shown, Snapshot

HEIGHT, PICTURE_WIDTH = 240, 56
MOST_TEXTS = 4
# As the collapse gate has it: below this a text model ignores its latent space.
LEAST_INFORMATION = 2.0


def show(folder: Path) -> None:
    """Show the last look at the training that writes `folder`; before the first, that it comes."""
    snapshot = _last_look(folder)
    if snapshot is None:
        st.caption("What the model makes of the data appears here in a few seconds.")
    else:
        _show(snapshot)


def show_ended(folder: Path, *, finished: bool) -> None:
    """Show what the model of a `finished` training makes of the data, or made of it last.

    Where it ended before there was anything to see, nothing is shown.
    """
    snapshot = _of_run(folder) if finished else _last_look(folder)
    if snapshot is None:
        return
    title = "What the model makes of the data" if finished else "What the model made of it last"
    with st.expander(title, expanded=True, icon=":material/visibility:"):
        _show(snapshot)


def _last_look(folder: Path) -> Snapshot | None:
    from vae_core.snapshot import SNAPSHOT, read_snapshot

    return read_snapshot(folder / SNAPSHOT)


def _of_run(folder: Path) -> Snapshot | None:
    """The look at a finished run; None where it cannot be opened, which its own pages say."""
    from vae_core.checkpoint import RunError

    try:
        run = catalogue.open_run(catalogue.run_id(folder))
    except (catalogue.UnknownModelError, RunError):
        return None
    return _looked(key_of(run), run)


@st.cache_resource(max_entries=16, show_spinner="Looking at what the model makes of the data…")
def _looked(key: str, _run: Run) -> Snapshot:
    from vae_core.snapshot import look_at

    return look_at(_run)


def _show(snapshot: Snapshot) -> None:
    with st.container(key="train_snapshot", gap="small"):
        if isinstance(snapshot.originals, tuple):
            _light(snapshot.information)
        made, space = st.columns([1.15, 1], gap="medium")
        with made:
            _items("Held-out items", snapshot.originals)
            _items("Rebuilt", snapshot.reconstructions)
            _items("Drawn from the prior", snapshot.samples)
        with space, st.container(horizontal=True, gap="medium"):
            with st.container(width=HEIGHT, gap="xsmall"):
                st.caption(
                    "**Where held-out items lie**",
                    help="The plane that shows most of the latent space, turned to lie as before.",
                )
                st.echarts_chart(
                    figures_live.cloud(snapshot.cloud, snapshot.labels),
                    key="train.cloud",
                    width=HEIGHT,  # square: both ways have one scale
                    height=HEIGHT,
                    alt="Held-out items in the plane that shows most of the latent space",
                )
            with st.container(key="train_dimensions", width="stretch", gap="xsmall"):
                st.caption(
                    "**Use of each dimension**, nats",
                    help="The KL of each dimension, mean over held-out items. Near 0 it says "
                    "nothing.",
                )
                st.echarts_chart(
                    figures_live.dimension_bars(snapshot.kl),
                    key="train.kl_bars",
                    height=HEIGHT,
                    alt="KL of each dimension",
                )


def _light(information: float) -> None:
    nats = f"{max(information, 0.0):.1f} nats"  # an estimate may fall below 0
    if information >= LEAST_INFORMATION:
        st.success(
            f"The latent numbers tell {nats} about a text: they are in use.",
            icon=":material/lightbulb:",
        )
    else:
        st.warning(
            f"The latent numbers tell {nats} about a text so far; below {LEAST_INFORMATION:.0f} "
            "the model ignores them. Most trainings get over this in their first epochs; where it "
            "stays, raise the free bits or the word dropout.",
            icon=":material/light_off:",
        )


def _items(title: str, items: Shown) -> None:
    st.caption(f"**{title}**")
    if isinstance(items, np.ndarray):
        page_parts.show_items(items, width=PICTURE_WIDTH)
    else:
        page_parts.show_items(items[:MOST_TEXTS])
