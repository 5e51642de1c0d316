"""One card per cluster: how many items, which labels, its centre decoded, its typical items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from explorer import page_parts, style, wording
from explorer.analysis.clustering import Clusters, label_mix
from explorer.analysis.decoding import decode
from explorer.colouring import colours

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

PICTURE_WIDTH = 56


def show(run: Run, clusters: Clusters) -> None:
    """Show the cards of all clusters, the largest first, each edged in its colour on the map."""
    centres = decode(run, clusters.centroids)
    keys = [f"cluster_card_{code}" for code in range(len(clusters.sizes))]
    style.edge(keys, colours(len(keys)))
    with st.container(key="cluster_cards", horizontal=True, gap="small"):
        for code, key in enumerate(keys):
            with st.container(border=True, key=key, gap="xsmall"):
                _card(run, clusters, code, centres[code])


def _card(run: Run, clusters: Clusters, code: int, centre: Any) -> None:
    size = int(clusters.sizes[code])
    st.markdown(f"**Cluster {code + 1}** · {size:,} {'item' if size == 1 else 'items'}")
    if run.labels is not None:
        members = np.flatnonzero(clusters.assignment == code)
        st.caption(page_parts.literal(label_mix(run.labels, members)))
    typical = run.items(clusters.typical[code])
    if isinstance(typical, np.ndarray):
        pictures = np.concatenate([centre[None], typical])
        captions = ["centre", *(str(index) for index in clusters.typical[code].tolist())]
        page_parts.show_pictures(pictures, captions, width=PICTURE_WIDTH)
    else:
        page_parts.show_sentences([centre], [wording.centre(run.modality)])
        st.caption("Most typical")
        for sentence in typical:
            st.text(sentence)
