"""The Interpolate page: the way from one item to another through the latent space."""

from __future__ import annotations

import streamlit as st

from explorer import computed, interpolate_controls, map_source, page_parts, path_view
from explorer.canvas.mount import send

run = page_parts.open_model()
source = map_source.source_of(run, page_parts.model_id() or "")
with st.container(key="page_bar"):
    page_parts.page_header("Interpolate", "Go from one item to another and see what lies between.")

choice = computed.colour_choices(run)[0]
sent = send(
    computed.projected(run).points,
    key=path_view.map_key(run),
    colour=computed.colouring(run, choice),
    title=choice,
)


@st.fragment
def room() -> None:
    """The whole page but its title: a changed setting reruns this part alone."""
    end_side, path_side = st.columns([2, 1], gap="medium")
    with end_side:
        ends = interpolate_controls.show_ends(run)
    with path_side:
        path = interpolate_controls.show_path_settings(run)
    if ends is not None:
        path_view.show(run, source, sent, ends, path)


room()
