"""What a model can do so far, while it trains: rebuilt items, new draws, its latent space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import figures, page_parts

if TYPE_CHECKING:
    from vae_core.snapshot import Shown

HEIGHT, PICTURE_WIDTH = 240, 56
MOST_TEXTS = 4
# As the collapse gate has it: below this a text model ignores its latent space.
LEAST_INFORMATION = 2.0


def show(folder: Path) -> None:
    """Show the last look at the training that writes `folder`; before the first, that it comes."""
    from vae_core.snapshot import SNAPSHOT, read_snapshot

    snapshot = read_snapshot(folder / SNAPSHOT)
    if snapshot is None:
        st.caption("What the model makes of the data appears here in a few seconds.")
        return
    with st.container(key="train_snapshot", gap="small"):
        if isinstance(snapshot.originals, tuple):
            _light(snapshot.information)
        made, space = st.columns([1.15, 1], gap="medium")
        with made:
            _items("Held-out items", snapshot.originals)
            _items("Rebuilt", snapshot.reconstructions)
            _items("Drawn from the prior", snapshot.samples)
        with space:
            st.caption(
                "**Where held-out items lie**",
                help="The plane that shows most of the latent space, turned to lie as before.",
            )
            st.plotly_chart(
                figures.of_height(figures.cloud(snapshot.cloud, snapshot.labels), HEIGHT),
                key="train.cloud",
                height=HEIGHT,
                config=figures.PLAIN,
                alt="Held-out items in the plane that shows most of the latent space",
            )
            st.caption(
                "**Use of each dimension**, nats",
                help="The KL of each dimension, mean over held-out items. Near 0 it says nothing.",
            )
            st.plotly_chart(
                figures.of_height(figures.dimension_bars(snapshot.kl), HEIGHT // 2),
                key="train.kl_bars",
                height=HEIGHT // 2,
                config=figures.PLAIN,
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
