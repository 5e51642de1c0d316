"""The items that a visitor selected on the map: which they are, a table of them, a download."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import filters, page_parts, session
from vae_core.data.text_column import take

if TYPE_CHECKING:
    from explorer.analysis.ranking import Ranked
    from vae_core.checkpoint import Run

MOST_ROWS = 1_000
THUMBNAIL = 32
TABLE_HEIGHT = 300
# Keys of the session, each followed by the model's hash.
_INSPECTED, _SAID = "map.inspected.", "map.said."


def show(
    run: Run,
    items: NDArray[np.int64],
    picked: int | None,
    passing: NDArray[np.bool_] | None = None,
    *,
    can_filter: bool = True,
    ranked: Ranked | None = None,
) -> int | None:
    """Show what is selected (items,) and return the item to inspect, None before any was chosen.

    What was done last counts: `picked` on the map, a row marked in the table, or the selection,
    of which the first item is shown. Of the selection only what is `passing` filters and search is
    shown, (items of the run,); where nothing is selected, all of that is listed. `can_filter`: the
    page has filters, which a selection can become. `ranked`: items that are listed in this order,
    as far as they pass, where nothing is selected.
    """
    marked = None
    if passing is not None:
        items = items[passing[items]]
    if len(items):
        _show_title(run, items, "selected")
        if can_filter:
            _show_ways(run, items)
        marked = _show_table(run, items)
    elif ranked is not None and len(ranked.among(passing).items):
        left = ranked.among(passing)
        _show_title(run, left.items, "found")
        marked = _show_table(run, left.items, left)
    elif passing is not None and passing.any():
        matching = np.flatnonzero(passing)
        _show_title(run, matching, "found")
        marked = _show_table(run, matching)
    else:
        st.caption("Click a point to see its item; draw a box or a lasso to list many.")
    first = int(items[0]) if len(items) else None
    return _latest(run, {"picked": picked, "marked": marked, "first": first})


def _latest(run: Run, said: dict[str, int | None]) -> int | None:
    """Return the item that differs from what its source said in the last run, else the last one."""
    before: dict[str, int | None] = session.recall(_SAID + run.content_hash) or {}
    session.remember(_SAID + run.content_hash, said)
    news = [item for name, item in said.items() if item is not None and item != before.get(name)]
    if news:
        session.remember(_INSPECTED + run.content_hash, news[0])
    last: int | None = session.recall(_INSPECTED + run.content_hash)
    return last


def _show_title(run: Run, items: NDArray[np.int64], how: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="selection_bar"):
        st.markdown(f"**{len(items):,} {'item' if len(items) == 1 else 'items'} {how}**")
        st.download_button(
            "CSV",
            data=lambda: as_csv(run, items),
            file_name="latentscape-selection.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="Download these items as a table",
        )


def _show_ways(run: Run, items: NDArray[np.int64]) -> None:
    """Make a selection a filter, which stays when something else is selected."""
    with st.container(horizontal=True, key="selection_ways", gap="small"):
        for title, icon, without in (
            ("Only these", "filter_alt", False),
            ("Without these", "filter_alt_off", True),
        ):
            st.button(
                title,
                icon=f":material/{icon}:",
                key=f"selection.{title}",
                on_click=filters.keep_only,
                args=(run, items, without),
                help="Filter for the selected items alone."
                if not without
                else "Filter the selected items out.",
            )


def inspect(run: Run, item: int) -> None:
    """Have this item shown beside the map: from a callback."""
    session.remember(_INSPECTED + run.content_hash, item)


def inspected(run: Run) -> int | None:
    """Return the item that is shown beside the map; None before any was chosen."""
    item: int | None = session.recall(_INSPECTED + run.content_hash)
    return item


def open_at(run: Run, item: int | None, items: NDArray[np.int64]) -> None:
    """Begin with this item shown beside the map, and these selected."""
    session.remember(_INSPECTED + run.content_hash, item)
    first = int(items[0]) if len(items) else None
    session.remember(_SAID + run.content_hash, {"picked": item, "first": first})


def marked_row(table: str, count: int) -> int | None:
    """Return which of `count` rows is marked in the table of this key, None for none of them."""
    rows: list[int] = session.recall(table, {}).get("selection", {}).get("rows", [])
    return rows[0] if rows and rows[0] < count else None


def _show_table(run: Run, items: NDArray[np.int64], ranked: Ranked | None = None) -> int | None:
    shown = items[:MOST_ROWS]
    if len(items) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS:,} are listed; the download holds all.")
    columns, headings = with_pictures(run, shown, table_columns(run, shown, ranked))
    marked = st.dataframe(
        columns,
        column_config=headings,
        hide_index=True,
        height=TABLE_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        key=f"selection.{hash(shown.tobytes())}",
    )
    rows = marked.selection.rows
    return int(shown[rows[0]]) if rows and rows[0] < len(shown) else None


def with_pictures(
    run: Run, items: NDArray[np.int64], columns: dict[str, list[Any]]
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Return columns with the pictures of the items first, and how to head and show them."""
    headings: dict[str, Any] = {"Item": st.column_config.NumberColumn("Item", format="%d")}
    if run.modality != "images":
        headings["Text"] = st.column_config.TextColumn("Text", width="medium")
        return columns, headings
    pictures = [page_parts.picture_uri(np.asarray(item), THUMBNAIL) for item in run.items(items)]
    headings["Picture"] = st.column_config.ImageColumn("Picture", width="small")
    return {"Picture": pictures, **columns}, headings


def table_columns(
    run: Run, items: NDArray[np.int64], ranked: Ranked | None = None
) -> dict[str, list[Any]]:
    """Return what is known of items, column by column; a picture has no text.

    `ranked`: what they were found by; the items are the first of these.
    """
    columns: dict[str, list[Any]] = {}
    if ranked is not None:
        columns[ranked.name] = [float(f"{value:.4g}") for value in ranked.values[: len(items)]]
    if run.modality != "images":
        columns["Text"] = list(run.items(items))
    if run.labels is not None:
        columns["Label"] = take(run.labels, items)
    columns["Item"] = items.tolist()
    columns["Split"] = take(run.split, items)
    for name, values in run.metadata.items():
        columns.setdefault(name, take(values, items))
    return columns


def as_csv(run: Run, items: NDArray[np.int64]) -> str:
    """Return items as CSV: what the table shows without pictures, and their posterior means."""
    columns = table_columns(run, items)
    for dimension in range(run.latent_dim):
        columns[f"mu_{dimension}"] = [f"{v:.6g}" for v in run.latents.mean[items, dimension]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
