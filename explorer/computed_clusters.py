"""Clusterings of open models and what is told of them, each computed once for all visitors.

As `explorer.computed`: keyed by content, shared and not copied; nobody changes what comes back.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import cluster_colours, cluster_place, cluster_spaces, prepared
from explorer.analysis import clustering as usual_clustering
from explorer.analysis.clusters import hierarchy, keywords
from explorer.analysis.clusters.agreement import Agreement, agreement
from explorer.analysis.clusters.description import Description, describe, means
from explorer.analysis.clusters.edits import Clustering, by_place
from explorer.analysis.clusters.fitting import Division, by_size
from explorer.analysis.clusters.spec import ClusterError, ClusterSpec, Vectors
from explorer.analysis.clusters.terms import Terms, count_terms
from explorer.analysis.decoding import decode
from explorer.content import key_of
from explorer.kept_clusters import Kept, folder_of
from vae_core.data.text_column import take

if TYPE_CHECKING:
    from explorer.colouring import Categories
    from vae_core.checkpoint import Run

_TYPICAL, _IN_A_NAME, _IN_A_MIX = 5, 3, 3


@dataclass(frozen=True, eq=False)
class Told:
    """What there is to say of the clusters, in the order of their numbers.

    Attributes:
        found: sizes, typical items and so on.
        centres: each centre decoded: pictures (k, ...) or texts.
        keywords: of texts.
        mixes: which labels each holds, where there are any.
    """

    found: Description
    centres: Any
    keywords: Sequence[Sequence[str]] | None
    mixes: Sequence[str] | None

    def place(self, cluster: int) -> int:
        """Return where a cluster stands in the order."""
        return int(np.searchsorted(self.found.clusters, cluster))


@dataclass(frozen=True, eq=False)
class Themes:
    """Clusters gathered in fewer, larger ones.

    Attributes:
        of: which theme each cluster is in, the largest theme 0.
        names: of the themes. sizes: (themes,) items in each.
    """

    of: Mapping[int, int]
    names: Sequence[str]
    sizes: NDArray[np.int64]


def kept(run: Run) -> Kept:
    """Return the clusterings that are kept of a run."""
    return _kept(f"{key_of(run)} {stamp(run)}", run)


def stamp(run: Run) -> str:
    """Return what is another text when another clustering is kept of a run."""
    places = dict.fromkeys((cluster_place.place_of(run), folder_of(run)))
    return str([_stamp(str(place)) for place in places])


def usual(run: Run) -> Clustering:
    """Return the k-means that every model has at once: as many clusters as labels, or eight.

    Raises:
        ClusterError: too few items.
    """
    return _usual(key_of(run), run)


def vectors(run: Run, space: str) -> Vectors:
    """Return what `cluster_spaces.vectors` does. Raises ClusterError."""
    return _vectors(key_of(run), space, run)


def told(run: Run, clustering: Clustering) -> Told:
    """Describe the clusters as they are now.

    Raises:
        ClusterError: the space they were found in is not there any more.
    """
    return _told(digest(run, clustering), run, clustering)


def titles(run: Run, clustering: Clustering) -> dict[int, str]:
    """Return what each cluster is called: by people, else by its keywords, else "Cluster 3"."""
    try:
        known = told(run, clustering)
    except ClusterError:  # the projection that they were found on is gone
        return {cluster: clustering.name(cluster) for cluster in clustering.clusters}
    words = known.keywords or [()] * len(known.found.clusters)
    return {
        cluster: clustering.state.names.get(cluster)
        or ", ".join(words[place][:_IN_A_NAME])
        or clustering.name(cluster)
        for place, cluster in enumerate(known.found.clusters.tolist())
    }


def themes(run: Run, clustering: Clustering, count: int) -> Themes:
    """Gather the clusters in `count` themes. Raises ClusterError as `told`."""
    names = titles(run, clustering)
    return _themes(digest(run, clustering), count, tuple(names.values()), run, clustering)


def agreed(run: Run, clustering: Clustering) -> Agreement | None:
    """Compare the clusters with the labels; None where no item has one."""
    return _agreed(digest(run, clustering), run, clustering)


def coloured(run: Run, clustering: Clustering) -> Categories:
    """Colour all items by the clusters."""
    return cluster_colours.colouring(clustering, titles(run, clustering))


def digest(run: Run, clustering: Clustering) -> str:
    """Return what tells the items of these clusters from all others; names do not count."""
    content = hashlib.blake2b(clustering.assignment.tobytes(), digest_size=12).hexdigest()
    return f"{key_of(run)} {clustering.spec.id} {content}"


def _stamp(folder: str) -> list[tuple[str, int]]:
    """What changes when something in a folder does."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries)
    except OSError:  # not there, or what was in it has just gone
        return []


