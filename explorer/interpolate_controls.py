"""The controls of the Interpolate page: the kind of path, its steps, its two ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import page_parts, session, wording
from explorer.analysis.decoding import decode
from explorer.analysis.points import point_of_text, telling_pair, unknown_words, unlike_pair
from explorer.canvas.path import CIRCLE, DRAWN, STRAIGHT
from explorer.pins import points
from explorer.share_parts import SharedPath

if TYPE_CHECKING:
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

FEWEST, MOST, USUAL = 3, 15, 9
MOST_CHARACTERS = 1000
KINDS = {STRAIGHT: "Straight line", CIRCLE: "Great circle", DRAWN: "Drawn by hand"}
ITEMS, TYPED, PINNED = "items", "typed", "pins"
PREVIEW_WIDTH, STEPS_WIDTH = 96, 150


@dataclass(frozen=True)
class PathSettings:
    """How to go: in how many steps, and along which of `KINDS`."""

    steps: int
    kind: str


@dataclass(frozen=True)
class End:
    """One end of the path: its latent point (latent_dim,) and what to call it."""

    point: NDArray[np.float32]
    name: str


def show_path_settings(run: Run) -> PathSettings:
    """Show the settings of the path, and in between a way to draw its ends."""
    with st.container(key="interpolate_kind", horizontal=True, gap="small"):
        kind = st.segmented_control(
            "Path",
            tuple(KINDS),
            key=session.kept_widget("interpolate.path", STRAIGHT),
            persist_state="session",
            required=True,
            format_func=KINDS.__getitem__,
            help="A straight line is the shortest; it passes closer to the centre, where items "
            "are blurred averages. A great circle goes around the centre and keeps its distance. "
            "Or draw a path on the map.",
        )
        st.button(
            "Random pair",
            icon=":material/casino:",
            help="Draws two items, of different labels where there are labels.",
            on_click=_draw,
            args=(run,),
        )
        steps = st.slider(
            "Steps",
            FEWEST,
            MOST,
            key=session.kept_widget("interpolate.steps", USUAL),
            persist_state="session",
            help="How many items the path shows, both ends included.",
            width=STEPS_WIDTH,
        )
    return PathSettings(steps, kind or STRAIGHT)


def drawing(run: Run, places: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Return the path that was last drawn on the map; a new one becomes the kind of path.

    `places`: what the map says now, nothing where it was mounted anew.
    """
    before: tuple[tuple[float, float], ...] = session.recall(_key(run, "drawn"), ())
    if not places or places == before:
        return before
    session.remember(_key(run, "drawn"), places)
    session.set_kept("interpolate.path", DRAWN)
    return places


def path_now(run: Run) -> SharedPath | None:
    """Return the path that is set, for a link; None before the page was opened."""
    drawn = session.recall(_key(run, "drawn"), ())
    items = _both_ends(run, "")
    if not drawn and items == (None, None):
        return None
    first, last = _both_ends(run, ".text")
    return SharedPath(
        session.recall("interpolate.path", STRAIGHT),
        session.recall("interpolate.steps", USUAL),
        drawn,
        session.recall("interpolate.ends", ITEMS),
        items,
        (first or "", last or ""),
        _both_ends(run, ".pin"),
    )


def open_path(run: Run, path: SharedPath) -> bool:
    """Set the path of a link; tell whether its ends are here."""
    if any(item is not None and item >= len(run) for item in path.items):
        return False
    session.set_kept("interpolate.path", path.kind)
    session.set_kept("interpolate.steps", min(MOST, max(FEWEST, path.steps)))
    session.set_kept("interpolate.ends", path.ends)
    session.remember(_key(run, "drawn"), path.drawn)
    chosen = {"": path.items, ".text": path.texts, ".pin": path.pins}
    for kind, ends in chosen.items():
        for side, value in zip(("Start", "End"), ends, strict=True):
            if value is not None:
                session.set_kept(_key(run, f"{side}{kind}"), value)
    return True


def _both_ends(run: Run, kind: str) -> tuple[Any, Any]:
    return (session.recall(_key(run, f"Start{kind}")), session.recall(_key(run, f"End{kind}")))


