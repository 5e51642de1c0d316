"""The Clusters page: what themes there are, what they are about, and what they are worth."""

from __future__ import annotations

import streamlit as st

from explorer import (
    clusters_bar,
    clusters_find,
    clusters_room,
    clusters_state,
    clusters_view,
    clusters_worth,
    map_source,
    page_parts,
    share_panel,
    sharing,
    view_picker,
)
from explorer.analysis.clusters.spec import ClusterError
from explorer.canvas.mount import send

run, model_id = page_parts.open_model()
sharing.open_link(run, clusters_state.map_key(run))
projection = view_picker.shown(run)  # as on the Map page
source = map_source.source_of(run, model_id, projection)
clusters_state.take_change()
told, noted = clusters_state.told(), clusters_state.noted()
found, problems = clusters_state.every(run)

view, problem = None, None
with st.container(key="page_bar", horizontal=True, vertical_alignment="center"):
    page_parts.page_header("Clusters", "Themes: items that lie close together.")
    if found:
        clustering = clusters_bar.choose(run, found)
        clusters_find.show(run)
        clusters_bar.show_more(run, clustering)
        view_picker.show(run, new=False, width=190)
        try:
            view = clusters_view.of(run, clustering)
        except ClusterError as error:
            problem = str(error)
        share_panel.show(run, share_panel.of_clusters(run, model_id, clustering), projection)
view_picker.show_problem(run, projection)
sharing.show_told(run)
if noted:
    st.toast(page_parts.literal(noted), icon=":material/check:")
for sentence in (told, problem, *problems):
    if sentence:
        page_parts.problem(sentence)
if view is None:
    st.stop()

sent = send(
    projection.points,
    key=f"clusters.columns.{run.content_hash}",
    colour=view.colouring(),
    title=view.clustering.words(),
    clusters=view.named(run),
)
clusters_room.show(run, view, projection, sent, source)
clusters_worth.show(run, view)
