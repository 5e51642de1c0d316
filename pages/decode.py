"""The Decode page: move through the latent space by hand and see what the model makes of it."""

from __future__ import annotations

import streamlit as st

from explorer import decode_controls, page_parts

run, model_id = page_parts.open_model()
with st.container(key="page_bar"):
    page_parts.page_header("Decode", "Move a slider: the model shows what lies there.")


@st.fragment
def room() -> None:
    """The desk: what is done on it reruns this part of the page alone."""
    with st.container(key="decode_room", gap=None):
        decode_controls.show(run, model_id)


room()
