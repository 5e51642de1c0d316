"""The items that a visitor selected on the map: which they are, a table of them, a download."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import page_parts, session
from explorer.analysis import projection

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

MOST_ROWS = 1_000
THUMBNAIL = 32
TABLE_HEIGHT = 300


def selected_items(state: Mapping[str, Any] | None, count: int) -> NDArray[np.int64]:
    """Return the items named by a Plotly selection, each once, in the order of the data.

    The selection comes from the browser: numbers outside the model's `count` items are dropped.
    """
    points = ((state or {}).get("selection") or {}).get("points") or []
    named = (_item_of(point) for point in points)
    return np.array(sorted({i for i in named if i is not None and 0 <= i < count}), dtype=np.int64)


def show(run: Run, items: NDArray[np.int64]) -> int | None:
    """Show what is selected and return the item to inspect, None before anything was clicked.

    One point is the item itself; of several, the table's marked row, else the first.
    """
    last = f"map.item.{run.content_hash}"
    if len(items) > 1:
        session.remember(last, _show_table(run, items))
    elif len(items) == 1:
        session.remember(last, int(items[0]))
    if len(items) < 2:
        st.caption("Click a point to see its item; draw a box or a lasso to list many.")
    picked: int | None = session.recall(last)
    return picked


def _show_table(run: Run, items: NDArray[np.int64]) -> int:
    with st.container(horizontal=True, vertical_alignment="center", key="selection_bar"):
        st.markdown(f"**{len(items):,} items selected**")
        st.download_button(
            "CSV",
            data=lambda: as_csv(run, items),
            file_name="latentscape-selection.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="Download the selected items as a table",
        )
    shown = items[:MOST_ROWS]
    if len(items) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS:,} are listed; the download holds all.")
    if len(run) > projection.MOST_POINTS:
        st.caption("These are the selected ones among the points drawn.")
    columns, headings = _with_pictures(run, shown, table_columns(run, shown))
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
    return int(shown[rows[0]] if rows and rows[0] < len(shown) else shown[0])


def _with_pictures(
    run: Run, items: NDArray[np.int64], columns: dict[str, list[Any]]
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    headings: dict[str, Any] = {"Item": st.column_config.NumberColumn("Item", format="%d")}
    if run.modality != "images":
        headings["Text"] = st.column_config.TextColumn("Text", width="medium")
        return columns, headings
    pictures = [page_parts.picture_uri(np.asarray(item), THUMBNAIL) for item in run.items(items)]
    headings["Picture"] = st.column_config.ImageColumn("Picture", width="small")
    return {"Picture": pictures, **columns}, headings


def table_columns(run: Run, items: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Return what is known of items, column by column; a picture has no text."""
    chosen = items.tolist()
    columns: dict[str, list[Any]] = {}
    if run.modality != "images":
        columns["Text"] = list(run.items(items))
    if run.labels is not None:
        columns["Label"] = [run.labels[index] for index in chosen]
    columns["Item"] = chosen
    columns["Split"] = [run.split[index] for index in chosen]
    for name, values in run.metadata.items():
        columns.setdefault(name, [values[index] for index in chosen])
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


def _item_of(point: Mapping[str, Any]) -> int | None:
    named = point.get("customdata")
    if isinstance(named, (list, tuple)) and named:
        named = named[0]
    if isinstance(named, bool) or not isinstance(named, (int, float)):
        return None
    return int(named) if math.isfinite(named) else None