@st.cache_resource(max_entries=32, show_spinner=False)
def _kept(key: str, _run: Run) -> Kept:
    return cluster_place.read_all(_run)


@st.cache_resource(max_entries=32, show_spinner="Finding clusters…")
def _usual(key: str, _run: Run) -> Clustering:
    k = usual_clustering.natural_k(_run.labels, len(_run))
    found = prepared.CLUSTERS.get(_run, {"k": k, "seed": usual_clustering.SEED})
    # What was read is anybody's: clusters without items are left out.
    division = Division(by_size(found.assignment))
    return Clustering(ClusterSpec(k=k, seed=usual_clustering.SEED), division)


@st.cache_resource(max_entries=8, show_spinner=False)
def _vectors(key: str, space: str, _run: Run) -> Vectors:
    return cluster_spaces.vectors(_run, space)


@st.cache_resource(max_entries=4, show_spinner="Counting words…")
def _terms(key: str, _run: Run) -> Terms | None:
    if _run.table.texts is None:
        return None
    try:
        return count_terms(_run.table.texts)
    except ClusterError:  # texts without words
        return None


@st.cache_resource(max_entries=32, show_spinner="Describing the clusters…")
def _told(key: str, _run: Run, _clustering: Clustering) -> Told:
    places = vectors(_run, _clustering.spec.space)
    assignment = _clustering.assignment
    found = describe(places, assignment, _clustering.found.membership, count=_TYPICAL)
    # In whatever space they were found, what is decoded is a point of the latent one.
    codes = _clustering.gathered(by_place(found.clusters.tolist()))
    centres = decode(_run, means(_run.latents.mean, codes, len(found.clusters)))
    terms = _terms(key_of(_run), _run)
    words = None if terms is None else keywords.keywords(terms, assignment, found.clusters)
    return Told(
        found,
        centres,
        None if words is None else [[word.term for word in one] for one in words],
        _mixes(_run, assignment, found),
    )


def _mixes(run: Run, assignment: NDArray[np.int32], found: Description) -> list[str] | None:
    labels = run.labels
    if labels is None or not any(labels):
        return None
    return [
        _mix(take(labels, np.flatnonzero(assignment == cluster)))
        for cluster in found.clusters.tolist()
    ]


def _mix(labels: Sequence[str]) -> str:
    """The most frequent labels with their shares, what has none aside."""
    known = Counter(label for label in labels if label)
    # Isolated, so that a name written from right to left does not drag its share along.
    shares = [
        f"\u2068{name}\u2069: {count / len(labels):.0%}"
        for name, count in known.most_common(_IN_A_MIX)
    ]
    bare = len(labels) - known.total()
    return " · ".join([*shares, *([f"without a label: {bare / len(labels):.0%}"] * bool(bare))])


@st.cache_resource(max_entries=64, show_spinner=False)
def _themes(
    key: str, count: int, names: tuple[str, ...], _run: Run, _clustering: Clustering
) -> Themes:
    found = told(_run, _clustering).found
    tree = hierarchy.tree_of(found.centroids, found.sizes)
    theme = hierarchy.themes(tree, found.sizes, count)
    of = dict(zip(found.clusters.tolist(), theme.tolist(), strict=True))
    numbers = np.arange(int(theme.max()) + 1)
    inside = [np.flatnonzero(theme == number).tolist() for number in numbers]
    named = [" + ".join(names[place] for place in places) for places in inside]
    terms = _terms(key_of(_run), _run)
    if terms is not None:
        words = keywords.keywords(terms, _clustering.gathered(of), numbers)
        # A theme of one cluster is called as that is.
        named = [
            name if len(places) == 1 else ", ".join(w.term for w in best[:_IN_A_NAME]) or name
            for name, places, best in zip(named, inside, words, strict=True)
        ]
    sizes = np.bincount(theme, weights=found.sizes).astype(np.int64)
    return Themes(of, named, sizes)


@st.cache_resource(max_entries=64, show_spinner=False)
def _agreed(key: str, _run: Run, _clustering: Clustering) -> Agreement | None:
    if _run.labels is None:
        return None
    try:
        return agreement(_run.labels, _clustering.assignment)
    except ClusterError:  # none of the items has a label
        return None
