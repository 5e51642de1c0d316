"""The Clusters page: k-means in the latent space."""

from __future__ import annotations

import streamlit as st

from explorer import cluster_cards, computed, figures, page_parts, session
from explorer.analysis.clustering import ClusterError
from explorer.colouring import by_code, take

FEWEST, MOST, SEED = 2, 20, 0

run = page_parts.open_model()
items = computed.sampled(run)
projection = computed.projected(run)

with st.container(key="page_bar", horizontal=True, vertical_alignment="center"):
    page_parts.page_header("Clusters", "Groups of items that lie close together (k-means).")
    k = st.slider(
        "How many clusters",
        FEWEST,
        MOST,
        width=320,
        key=session.kept_widget(
            f"clusters.k.{run.content_hash}", computed.natural_k(run, FEWEST, MOST)
        ),
    )

try:
    clusters = computed.clusters(run, k, SEED)
except ClusterError as error:
    page_parts.problem(str(error))
    st.stop()

names = [f"Cluster {number + 1}" for number in range(k)]
colouring = by_code(clusters.assignment, names)
map_side, size_side = st.columns([3.4, 1], gap="medium")
with map_side, st.container(key="cluster_room", gap=None):
    figure = figures.latent_map(
        projection.points[items],
        items,
        take(colouring, items),
        computed.hover_texts(run),
        projection.axes,
        revision=run.content_hash,
    )
    figure.update_layout(showlegend=False)
    figures.mark_places(
        figure, projection.place(clusters.centroids), [str(number + 1) for number in range(k)]
    )
    st.plotly_chart(
        figure,
        key=f"clusters.map.{run.content_hash}",
        height="stretch",
        config=figures.PLAIN,
        alt=f"Map of {len(items):,} items coloured by {k} clusters",
    )
    st.caption(computed.map_note(run, sample=True))
with size_side, st.container(key="cluster_sizes", gap=None):
    st.caption("Items in each cluster")
    st.plotly_chart(
        figures.cluster_sizes(clusters.sizes, colouring.colours),
        key=f"clusters.sizes.{run.content_hash}",
        height="stretch",
        config=figures.PLAIN,
        alt="Number of items in each cluster",
    )
cluster_cards.show(run, clusters, colouring.colours)
