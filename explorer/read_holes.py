"""Holes: how much of what the prior draws falls where no item is, and the reverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import computed_reading, page_parts, reading_words, wording
from explorer.analysis.aggregate import FEWEST_ITEMS, LEVEL, Holes
from explorer.analysis.decoding import decode
from explorer.read_wait import ready

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

SHOWN = 6
PICTURE_WIDTH = 56
_PRIORS = {
    "normal": "a standard normal",
    "mixture": "a mixture of normals that it learned",
    "vamp": "a mixture of the posteriors of items that it learned (VampPrior)",
}


def show(run: Run) -> None:
    """Show where prior and items do not agree, in numbers and in samples."""
    st.caption(
        "New samples are drawn from the **prior**, "
        f"{_PRIORS[run.model.config.prior]}. Where the prior draws but no item lies, the decoder "
        "was never trained: a **hole**."
    )
    if len(run) < FEWEST_ITEMS:
        st.info(f"{len(run)} items are too few to say where none is; {FEWEST_ITEMS} are needed.")
        return
    found = ready(
        lambda: computed_reading.holes(run),
        lambda: computed_reading.share(run, computed_reading.HOLES),
        "Looking for holes.",
    )
    if found is None:
        return
    st.markdown(f"**{reading_words.holes(found)}**")
    st.caption(_definition(found))
    _numbers(found)
    _samples(run, found)


def _definition(found: Holes) -> str:
    of = "all" if found.items == found.of else f"{found.items:,} of {found.of:,}"
    return (
        f"A place counts as empty where {of} items together are less dense than at "
        f"{1 - LEVEL:.0%} of their own places, each item left out at its own. "
        f"{len(found.points):,} draws of the prior, seed 0."
    )


def _numbers(found: Holes) -> None:
    capped = reading_words.is_capped(found)
    rows = {
        "Falls into holes": (
            reading_words.percent(found.mass),
            "Share of the prior's draws where no item is.",
        ),
        "Beyond the prior": (
            reading_words.percent(found.outside),
            f"Share of the items' places where the prior is less dense than at {1 - LEVEL:.0%} of "
            f"its own draws; {LEVEL:.0%} would be if both were the same.",
        ),
        "All items against the prior": (
            reading_words.kl(found),
            "KL(q(z) ‖ p(z)): how far all items together differ from the prior; 0 is the same."
            + (
                f" Only bounds are known: {found.items:,} items can show at most "
                f"ln {found.items:,} = {found.cap:.1f} nats of information each."
                if capped
                else ""
            ),
        ),
        "Information": (
            f"{found.information:.2f} nats" + (" (its cap)" if capped else ""),
            "I(x; z): how well an item is told from the others by its place; at most "
            f"{found.cap:.2f} here.",
        ),
    }
    st.table(
        {
            "Measure": list(rows),
            "Here": [value for value, _ in rows.values()],
            "What it says": [meaning for _, meaning in rows.values()],
        },
        border="horizontal",
        hide_index=True,
    )


def _samples(run: Run, found: Holes) -> None:
    """What the model makes of places in holes, and of places among items."""
    for title, chosen in (
        ("Decoded from holes", found.empty),
        ("Decoded among items", ~found.empty),
    ):
        rows = np.flatnonzero(chosen)[:SHOWN]
        if not len(rows):
            continue
        st.markdown(f"**{title}**")
        if run.modality == "documents":
            st.caption(wording.TOP_WORDS)
        page_parts.show_items(decode(run, found.points[rows]), width=PICTURE_WIDTH)
