"""The Clusters page: k-means in the latent space."""

from __future__ import annotations

import streamlit as st

from explorer import cluster_cards, computed, map_source, page_parts, session
from explorer.analysis.clustering import FEWEST, MOST, ClusterError, natural_k
from explorer.canvas.mount import latent_map, send
from explorer.colouring import by_code

run, model_id = page_parts.open_model()
source = map_source.source_of(run, model_id)

with st.container(key="page_bar", horizontal=True, vertical_alignment="center"):
    page_parts.page_header("Clusters", "Groups of items that lie close together (k-means).")
    k = st.slider(
        "How many clusters",
        FEWEST,
        MOST,
        width=320,
        key=session.kept_widget(f"clusters.k.{run.content_hash}", natural_k(run.labels, len(run))),
    )

try:
    clusters = computed.clusters(run, k)
except ClusterError as error:
    page_parts.problem(str(error))
    st.stop()

key = f"clusters.map.{run.content_hash}"
sent = send(
    computed.projected(run).points,
    key=key,
    colour=by_code(clusters.assignment, [f"Cluster {number + 1}" for number in range(k)]),
    title=f"{k} clusters",
)


@st.fragment
def room() -> None:
    """The map: what is done on it reruns nothing else of the page."""
    with st.container(key="cluster_room", gap=None):
        latent_map(sent, source, key=key)
        st.caption(computed.map_note(run))


room()
cluster_cards.show(run, clusters)
