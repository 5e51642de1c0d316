"""The bar of the Clusters page: which clustering, its title, its items to take away."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import (
    cluster_place,
    clusters_state,
    computed_clusters,
    kept_clusters,
    page_parts,
    selection,
    session,
)
from explorer.analysis.clusters.edits import MOST_NAME, Clustering

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def choose(run: Run, found: dict[str, Clustering]) -> Clustering:
    """Show which clusterings there are; return the one to show. There is one at least."""
    names = list(found)
    before = clusters_state.chosen(run)
    chosen = st.selectbox(
        "Which clusters",
        names,
        index=names.index(before) if before in names else 0,
        key=clusters_state.choosing_key(run),
        format_func=lambda name: found[name].words() if name in found else name,
        label_visibility="collapsed",
        width=250,
    )
    clusters_state.choose(run, chosen)
    return found[chosen]


def show_more(run: Run, clustering: Clustering) -> None:
    """Show what can be done with a clustering as a whole."""
    name = clustering.spec.id
    kept = name in computed_clusters.kept(run).clusterings
    with st.popover("More", icon=":material/more_horiz:"):
        st.caption(page_parts.literal(f"Found by {clustering.spec.words()}."))
        if clustering.found.note:
            st.caption(page_parts.literal(clustering.found.note))
        # Of its own for each title: a browser that is late says nothing of the next one.
        key = f"clusters.title.{name}.{clustering.title}"
        st.text_input(
            "Title of this clustering",
            clustering.title,
            key=key,
            placeholder=clustering.spec.words(),
            max_chars=MOST_NAME,
            on_change=_rename,
            args=(run, clustering, key),
        )
        st.download_button(
            "Items with their clusters (CSV)",
            data=lambda: as_csv(run, clustering),
            file_name=f"latentscape-{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(
            "`latentscape export` writes them too, with the items of the run."
            if kept
            else "Not kept yet: it is once you change something."
        )
        if kept:
            st.button(
                "Remove these clusters",
                icon=":material/delete:",
                on_click=clusters_state.remove,
                args=(run, name),
                help="Takes away their names, colours and changes. Items stay as they are.",
            )
        st.caption(cluster_place.words(run))


def as_csv(run: Run, clustering: Clustering) -> str:
    """Return all items as CSV, with the number and name of the cluster of each."""
    columns = selection.table_columns(run, np.arange(len(run)))
    titles = computed_clusters.titles(run, clustering)
    named = kept_clusters.columns({clustering.spec.id: clustering}, titles)
    columns |= {key: list(values) for key, values in named.items()}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _rename(run: Run, clustering: Clustering, key: str) -> None:
    title = " ".join(str(session.recall(key, "")).split())
    if title != clustering.title:
        clusters_state.edit(run, clustering, lambda one: one.titled(title))
