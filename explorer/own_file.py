"""Place the items of a file of one's own on the map: beside it, a table of what they are like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import page_parts, paths, placed_file, selection, session, uploads, wording
from explorer.canvas.guests import Guests
from explorer.placed_file import MOST_SHOWN, Placed
from vae_core.data.text_column import take

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.side_work import Work
    from vae_core.checkpoint import Run

REFRESH_SECONDS = 0.5
TABLE_HEIGHT = 260
# Beside it the nearest label is to be seen, too.
TEXT_WIDTH = 150
_FILES = {
    "images": "A .zip of PNG or JPEG, IDX, .npy or .npz.",
    "texts": "One a line in .txt, or a column of .csv, .tsv, .jsonl, .parquet or .xlsx.",
}


def show(run: Run, projection: Projection) -> Guests | None:
    """Let a file be chosen; return its items as they lie on the map, None before there are any."""
    one = wording.ONE[run.modality]
    file = _file(run)
    with (
        st.container(key="own_file"),
        st.expander(f"Place a file of {one}s", expanded=file is not None),
    ):
        if file is None:
            _choose(run)
            return None
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{page_parts.literal(file.name)}**", width="stretch")
            st.button(
                "Remove", key="own_file.remove", icon=":material/close:", type="tertiary",
                on_click=_remove, args=(run, file),
            )  # fmt: skip
        work = placed_file.known(run, file) or placed_file.ask(run, file)
        if not work.over:
            _progress(work)
            return None
        if work.problem is not None:
            page_parts.problem(work.problem)
            return None
        try:
            placed = placed_file.read(run, file)
        except (OSError, ValueError):
            page_parts.problem("What was encoded is gone from the server; bring the file again.")
            return None
        marked = _table(run, placed, int((work.result or {}).get("empty_items", 0)))
        places = placed_file.places(run, file, placed, projection)
    return Guests(places, placed.items, marked)


def _choose(run: Run) -> None:
    kind = "images" if run.modality == "images" else "texts"
    key = f"own_file.upload.{run.content_hash}.{session.recall(_turn(run), 0)}"
    st.file_uploader(
        f"{_FILES[kind]} The model encodes them; they are placed among its items, which stay where "
        "they are.",
        key=key,
        on_change=_keep,
        args=(run, key),
    )
    problem: str | None = session.recall(_problem(run))
    if problem is not None:
        page_parts.problem(problem)


def _keep(run: Run, key: str) -> None:
    brought = session.recall(key)
    session.remember(_problem(run), None)
    if brought is None:
        return
    try:
        kept = uploads.keep(brought.name, brought.getbuffer(), paths.runs_folder())
    except OSError as error:
        session.remember(_problem(run), uploads.not_kept(error))
        return
    session.remember(_key(run), str(kept))


def _progress(work: Work) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        if work.over:
            st.rerun()
        st.markdown(f":material/hourglass_top: {page_parts.literal(work.words())}")

    progress()


def _table(run: Run, placed: Placed, empty: int) -> int | None:
    """List the items with what they lie next to; return the row that is marked.

    `empty`: how many entries of the file are none.
    """
    shown = len(placed.items)
    count = f"{placed.count:,} {wording.ONE[run.modality]}{'' if placed.count == 1 else 's'}"
    words = f"{count} placed: the diamonds on the map."
    if shown < placed.count:
        words = f"{count} encoded; the first {MOST_SHOWN:,} are the diamonds on the map."
    if empty:
        words += f" {empty:,} without a text left out."
    if placed.unknown:
        have = "item has" if placed.unknown == 1 else "items have"
        words += f" {placed.unknown:,} {have} no word that the model knows, so no place of meaning."
    st.caption(words)
    columns: dict[str, list[Any]] = {
        "Number" if run.modality == "images" else "Text": list(placed.items)
    }
    if placed.labels is not None:
        columns["Its label"] = list(placed.labels)
    if run.labels is not None:
        columns["Nearest label"] = take(run.labels, placed.nearest)
    columns["Nearest item"] = placed.nearest.tolist()
    columns["Distance"] = [f"{value:.3f}" for value in placed.distances]
    table = f"own_file.table.{run.content_hash}.{session.recall(_turn(run), 0)}"
    st.dataframe(
        columns,
        column_config={"Text": st.column_config.TextColumn(width=TEXT_WIDTH)},
        hide_index=True,
        height=min(TABLE_HEIGHT, 35 * (shown + 1) + 3),
        on_select=lambda: _inspect(run, table, placed),
        selection_mode="single-row",
        key=table,
    )
    return selection.marked_row(table, shown)


def _inspect(run: Run, table: str, placed: Placed) -> None:
    """Show the item of the model that is nearest to the one of the row."""
    row = selection.marked_row(table, len(placed.items))
    if row is not None:
        selection.inspect(run, int(placed.nearest[row]))


def _remove(run: Run, file: Path) -> None:
    work = placed_file.known(run, file)
    if work is not None:
        work.stop()
    session.remember(_key(run), None)
    # Another uploader, without the file.
    session.remember(_turn(run), int(session.recall(_turn(run), 0)) + 1)


def _file(run: Run) -> Path | None:
    kept: str | None = session.recall(_key(run))
    return None if kept is None or not Path(kept).is_file() else Path(kept)


def _key(run: Run) -> str:
    return f"own_file.{run.content_hash}"


def _problem(run: Run) -> str:
    return f"own_file.problem.{run.content_hash}"


def _turn(run: Run) -> str:
    return f"own_file.turn.{run.content_hash}"
