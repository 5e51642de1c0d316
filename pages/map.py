"""The Map page: where every item lies in the latent space."""

from __future__ import annotations

import streamlit as st

from explorer import computed, figures, inspector, page_parts, selection, session
from explorer.colouring import take

run = page_parts.open_model()
items = computed.sampled(run)
projection = computed.projected(run)

with st.container(key="page_bar", horizontal=True, vertical_alignment="center"):
    page_parts.page_header("Map", "Every point is one item, where the model sees it.")
    choices = computed.colour_choices(run)
    choice = st.selectbox(
        "Colour by",
        choices,
        key=session.kept_widget("map.colour", choices[0], choices),
        format_func=lambda name: f"Colour by: {name}",
        label_visibility="collapsed",
        width=280,
    )

map_side, item_side = st.columns([3, 1], gap="small")
with map_side, st.container(key="map_room", gap=None):
    state = st.plotly_chart(
        figures.latent_map(
            projection.points[items],
            items,
            take(computed.colouring(run, choice), items),
            computed.hover_texts(run),
            projection.axes,
            revision=run.content_hash,
        ),
        key=f"map.{run.content_hash}",
        height="stretch",
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
        config=figures.SELECTABLE,
        alt=f"Map of {len(items):,} items in the latent space",
    )
    st.caption(computed.map_note(run))

with item_side, st.container(key="item_side", gap="small"):
    selected = selection.selected_items(state, len(run))
    picked = selection.show(run, selected)
    inspector.show(run, computed.typical_item(run) if picked is None else picked)
