"""The Decode page: move through the latent space by hand and see what the model makes of it."""

from __future__ import annotations

import streamlit as st

from explorer import decode_controls, page_parts, sentence_path, wording
from explorer.analysis.decoding import decode

PICTURE_WIDTH = 560

run = page_parts.open_model()
with st.container(key="page_bar"):
    page_parts.page_header("Decode", "Move a slider and let go: the model shows what lies there.")


@st.fragment
def room() -> None:
    """Picture and sliders: a slider reruns this part of the page alone."""
    axes = decode_controls.axes_of(run)
    picture_side, slider_side = st.columns([1, 1.1], gap="medium")
    with slider_side, st.container(key="decode_sliders", gap="xxsmall"):
        decode_controls.show_starts(run, axes)
        z = decode_controls.show_sliders(run, axes)
    decoded = decode(run, z[None])
    with picture_side, st.container(key="decode_result", gap="small"):
        if isinstance(decoded, list):
            with st.container(key="decode_sentence"):
                st.text(decoded[0] or sentence_path.NOTHING)
            if run.modality == "documents":
                st.caption(wording.TOP_WORDS)
        else:
            page_parts.show_pictures(decoded, width=PICTURE_WIDTH)
        st.caption(page_parts.literal(decode_controls.origin(run)))


room()
