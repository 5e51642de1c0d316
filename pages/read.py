"""The Read page: what a model has learned, part by part, beside its map."""

from __future__ import annotations

import streamlit as st

from explorer import (
    computed,
    map_source,
    page_parts,
    pins,
    read_map,
    read_parts,
    read_start,
    view_picker,
)
from explorer.canvas.mount import current, send

run, model_id = page_parts.open_model()
projection = view_picker.shown(run)  # as on the Map page
source = map_source.source_of(run, model_id, projection)
with st.container(key="page_bar", horizontal=True, vertical_alignment="center"):
    page_parts.page_header("Read", "What the model has learned: what each part of its space does.")
    view_picker.show(run)
view_picker.show_progress(run)
view_picker.show_problem(run, projection)

choice = computed.colour_choices(run)[0]
key = f"read.map.{run.content_hash}"
sent = send(projection.points, key=key, colour=computed.colouring(run, choice), title=choice)


@st.fragment
def room() -> None:
    """Map and parts: what is done on the page reruns this alone."""
    state = current(key, len(run))
    held = pins.heard(run, state)
    item = read_start.item(run, state)
    map_side, part_side = st.columns([1.1, 1], gap="medium")
    with map_side, st.container(key="read_map", gap="small"):
        read_map.show(run, sent, source, projection, state, held, item, key)
    with part_side, st.container(key="read_side", gap="small"):
        read_parts.warn(run)
        part = read_parts.choose(run)
        if part in (read_parts.DIMENSIONS, read_parts.SPREAD, read_parts.REBUILT,
                    read_parts.SENTENCES):  # fmt: skip
            read_start.show_item(run, item)
        read_parts.show(run, part, projection, item, held)


room()
