"""The ways to change one cluster: its name, its colour, with another as one, in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import (
    cluster_colours,
    clusters_state,
    computed_clusters,
    session,
    style,
)
from explorer.analysis.clusters.edits import (
    MOST_NAME,
    Clustering,
    Colour,
    Merge,
    Rename,
    Split,
)
from explorer.colouring import PALETTE

if TYPE_CHECKING:
    from explorer.clusters_view import View
    from vae_core.checkpoint import Run


def show_name(run: Run, view: View, cluster: int, card: str) -> None:
    """Show the name of a cluster, to be written over, and its colour, to be changed."""
    clustering = view.clustering
    own = clustering.state.names.get(cluster, "")
    # Of its own for each name: a browser that is late says nothing of the next one.
    key = f"clusters.name.{clustering.spec.id}.{cluster}.{own}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"{card}_head", gap=None):
        with st.container(key=dot_key(card), width="content"):
            _show_colours(run, view, cluster)
        st.text_input(
            f"Name of cluster {cluster + 1}",
            own,
            key=key,
            placeholder=view.title(cluster) if not own else clustering.name(cluster),
            max_chars=MOST_NAME,
            label_visibility="collapsed",
            on_change=_rename,
            args=(run, clustering, cluster, key),
        )


def dot_key(card: str) -> str:
    """Return the key of the container with the coloured dot of a card."""
    return f"{card}_dot"


def show_ways(run: Run, view: View, cluster: int) -> None:
    """Show how to merge a cluster with others and how to split it."""
    clustering = view.clustering
    key = f"clusters.merge.{clustering.spec.id}.{cluster}.{len(clustering.edits)}"
    way = st.popover(
        "Merge", icon=":material/merge:", key=f"{key}.open", on_change="rerun",
        disabled=len(clustering.clusters) < 2,
    )  # fmt: skip
    if way.open:
        with way:
            others = [other for other in view.largest_first if other != cluster]
            st.multiselect(
                "With which clusters?",
                others,
                key=key,
                format_func=lambda other: f"{other + 1}: {view.title(other)}",
                placeholder="Choose one or more",
            )
            st.button(
                "Merge them",
                key=f"{key}.do",
                on_click=_merge,
                args=(run, clustering, cluster, key),
                type="primary",
            )
    st.button(
        "Split",
        key=f"clusters.split.{cluster}",
        icon=":material/call_split:",
        help="In two, by k-means of its items.",
        on_click=_split,
        args=(run, clustering, cluster),
    )


def last_words(clustering: Clustering) -> str | None:
    """Say what was changed last; None where nothing was."""
    if not clustering.edits:
        return None
    match clustering.edits[-1]:
        case Rename(cluster, name):
            said = f"cluster {cluster + 1} is called {name!r}" if name else "a name taken away"
        case Colour(cluster, _):
            said = f"a colour for cluster {cluster + 1}"
        case Merge(cluster, merged):
            said = f"{len(merged)} clusters merged as cluster {cluster + 1}"
        case Split(cluster, _):
            said = f"cluster {cluster + 1} split"
    count = len(clustering.edits)
    return f"Take back the last of {count} {'change' if count == 1 else 'changes'}: {said}."


def _show_colours(run: Run, view: View, cluster: int) -> None:
    clustering = view.clustering
    now = cluster_colours.name(clustering, cluster)
    fold = st.popover(
        "",
        icon=":material/circle:",
        type="tertiary",
        key=f"clusters.dot.{clustering.spec.id}.{cluster}",
        help=f"Colour of cluster {cluster + 1}: {now or 'none of its own'}",
        on_change="rerun",
        disabled=view.themes is not None,
    )
    if not fold.open:
        return
    with fold, st.container(key="cluster_swatches", horizontal=True, gap="xxsmall"):
        names = cluster_colours.choices(clustering)
        keys = [f"cluster_swatch_{place}" for place in range(len(names))]
        style.ink(keys, PALETTE[: len(names)])
        for key, name in zip(keys, names, strict=True):
            st.button(
                name,
                key=key,
                icon=":material/circle:",
                type="tertiary",
                disabled=name == now,
                on_click=_colour,
                args=(run, clustering, cluster, name),
            )


def _rename(run: Run, clustering: Clustering, cluster: int, key: str) -> None:
    name = " ".join(str(session.recall(key, "")).split())
    if name != clustering.state.names.get(cluster, ""):
        clusters_state.edit(run, clustering, lambda one: one.renamed(cluster, name))


def _colour(run: Run, clustering: Clustering, cluster: int, name: str) -> None:
    clusters_state.edit(run, clustering, lambda one: cluster_colours.given(one, cluster, name))


def _merge(run: Run, clustering: Clustering, cluster: int, key: str) -> None:
    others = list(session.recall(key, ()))
    if not others:
        clusters_state.tell("Merging takes two clusters or more: choose another one as well.")
        clusters_state.changed()
        return
    clusters_state.edit(run, clustering, lambda one: one.merged([cluster, *others]))


def _split(run: Run, clustering: Clustering, cluster: int) -> None:
    spec = clustering.spec
    clusters_state.edit(
        run,
        clustering,
        lambda one: one.split(cluster, computed_clusters.vectors(run, spec.space), seed=spec.seed),
    )
