"""The Interpolate page: the way from one item to another through the latent space."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer import interpolate_controls, page_parts, sentence_path, wording
from explorer.analysis.interpolation import between
from explorer.strip import cell_width, strip_png

run = page_parts.open_model()
with st.container(key="page_bar"):
    page_parts.page_header("Interpolate", "Go from one item to another and see what lies between.")


@st.fragment
def room() -> None:
    """The whole page but its title: a changed setting reruns this part alone."""
    end_side, path_side = st.columns([2, 1], gap="medium")
    with end_side:
        ends = interpolate_controls.show_ends(run)
    with path_side:
        path = interpolate_controls.show_path_settings(run)
    if ends is None:
        return
    start, end = ends
    items = between(run, start.point, end.point, path.steps, spherical=path.spherical)
    with st.container(key="interpolate_path", gap="small"):
        if run.modality == "images":
            pictures = np.stack([page_parts.as_bytes(picture) for picture in items])
            width = cell_width(len(pictures), pictures.shape[2])
            page_parts.show_pictures(pictures, path.places(), width=width)
            st.download_button(
                "Download PNG",
                strip_png(pictures),
                "interpolation.png",
                "image/png",
                icon=":material/download:",
                on_click="ignore",
            )
        else:
            if run.modality == "documents":
                st.caption(wording.TOP_WORDS)
            sentence_path.show(items, key=f"interpolate.path.{run.content_hash}")
            st.download_button(
                "Download text",
                "\n".join(items) + "\n",
                "interpolation.txt",
                "text/plain",
                icon=":material/download:",
                on_click="ignore",
            )


room()
