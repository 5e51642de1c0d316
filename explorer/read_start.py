"""What the Read page begins from: the item looked at, a typed text, a pin, or the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed, page_parts, session, wording
from explorer.analysis.points import point_of_text, unknown_words
from explorer.pins import points

if TYPE_CHECKING:
    from explorer.canvas.state import MapState, Pin
    from vae_core.checkpoint import Run

MOST_CHARACTERS = 1000
ITEM, MIDDLE, TYPED = "item", "middle", "typed"
_FIELD = "read.item"


@dataclass(frozen=True)
class Start:
    """A latent point (latent_dim,) and what to call it."""

    z: NDArray[np.float32]
    name: str


def item(run: Run, state: MapState) -> int:
    """Return the item looked at: what was clicked on the map or chosen last."""
    before = session.recall(_key(run, "picked"))
    if state.picked is not None and state.picked != before:
        session.remember(_key(run, "picked"), state.picked)
        session.remember(_key(run, "item"), state.picked)
    found = session.recall(_key(run, "item"))
    return computed.typical_item(run) if found is None else min(int(found), len(run) - 1)


def show_item(run: Run, chosen: int) -> None:
    """Show which item is looked at, and how to choose another."""
    with st.container(key="read_item", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.number_input(
            "Item",
            0,
            len(run) - 1,
            step=1,
            key=session.synced_widget(_FIELD, chosen),
            on_change=lambda: look_at(run, session.recall(_FIELD)),
            help="Click a point on the map, or give its number.",
            width=150,
        )
        st.button(
            "Random",
            icon=":material/casino:",
            key="read.random",
            on_click=_draw,
            args=(run,),
            help="Draws an item.",
        )
        if run.labels is not None:
            st.caption(f"Label: {page_parts.literal(str(run.labels[chosen]))}")


def look_at(run: Run, index: int | None) -> None:
    """Look at an item from now on: from a callback."""
    if index is not None:
        session.remember(_key(run, "item"), int(index))


def choose(
    run: Run, part: str, chosen: int, held: Sequence[Pin], *, middle: bool = False
) -> Start | None:
    """Show how to choose what `part` begins from; None while a text is missing, which is said."""
    pinned = points(run, held)
    ways = {ITEM: f"Item {chosen}"}
    if middle:
        ways = {MIDDLE: "The middle", **ways}
    elif run.modality != "images":
        ways[TYPED] = "Type"
    ways |= {f"pin {number}": f"Pin {number}" for number in pinned}
    key = session.kept_widget(f"read.{part}.start", next(iter(ways)), tuple(ways))
    way = st.segmented_control(
        "From",
        tuple(ways),
        key=key,
        format_func=lambda name: ways.get(name, name),
        required=True,
        help="Where it begins: the item looked at, the mean of all items, or a pin of the map."
        if middle
        else "What is decoded: the item looked at, a text of your own, or a pin of the map.",
    )
    if way == MIDDLE:
        return Start(run.latents.mean.mean(axis=0, dtype=np.float64).astype(np.float32), "middle")
    if way == TYPED:
        return _typed(run, part)
    if way is not None and way.startswith("pin "):
        return Start(pinned[int(way.removeprefix("pin "))], way)
    return Start(run.latents.mean[chosen], f"item {chosen}")


def _typed(run: Run, part: str) -> Start | None:
    one = wording.ONE[run.modality]
    text = st.text_input(
        f"Your {one}",
        key=session.kept_widget(f"read.{part}.text", ""),
        max_chars=MOST_CHARACTERS,
        placeholder=f"Type a {one}",
    ).strip()
    if not text:
        st.info(f"Type a {one} to see what the model makes of it.")
        return None
    unknown = unknown_words(run, text)
    if unknown:
        words = wording.unknown(unknown, run.modality)
        st.warning(page_parts.literal(words), icon=":material/help:")
    return Start(point_of_text(run, text), "your text")


def _draw(run: Run) -> None:
    seed = session.recall(_key(run, "draws"), 0) + 1
    session.remember(_key(run, "draws"), seed)
    look_at(run, int(np.random.default_rng(seed).integers(len(run))))


def _key(run: Run, name: str) -> str:
    return f"read.{name}.{run.content_hash}"
