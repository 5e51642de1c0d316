"""The Interpolate page: a way through the latent space, and what lies along it."""

from __future__ import annotations

import streamlit as st

from explorer import computed, interpolate_controls, map_source, page_parts, path_view, pins
from explorer.canvas.mount import current, send
from explorer.canvas.path import DRAWN

run, model_id = page_parts.open_model()
source = map_source.source_of(run, model_id)
with st.container(key="page_bar"):
    page_parts.page_header(
        "Interpolate", "Go from one item to another, or along a path of your own."
    )

choice = computed.colour_choices(run)[0]
key = path_view.map_key(run)
sent = send(
    computed.projected(run).points, key=key, colour=computed.colouring(run, choice), title=choice
)


@st.fragment
def room() -> None:
    """The whole page but its title: a changed setting reruns this part alone."""
    state = current(key, len(run))
    places = interpolate_controls.drawing(run, state.drawn)
    held = pins.heard(run, state)
    route = None
    path_side, map_side = st.columns([1.15, 1], gap="medium")
    with path_side:
        settings = interpolate_controls.show_path_settings(run)
        if settings.kind == DRAWN:
            if places:
                st.caption("Drawn on the map: draw there again for another path.")
                route = path_view.drawn(
                    run, source.view, places, settings.steps, state.from_nearest
                )
            else:
                st.info("Press “Draw a path” on the map, and draw one.")
        elif (ends := interpolate_controls.show_ends(run, held)) is not None:
            route = path_view.between(run, source.view, ends, settings.steps, settings.kind)
        if route is not None:
            with st.container(key="interpolate_path", gap=None):
                path_view.show_path(run, source, route, settings.steps)
    with map_side, st.container(key="path_map", gap=None):
        path_view.show_map(run, source, sent, route, held)


room()
