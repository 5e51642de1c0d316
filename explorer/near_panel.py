"""The items that lie nearest to the one beside the map, or to the middle of a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import search_panel, selection
from explorer.analysis import ranking
from explorer.analysis.ranking import Ranked, RankingError
from explorer.finding import NEAR, Wish
from explorer.nearby import NEARBY, others

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

LISTED = 8
ROW_HEIGHT = 35


def show(run: Run, item: int, selected: NDArray[np.int64]) -> None:
    """List what is nearest to an item and, where several are selected, to their mean."""
    if len(run) < 2:
        return
    with st.container(key="near_items", gap="small"):
        try:
            ranking.check_space(run)
        except RankingError as error:
            st.caption(str(error))
            return
        doubt = ranking.doubt(run)
        if doubt is not None:
            st.caption(doubt)
        _list(
            run, "Nearest items", f"item.{item}", others(run, item, LISTED),
            search_panel.near_item(item),
        )  # fmt: skip
        if len(selected) > 1:
            z = search_panel.mean_of(run, selected)
            wish = Wish(NEAR, "the selection", point=tuple(z.tolist()))
            near = ranking.by_distance(NEARBY.nearest(run, z, LISTED))
            _list(run, "Nearest to the selection's middle", "mean", near, wish)


def _list(run: Run, title: str, key: str, near: Ranked, wish: Wish) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**", width="stretch")
        st.button(
            "On the map",
            key=f"near.{key}.map",
            icon=":material/search:",
            type="tertiary",
            on_click=search_panel.wish_for,
            args=(run, wish),
            help=f"Show the {wish.count} nearest on the map and in the table.",
        )
    columns = selection.table_columns(run, near.items)
    # There is room for little: what the item says, and how far away it is.
    wanted = ("Text",) if "Text" in columns else ("Label", "Item")
    kept: dict[str, list[Any]] = {name: columns[name] for name in wanted if name in columns}
    kept["Distance"] = [f"{value:.3f}" for value in near.values]
    shown, headings = selection.with_pictures(run, near.items, kept)
    table = f"near.{key}.{hash(near.items.tobytes())}"
    st.dataframe(
        shown,
        column_config=headings,
        hide_index=True,
        height=ROW_HEIGHT * (min(len(near.items), LISTED) + 1) + 3,
        on_select=lambda: _inspect(run, table, near.items),
        selection_mode="single-row",
        key=table,
    )


def _inspect(run: Run, table: str, items: NDArray[np.int64]) -> None:
    row = selection.marked_row(table, len(items))
    if row is not None:
        selection.inspect(run, int(items[row]))
