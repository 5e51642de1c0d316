"""Items of a map to take away as a table: which, in which form, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import items_out, page_parts, pins, search_panel, session, wording
from explorer.canvas.mount import current
from explorer.items_out import MOST_BYTES, MOST_DECODED, NAMES, Table

if TYPE_CHECKING:
    from explorer.side_work import Work
    from vae_core.checkpoint import Run

REFRESH_SECONDS = 0.5
SELECTED, FOUND, ALL = "Selected", "Found", "All"
MEANING = {
    SELECTED: "What is selected on the map, as far as filters and search let it through.",
    FOUND: "What passes the filters and the search.",
    ALL: "Every item of the model.",
}


def show(run: Run, key: str, view: str | None) -> None:
    """Let a table be chosen, written and downloaded; `key`: of the map beside it."""
    which, items = choose(run, key)
    form = st.segmented_control(
        "Format",
        list(NAMES),
        key=session.kept_widget("share.format", "csv", list(NAMES)),
        required=True,
        format_func=NAMES.__getitem__,
    )
    st.caption(
        f"{MEANING[which]} A row has the item's number, "
        f"{'' if run.modality == 'images' else 'text, '}label, columns, μ and σ, its place on this "
        "map, its cluster in every kept clustering, and whether it is pinned."
    )
    table = Table(items, form or "csv", view, _decoded(run, items), pinned_items(run))
    _table(run, table)


def choose(run: Run, key: str) -> tuple[str, NDArray[np.int64] | None]:
    """Let be chosen which items are taken; return their name in `MEANING` and them, None: all."""
    ways = choices(run, key)
    default = next(iter(ways))
    which = st.segmented_control(
        "Which items",
        list(ways),
        key=session.kept_widget("share.which", default, list(ways)),
        required=True,
        format_func=lambda name: f"{name} ({_count(run, ways[name]):,})",
    )
    return which or default, ways[which or default]


def choices(run: Run, key: str) -> dict[str, NDArray[np.int64] | None]:
    """Return which items can be taken, the narrowest first; None stands for all."""
    state = current(key, len(run))
    passing = search_panel.passing_now(run, state.query)
    selected = state.selection if passing is None else state.selection[passing[state.selection]]
    found: dict[str, NDArray[np.int64] | None] = {}
    if len(selected):
        found[SELECTED] = selected
    if passing is not None and passing.any():
        found[FOUND] = np.flatnonzero(passing)
    return {**found, ALL: None}


def pinned_items(run: Run) -> tuple[int, ...]:
    """Return the items that are pinned."""
    return tuple(sorted({pin.index for pin in pins.kept(run) if pin.index is not None}))


def _count(run: Run, items: NDArray[np.int64] | None) -> int:
    return len(run) if items is None else len(items)


def _decoded(run: Run, items: NDArray[np.int64] | None) -> bool:
    if run.modality == "images":
        return False
    count = _count(run, items)
    if count > MOST_DECODED:
        st.caption(
            f"Here up to {MOST_DECODED:,} texts are decoded; for more: "
            "`latentscape items … --decode`."
        )
        return False
    return st.toggle(
        "With what the model makes of each",
        key=session.kept_widget("share.decoded", False),
        help="Each text decoded from its μ; for thousands of texts this takes a while.",
    )


def _table(run: Run, table: Table) -> None:
    work = items_out.known(run, table)
    if work is not None and work.problem is not None:
        page_parts.problem(work.problem)
    if work is None or (work.over and work.result is None):
        st.button(
            "Make the table", icon=":material/output:", on_click=_ask, args=(run, table),
            key="share.make",
        )  # fmt: skip
    elif not work.over:
        _wait(run, table, work)
    else:
        _offer(run, table)


def _ask(run: Run, table: Table) -> None:
    try:
        items_out.ask(run, table)
    except OSError as error:
        page_parts.problem(f"The table cannot be written: {error.strerror}. Free some space.")


def _wait(run: Run, table: Table, work: Work) -> None:
    count = _count(run, table.items)

    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        if work.over:
            st.rerun()
        rows = items_out.done(run, table)
        words = f"{rows:,} of {count:,} rows" if rows else work.words()
        st.progress(min(1.0, rows / max(1, count)), page_parts.literal(words))
        st.button("Stop", key="share.stop", icon=":material/close:", on_click=work.stop)

    progress()


def _offer(run: Run, table: Table) -> None:
    file = items_out.file_of(run, table)
    try:
        size = file.stat().st_size
    except OSError:
        st.button("Make it again", on_click=_ask, args=(run, table), key="share.make")
        return
    if size > MOST_BYTES:
        page_parts.problem(
            f"The table has {wording.size(size)}, but a page hands on at most "
            f"{wording.size(MOST_BYTES)}; take fewer items, Parquet, or `latentscape items`."
        )
        return
    st.download_button(
        f"Download ({wording.size(size)})",
        # Read when it is clicked: nothing is held in memory before that.
        lambda: file.open("rb"),
        file_name=items_out.name_of(run, table),
        mime="text/csv" if table.form == "csv" else "application/octet-stream",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="share.download",
    )
