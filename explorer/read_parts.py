"""The parts of the Read page, and which of them is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import (
    pin_arithmetic,
    read_dimensions,
    read_holes,
    read_rebuilt,
    read_sentences,
    read_spread,
    session,
)
from explorer.pins import points

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

HOLES, DIMENSIONS, SPREAD, REBUILT = "Holes", "Dimensions", "Spread", "Rebuilt"
SENTENCES, SUMS = "Sentences", "Sums of pins"


def names(run: Run) -> tuple[str, ...]:
    """Return the parts that say something of a run."""
    writes = (SENTENCES,) if run.modality == "sentences" else ()
    return (HOLES, DIMENSIONS, SPREAD, REBUILT, *writes, SUMS)


def choose(run: Run) -> str:
    """Show the names of the parts; return the one that is chosen."""
    offered = names(run)
    chosen = st.segmented_control(
        "Part",
        offered,
        key=session.kept_widget("read.part", HOLES, offered),
        required=True,
        label_visibility="collapsed",
    )
    return chosen or HOLES


def show(run: Run, part: str, projection: Projection, item: int, held: tuple[Pin, ...]) -> None:
    """Show one part."""
    if part == DIMENSIONS:
        read_dimensions.show(run, item, held)
    elif part == SPREAD:
        read_spread.show(run, projection, item)
    elif part == REBUILT:
        read_rebuilt.show(run, item)
    elif part == SENTENCES:
        read_sentences.show(run, item, held)
    elif part == SUMS:
        _sums(run, held)
    else:
        read_holes.show(run)


def _sums(run: Run, held: tuple[Pin, ...]) -> None:
    st.caption(
        "What sets one place apart from another, added to a third: 1 − 2 + 3, decoded, with the "
        "items that lie nearest to it."
    )
    if not points(run, held):
        st.info(
            "Drop three pins on the map: drag to a place and press “Pin” on the card beside it, "
            "or Enter."
        )
    pin_arithmetic.show(run, held)
