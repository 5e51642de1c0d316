"""One card per cluster, the largest first: what it is about, and ways to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import (
    cluster_place,
    clusters_edit,
    clusters_state,
    page_parts,
    session,
    style,
    wording,
)
from explorer.analysis.clusters.description import tightness_words
from explorer.clusters_state import Focus

if TYPE_CHECKING:
    from explorer.clusters_view import View
    from vae_core.checkpoint import Run

PICTURE_WIDTH = 56
# Cards that are shown before one asks for the rest.
MOST_CARDS = 24
LONGEST_TEXT, TYPICAL = 160, 3
Here = NDArray[np.bool_] | None


def show(run: Run, view: View, here: Here) -> None:
    """Show the cards; `here`, (items,) or None for all, is counted on each."""
    clusters = view.largest_first
    _show_bar(run, view)
    all_key = f"clusters.all.{run.content_hash}.{view.clustering.spec.id}"
    shown = clusters if session.recall(all_key) else clusters[:MOST_CARDS]
    shades = view.shades()
    keys = {cluster: f"cluster_card_{place}" for place, cluster in enumerate(clusters)}
    style.edge([keys[cluster] for cluster in shown], [shades[cluster] for cluster in shown])
    style.ink(
        [clusters_edit.dot_key(keys[cluster]) for cluster in shown],
        [shades[cluster] for cluster in shown],
    )
    counts = _counts(view, here)
    if view.themes is None:
        _show_row(run, view, shown, keys, counts, "cluster_cards")
    else:
        for theme, name in enumerate(view.themes.names):
            inside = [cluster for cluster in shown if view.themes.of[cluster] == theme]
            if inside:
                _show_theme(run, view, theme, name)
                _show_row(run, view, inside, keys, counts, f"cluster_cards_{theme}")
    if len(shown) < len(clusters):
        st.toggle(f"Show all {len(clusters)} clusters", key=all_key)


def _show_bar(run: Run, view: View) -> None:
    clustering, count = view.clustering, len(view.clustering.clusters)
    with st.container(horizontal=True, vertical_alignment="center", key="cluster_bar"):
        noise = f" · {view.told.found.noise:,} items are noise" if view.told.found.noise else ""
        st.markdown(
            f"**{count} {'cluster' if count == 1 else 'clusters'}**{noise}",
            width="content",
            help="Largest first. Tight: items lie much nearer to the centre of their cluster than "
            "all items to the middle of all; loose: hardly nearer.",
        )
        if view.told.found.noise:
            st.button(
                "Select the noise",
                key="clusters.select.noise",
                type="tertiary",
                on_click=clusters_state.focus_on,
                args=(run, Focus(clustering.spec.id, (-1,))),
            )
        last = clusters_edit.last_words(clustering)
        st.button(
            "Undo",
            key="clusters.undo",
            icon=":material/undo:",
            disabled=last is None,
            help="Nothing has been changed." if last is None else page_parts.literal(last),
            on_click=clusters_state.edit,
            args=(run, clustering, lambda one: one.undone()),
        )
        st.caption(cluster_place.words(run), width="content")


def _show_theme(run: Run, view: View, theme: int, name: str) -> None:
    assert view.themes is not None
    inside = tuple(cluster for cluster, one in view.themes.of.items() if one == theme)
    with st.container(horizontal=True, vertical_alignment="center", key=f"cluster_theme_{theme}"):
        count = f"{len(inside)} {'cluster' if len(inside) == 1 else 'clusters'}"
        st.markdown(
            f"**{page_parts.literal(name)}** · {count}, {view.themes.sizes[theme]:,} items",
            width="content",
        )
        st.button(
            "Select",
            key=f"clusters.theme.{theme}",
            type="tertiary",
            on_click=clusters_state.focus_on,
            args=(run, Focus(view.clustering.spec.id, inside)),
        )


def _show_row(
    run: Run, view: View, clusters: list[int], keys: dict[int, str], counts: Any, key: str
) -> None:
    with st.container(key=key, horizontal=True, gap="small"):
        for cluster in clusters:
            with st.container(border=True, key=keys[cluster], gap="xsmall"):
                _card(run, view, cluster, keys[cluster], counts)


def _card(run: Run, view: View, cluster: int, key: str, counts: Any) -> None:
    told, place = view.told, view.told.place(cluster)
    clusters_edit.show_name(run, view, cluster, key)
    size = int(told.found.sizes[place])
    items = f"{size:,} {'item' if size == 1 else 'items'} ({wording.share(size, len(run))})"
    # Who renames a cluster still finds it by its number.
    number = f"Cluster {cluster + 1} · " * (view.title(cluster) != f"Cluster {cluster + 1}")
    st.markdown(
        f"{number}{items} · {tightness_words(float(told.found.tightness[place]))}",
    )
    if counts is not None:
        st.markdown(f"**{counts.get(cluster, 0):,} of {size:,} here**")
    if told.keywords is not None and told.keywords[place]:
        st.markdown(page_parts.literal(", ".join(told.keywords[place])))
    if told.mixes is not None:
        st.caption(page_parts.literal(told.mixes[place]))
    _show_items(run, view, place)
    _show_borderline(run, view, cluster, place)
    with st.container(horizontal=True, gap="small", key=f"{key}_ways"):
        st.button(
            "Select",
            key=f"clusters.select.{cluster}",
            icon=":material/filter_center_focus:",
            on_click=clusters_state.focus_on,
            args=(run, Focus(view.clustering.spec.id, (cluster,))),
            help="Select its items on the map and list them.",
        )
        clusters_edit.show_ways(run, view, cluster)


def _show_items(run: Run, view: View, place: int) -> None:
    """The centre decoded, and the most typical items."""
    centre, indices = view.told.centres[place], view.told.found.typical[place][:TYPICAL]
    typical = run.items(indices)
    if isinstance(typical, np.ndarray):
        pictures = np.concatenate([centre[None], typical])
        captions = ["centre", *(str(index) for index in indices.tolist())]
        page_parts.show_pictures(pictures, captions, width=PICTURE_WIDTH)
        return
    page_parts.show_sentences([_short(centre)], [wording.centre(run.modality)])
    st.caption("Most typical")
    for sentence in typical:
        st.text(_short(sentence))


def _show_borderline(run: Run, view: View, cluster: int, place: int) -> None:
    indices = view.told.found.borderline[place][:TYPICAL]
    if not len(indices):
        return
    key = f"clusters.border.{view.clustering.spec.id}.{cluster}"
    fold = st.expander("Most borderline", key=key, on_change="rerun", type="compact")
    if not fold.open:
        return
    with fold:
        items = run.items(indices)
        if isinstance(items, np.ndarray):
            names = [str(index) for index in indices.tolist()]
            page_parts.show_pictures(items, names, width=PICTURE_WIDTH)
        else:
            for sentence in items:
                st.text(_short(sentence))


def _counts(view: View, here: Here) -> dict[int, int] | None:
    if here is None:
        return None
    found, counts = np.unique(view.clustering.assignment[here], return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"
