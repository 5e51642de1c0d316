"""Sums of pins on the Map page: a − b + c, decoded, and the items that lie nearest to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import page_parts, session
from explorer.nearby import NEARBY
from explorer.pins import points

if TYPE_CHECKING:
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

NEEDED = 3
NEAREST = 4
RESULT_WIDTH, NEAR_WIDTH = 96, 48
TERMS = ("From", "take away", "add")


def show(run: Run, pins: tuple[Pin, ...]) -> None:
    """Show a − b + c of three pins to choose, from three pins on; before, what is missing."""
    placed = points(run, pins)
    if not placed:
        return
    with st.container(key="pin_arithmetic", gap="small"):
        st.markdown("**Reckon with pins**")
        if len(placed) < NEEDED:
            missing = NEEDED - len(placed)
            more = "one more" if missing == 1 else "two more"
            st.caption(
                f"Drop {more} to reckon with them: what sets one pin apart from another, "
                "added to a third."
            )
        else:
            _sum(run, placed)


def _sum(run: Run, placed: dict[int, NDArray[np.float32]]) -> None:
    numbers = tuple(placed)
    chosen = []
    with st.container(horizontal=True, gap="xsmall", key="pin_terms"):
        for term, default in zip(TERMS, numbers, strict=False):
            chosen.append(
                st.selectbox(
                    term,
                    numbers,
                    key=session.kept_widget(f"pins.{term}.{run.content_hash}", default, numbers),
                    persist_state="session",
                    format_func=lambda number: f"Pin {number}",
                    width=86,
                )
            )
    z = added(*(placed[number] for number in chosen))
    a, b, c = chosen
    shown = page_parts.decoded(run, z)
    items = shown[None] if isinstance(shown, np.ndarray) else [shown]
    page_parts.show_items(items, [f"Pin {a} − pin {b} + pin {c}, decoded"], width=RESULT_WIDTH)
    near = NEARBY.nearest(run, z, NEAREST).items
    st.caption("Nearest items" + (", decoded" if run.items_are_decoded else ""))
    page_parts.show_items(
        run.items(near),
        [page_parts.item_name(run, index) for index in near.tolist()],
        width=NEAR_WIDTH,
    )


def added(
    a: NDArray[np.float32], b: NDArray[np.float32], c: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the latent point (latent_dim,) a − b + c."""
    import torch

    from vae_core.latent import analogy

    point: NDArray[np.float32] = analogy(*map(torch.from_numpy, (a, b, c))).numpy()
    return point
