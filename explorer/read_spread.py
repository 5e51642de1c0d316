"""Spread: how sure the model is where an item lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed_reading, page_parts
from explorer.analysis import spread

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from vae_core.checkpoint import Run

SHOWN = 4
PICTURE_WIDTH = 84


def show(run: Run, projection: Projection, item: int) -> None:
    """Show the spread of the item looked at beside that of the others."""
    st.caption(
        "The model does not give an item a point but a small cloud, its **posterior** "
        "q(z|x). **σ** is how wide that is; 1 is as wide as a standard normal prior, "
        "which says nothing of the item."
    )
    if not spread.can_draw(projection):
        st.info(
            "On this view the clouds cannot be drawn as ellipses: it bends the space. Choose PCA "
            "under View."
        )
    typical, used = computed_reading.typical_sigma(run)
    if not used:
        st.info("No dimension is used: every cloud is as wide as the prior.")
        return
    facts = {
        f"Item {item}, mean σ": f"{typical[item]:.3f}",
        "All items, median": f"{np.median(typical):.3f}",
        "Surer than": f"{float((typical > typical[item]).mean()):.0%} of the items",
    }
    if spread.can_draw(projection):
        xx, xy, yy = spread.covariances(run.latents.log_variance[item : item + 1], projection)[0]
        both = f"{np.sqrt(xx):.3f}"
        if run.latent_dim > 1:
            both += f" across, {np.sqrt(yy):.3f} up" + _slant(xx, xy, yy)
        facts["σ on the map"] = both
    page_parts.show_facts(facts, key="read_facts")
    st.caption(
        "Means over the dimensions that are used"
        + (f", {used} of {run.latent_dim}." if used < run.latent_dim else ": all of them.")
    )
    order = np.argsort(typical, kind="stable")
    _row(run, "The model is surest of", order[:SHOWN], typical)
    _row(run, "And least sure of", order[::-1][:SHOWN], typical)


def _slant(xx: float, xy: float, yy: float) -> str:
    correlation = xy / np.sqrt(xx * yy) if xx * yy > 0 else 0.0
    return f", correlation {correlation:+.2f}" if abs(correlation) >= 0.01 else ""


def _row(run: Run, title: str, items: NDArray[np.int64], typical: NDArray[np.float32]) -> None:
    st.markdown(f"**{title}**")
    names = [f"{page_parts.item_name(run, at)} · σ {typical[at]:.2f}" for at in items.tolist()]
    page_parts.show_items(run.items(items), names, width=PICTURE_WIDTH)
