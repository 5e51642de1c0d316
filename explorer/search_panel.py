"""Search beside the filters: words, patterns, meaning, nearness, duplicates and outliers.

What is looked for belongs to a visitor and a model; what is found is masked on the map like what
passes the filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import check_job, computed, filters, finding, page_parts, pins, session
from explorer.analysis import search
from explorer.canvas.state import LONGEST_QUERY, MapState
from explorer.finding import COUNTED, LISTS, MEANING, MOST_COUNT, NAMES, NEAR, Found, Wish

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

REFRESH_SECONDS = 0.5
PANEL_WIDTH = 380
_KIND, _QUERY, _COUNT, _ITEM = "search.kind", "search.query", "search.count", "search.item"
_PLACEHOLDERS = {
    search.WORDS: "one word, or several",
    search.PHRASE: "words in this very order",
    search.PREFIX: "how words begin",
    search.REGEX: r"^the \w+ of",
    MEANING: "something like this",
}


def beside_filters(run: Run, state: MapState) -> tuple[NDArray[np.bool_] | None, Found]:
    """Show filters and search in one bar; return the items that pass both, and what was found.

    What was typed on the map itself counts, too.
    """
    held: list[Found] = []

    def beside() -> str | None:
        held.append(show(run, state))
        return _said(held[-1])

    passing = filters.show(run, beside)
    [found] = held
    typed = find_typed(run, state.query)
    for mask in (found.mask, typed):
        if mask is not None:
            passing = mask if passing is None else passing & mask
    return passing, found


def passing_now(run: Run, query: str) -> NDArray[np.bool_] | None:
    """Return what `beside_filters` does, showing nothing; None where nothing is left out.

    What is only now being read for the first search leaves nothing out.
    """
    masks = [filters.now(run)]
    try:
        masks.append(finding.find(run, now(run)).mask)
        if query.strip():
            masks.append(computed.found(run, query).mask)
    except (computed.NotReadError, finding.NotComputedError):
        pass
    told = [mask for mask in masks if mask is not None]
    return np.logical_and.reduce(told) if told else None


def find_typed(run: Run, query: str) -> NDArray[np.bool_] | None:
    """Return the items that hold the words typed on the map; None where nothing was typed."""
    if not query.strip():
        return None
    try:
        return computed.found(run, query).mask
    except computed.NotReadError:
        _reading(run)
        return None


def show(run: Run, state: MapState) -> Found:
    """Show the search of a run, for the visitor to change; return what it finds.

    Call it inside of the fragment that shows the items, within the bar of the filters.
    """
    wish = now(run)
    found, waits = Found(), None
    try:
        found = finding.find(run, wish)
    except (computed.NotReadError, finding.NotComputedError) as error:
        waits = error
    name = "Search" if wish.is_empty else f"Search: {_short(wish)}"
    with (
        st.popover(
            page_parts.literal(name),
            icon=":material/search:",
            type="secondary" if wish.is_empty else "primary",
        ),
        st.container(width=PANEL_WIDTH),
    ):
        _panel(run, wish, state, found, waits)
    return found


def _said(found: Found) -> str | None:
    """Why nothing was found."""
    nothing = found.mask is not None and not found.mask.any()
    return found.problem or (found.note if nothing else None)


def now(run: Run) -> Wish:
    """Return what is looked for in a run."""
    wish: Wish = session.recall(_key(run)) or Wish()
    return wish if wish.kind in finding.kinds(run) else Wish()


def wish_for(run: Run, wish: Wish) -> None:
    """Look for something else: from a callback."""
    session.remember(_key(run), wish)


def _panel(run: Run, wish: Wish, state: MapState, found: Found, waits: Exception | None) -> None:
    kinds = finding.kinds(run)
    st.selectbox(
        "Find",
        kinds,
        key=session.synced_widget(_KIND, wish.kind),
        format_func=NAMES.__getitem__,
        on_change=_change_kind,
        args=(run,),
    )
    st.caption(page_parts.literal(finding.meaning_of(run, wish.kind)))
    if wish.kind == NEAR:
        _targets(run, wish, state)
    elif wish.kind not in LISTS:
        st.text_input(
            "Search for",
            key=session.synced_widget(_QUERY, wish.query),
            max_chars=LONGEST_QUERY,
            placeholder=_PLACEHOLDERS[wish.kind],
            label_visibility="collapsed",
            on_change=lambda: wish_for(run, _with(run, query=str(session.recall(_QUERY, "")))),
        )
    if wish.kind in COUNTED:
        st.number_input(
            "How many items",
            1,
            MOST_COUNT,
            step=10,
            key=session.synced_widget(_COUNT, wish.count),
            on_change=lambda: wish_for(run, _with(run, count=int(session.recall(_COUNT)))),
        )
    if isinstance(waits, finding.NotComputedError):
        check_job.show(run)
    elif isinstance(waits, computed.NotReadError):
        _reading(run)
    else:
        _result(run, found)
    st.button(
        "Clear",
        key="search.clear",
        icon=":material/close:",
        disabled=wish.is_empty,
        on_click=wish_for,
        args=(run, Wish()),
    )


def _result(run: Run, found: Found) -> None:
    if found.problem is not None:
        page_parts.problem(found.problem)
    elif found.mask is not None:
        if found.mask.any():
            before = " (before filters)" if filters.now(run) is not None else ""
            st.markdown(f"**{int(found.mask.sum()):,} of {len(run):,} items**{before}")
        if found.note:
            st.caption(page_parts.literal(found.note))


def _reading(run: Run) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        share = computed.reading(run)
        if share is None:
            st.rerun()
        st.progress(share or 0.0, "Reading what is written of the items, for the first search.")

    progress()


def _targets(run: Run, wish: Wish, state: MapState) -> None:
    """What the nearest items of can be found: an item, pins, the middle of what is selected."""
    st.number_input(
        "Item",
        0,
        len(run) - 1,
        key=session.synced_widget(_ITEM, wish.item),
        placeholder="Its number",
        on_change=lambda: wish_for(run, near_item(session.recall(_ITEM), now(run).count)),
    )
    with st.container(horizontal=True, gap="small"):
        for number, z in pins.points(run, pins.kept(run)).items():
            _target(run, f"Pin {number}", wish, z)
        if len(state.selection):
            _target(run, "The selection", wish, mean_of(run, state.selection))
    if wish.point is not None:
        st.caption(f"Nearest to: {page_parts.literal(wish.query)}.")


def _target(run: Run, name: str, wish: Wish, z: NDArray[np.float32]) -> None:
    st.button(
        name,
        key=f"search.near.{name}",
        on_click=wish_for,
        args=(run, Wish(NEAR, name, wish.count, tuple(z.tolist()))),
    )


def near_item(item: int | None, count: int = finding.USUAL_COUNT) -> Wish:
    """Return the wish for what lies nearest to an item."""
    return Wish(NEAR, "" if item is None else f"item {item}", count, item=item)


def mean_of(run: Run, items: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the mean of the latent points of some items, (latent_dim,)."""
    mean = run.latents.mean[np.asarray(items)].mean(axis=0, dtype=np.float64)
    return np.asarray(mean, np.float32)


def _change_kind(run: Run) -> None:
    wish_for(run, _with(run, kind=str(session.recall(_KIND)), point=None, item=None))


def _with(run: Run, **changes: object) -> Wish:
    from dataclasses import replace

    return replace(now(run), **changes)  # type: ignore[arg-type]


def _short(wish: Wish) -> str:
    said = NAMES[wish.kind].split(": ")[-1] if wish.kind in LISTS else wish.query
    said = " ".join(said.split())
    return said if len(said) <= 18 else f"{said[:17]}…"


def _key(run: Run) -> str:
    return f"search.{run.content_hash}"
