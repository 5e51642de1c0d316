"""The map of the clusters, what is selected on it, and the cards: what is done here stays here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import (
    clusters_cards,
    clusters_state,
    computed,
    filters,
    inspector,
    page_parts,
    pins,
    selection,
)
from explorer.canvas.mount import Sent, Source, current, latent_map

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.canvas.state import MapState
    from explorer.clusters_state import Focus
    from explorer.clusters_view import View
    from vae_core.checkpoint import Run


def show(run: Run, view: View, projection: Projection, sent: Sent, source: Source) -> None:
    """Show map, selection and cards; only what changes the clusters runs the whole page again."""

    @st.fragment
    def room() -> None:
        if clusters_state.take_change():
            st.rerun()
        key = clusters_state.map_key(run)
        state = current(key, len(run))
        held = pins.heard(run, state)
        passing = filters.show(run)
        focus = clusters_state.focus(run, view.clustering)
        mask = _both(passing, None if focus is None else focus[1])
        map_side, item_side = st.columns([3, 1], gap="small")
        with item_side, st.container(key="cluster_side", gap="small"):
            item = _selected(run, view, state, mask)
        with map_side, st.container(key="cluster_room", gap=None):
            placed = pins.placed(run, held, source.view, projection)
            latent_map(sent, source, key=key, mask=mask, picked=item, pins=placed)
            st.caption(computed.map_note(run, projection))
        clusters_cards.show(run, view, _here(run, state, passing))

    room()


def _selected(run: Run, view: View, state: MapState, mask: NDArray[np.bool_] | None) -> int | None:
    """Show what is selected by a card or a cell, or drawn on the map; return the item to show."""
    focus = clusters_state.focus(run, view.clustering)
    items = state.selection
    if focus is not None:
        st.button(
            page_parts.literal(_words(view, focus[0])),
            key="clusters.unfocus",
            icon=":material/close:",
            help="Select all items again.",
            on_click=clusters_state.focus_on,
            args=(run, None),
        )
        if not len(items):
            items = np.flatnonzero(focus[1])
    item = selection.show(run, items, state.picked, mask)
    inspector.show(run, computed.typical_item(run) if item is None else item)
    return item


def _words(view: View, focus: Focus) -> str:
    """What the selected items are called now; clusters may have got other names since."""
    names = " + ".join(view.title(cluster) for cluster in focus.clusters)
    return names if focus.label is None else f"{focus.label} in {names}"


def _here(run: Run, state: MapState, passing: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """The items that filters leave and that are drawn around on the map; None: all of them."""
    if not len(state.selection):
        return passing
    drawn = np.zeros(len(run), bool)
    drawn[state.selection] = True
    return _both(passing, drawn)


def _both(
    one: NDArray[np.bool_] | None, other: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
