"""The parts of the Read page, and which of them is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import (
    computed,
    pin_arithmetic,
    read_dimensions,
    read_holes,
    read_map,
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
_CHOSEN = "read.part"


def names(run: Run) -> tuple[str, ...]:
    """Return the parts that say something of a run."""
    writes = (SENTENCES,) if run.modality == "sentences" else ()
    return (HOLES, DIMENSIONS, SPREAD, REBUILT, *writes, SUMS)


def warn(run: Run) -> None:
    """Warn of a model that has collapsed: little that any part says of it means much."""
    if run.summary.collapsed:
        st.warning(computed.COLLAPSED, icon=":material/warning:")


def choose(run: Run) -> str:
    """Show the names of the parts; return the one that is chosen."""
    offered = names(run)
    chosen = st.segmented_control(
        "Part",
        offered,
        key=session.kept_widget(_CHOSEN, HOLES, offered),
        required=True,
        on_change=_over_the_map,
        label_visibility="collapsed",
    )
    return chosen or HOLES


def _over_the_map() -> None:
    """Lay over the map what the chosen part is about."""
    layer = {HOLES: read_map.HOLES, SPREAD: read_map.SPREAD}.get(session.recall(_CHOSEN))
    if layer is not None:
        read_map.lay(layer)


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