def show_ends(run: Run, pins: Sequence[Pin] = ()) -> tuple[End, End] | None:
    """Show how to choose the two ends; None while one is missing, which is then said.

    `pins`: what was kept on the map; two of them can be the ends.
    """
    ways = {ITEMS: "Choose items"}
    if run.modality != "images":
        ways[TYPED] = f"Type {run.modality}"
    pinned = points(run, pins)
    if len(pinned) > 1:
        ways[PINNED] = "Between pins"
    choice = ITEMS
    if len(ways) > 1:
        choice = (
            st.segmented_control(
                "Ends",
                tuple(ways),
                key=session.kept_widget("interpolate.ends", ITEMS, tuple(ways)),
                persist_state="session",
                required=True,
                label_visibility="collapsed",
                format_func=ways.__getitem__,
            )
            or ITEMS
        )
    if choice == PINNED:
        return _pinned_ends(run, pinned)
    return _typed_ends(run) if choice == TYPED else _chosen_ends(run)


def _pinned_ends(run: Run, pinned: dict[int, NDArray[np.float32]]) -> tuple[End, End]:
    numbers = tuple(pinned)
    with st.container(key="interpolate_ends", horizontal=True, gap="medium"):
        with st.container(gap="small"):
            start = _pin(run, "Start", pinned, numbers[0])
        with st.container(gap="small"):
            end = _pin(run, "End", pinned, numbers[-1])
    return start, end


def _pin(run: Run, side: str, pinned: dict[int, NDArray[np.float32]], default: int) -> End:
    numbers = tuple(pinned)
    number = st.selectbox(
        f"{side}: pin",
        numbers,
        key=session.kept_widget(_key(run, f"{side}.pin"), default, numbers),
        persist_state="session",
        format_func=lambda number: f"Pin {number}",
        help="The number of a pin on the map.",
    )
    page_parts.show_items(
        decode(run, pinned[number][None]), [f"pin {number}, decoded"], width=PREVIEW_WIDTH
    )
    return End(pinned[number], f"pin {number}")


def _chosen_ends(run: Run) -> tuple[End, End] | None:
    first, second = _first_pair(run.content_hash, run)
    with st.container(key="interpolate_ends", horizontal=True, gap="medium"):
        with st.container(gap="small"):
            start = _item(run, "Start", first)
        with st.container(gap="small"):
            end = _item(run, "End", second)
    return None if start is None or end is None else (start, end)


def _item(run: Run, side: str, default: int) -> End | None:
    index = st.number_input(
        f"{side}: item",
        0,
        len(run) - 1,
        value=None,  # so that an emptied field is empty, not item 0
        step=1,
        key=session.kept_widget(_key(run, side), default),
        persist_state="session",
        help=f"The number of an item, 0 to {len(run) - 1:,}.",
    )
    if index is None:
        st.info(f"Give the number of an item, 0 to {len(run) - 1:,}.")
        return None
    name = f"item {index}" if run.labels is None else f"item {index} · {run.labels[index]}"
    page_parts.show_items(run.items(np.array([index])), [name], width=PREVIEW_WIDTH)
    return End(run.latents.mean[index], name)


def _typed_ends(run: Run) -> tuple[End, End] | None:
    one = wording.ONE[run.modality]
    texts = [
        st.text_input(
            side,
            key=session.kept_widget(_key(run, f"{side}.text"), ""),
            persist_state="session",
            max_chars=MOST_CHARACTERS,
            placeholder=f"Type a {one}",
        ).strip()
        for side in ("Start", "End")
    ]
    if not all(texts):
        st.info(f"Type a {one} into both boxes to see the path between them.")
        return None
    from vae_core.runs import is_cut, longest_text

    unknown = list(dict.fromkeys(word for text in texts for word in unknown_words(run, text)))
    if unknown:
        st.warning(
            page_parts.literal(wording.unknown(unknown, run.modality)), icon=":material/help:"
        )
    if any(is_cut(run.model, text) for text in texts):
        st.caption(f"The model reads only the first {longest_text(run.model)} words of a text.")
    start, end = (End(point_of_text(run, text), text) for text in texts)
    return start, end


def _draw(run: Run) -> None:
    seed = session.recall(_key(run, "draws"), 0) + 1
    session.remember(_key(run, "draws"), seed)
    for side, index in zip(("Start", "End"), unlike_pair(run.labels, len(run), seed), strict=True):
        session.set_kept(_key(run, side), index)
    session.set_kept("interpolate.ends", ITEMS)
    if session.recall("interpolate.path") == DRAWN:
        session.set_kept("interpolate.path", STRAIGHT)


@st.cache_resource(max_entries=16, show_spinner=False)
def _first_pair(content_hash: str, _run: Run) -> tuple[int, int]:
    return telling_pair(_run.labels, _run.latents.mean)


def _key(run: Run, name: str) -> str:
    return f"interpolate.{name}.{run.content_hash}"
