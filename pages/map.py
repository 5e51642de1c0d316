"""The Map page: where every item lies in the latent space, and what lies between them."""

from __future__ import annotations

import streamlit as st

from explorer import (
    computed,
    inspector,
    map_source,
    near_panel,
    own_file,
    own_item,
    page_parts,
    pin_arithmetic,
    pin_notes,
    pins,
    search_panel,
    selection,
    session,
    share_panel,
    sharing,
    view_picker,
)
from explorer.canvas.mount import current, latent_map, send

run, model_id = page_parts.open_model()
key = f"map.{run.content_hash}"
sharing.open_link(run, key)
projection = view_picker.shown(run)
source = map_source.source_of(run, model_id, projection)

with st.container(key="page_bar", horizontal=True, vertical_alignment="center"):
    page_parts.page_header("Map", "Every point is one item. Drag to see what lies between them.")
    view_picker.show(run)
    choices = computed.colour_choices(run)
    choice = st.selectbox(
        "Colour by",
        choices,
        key=session.kept_widget(sharing.COLOUR, choices[0], choices),
        format_func=lambda name: f"Colour by: {name}",
        label_visibility="collapsed",
        width=260,
    )
    share_panel.show(run, share_panel.Place(key, model_id, choice), projection)
sharing.show_told(run)
view_picker.show_progress(run)
view_picker.show_problem(run, projection)

sent = send(projection.points, key=key, colour=computed.colouring(run, choice), title=choice)


@st.fragment
def room() -> None:
    """Map and item: what is done on the map reruns this part of the page alone."""
    state = current(key, len(run))
    held = pins.heard(run, state)
    passing, found = search_panel.beside_filters(run, state)
    map_side, item_side = st.columns([3, 1], gap="small")
    with item_side, st.container(key="item_side", gap="small"):
        item = selection.show(run, state.selection, state.picked, passing, ranked=found.ranked)
        shown = computed.typical_item(run) if item is None else item
        inspector.show(run, shown)
        pin_notes.show(run, key, held)
        near_panel.show(run, shown, state.selection)
        own_item.show(run, model_id)
        guests = own_file.show(run, projection)
        pin_arithmetic.show(run, held)
    with map_side, st.container(key="map_room", gap=None):
        latent_map(
            sent,
            source,
            key=key,
            mask=passing,
            picked=item,
            pins=pins.placed(run, held, source.view, projection),
            guests=guests,
            search=True,
        )
        st.caption(computed.map_note(run, projection))


room()
