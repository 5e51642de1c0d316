"""What each cluster is like: its size, middle, typical and borderline items, tightness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.fitting import Assignment
from explorer.analysis.clusters.spec import Vectors

Items = NDArray[np.int64]
# Items whose distances to all centroids are held at a time.
_BLOCK = 16_384
# Among so many times what is asked for, items at different places are looked for.
_LOOK = 20
TIGHT, FAIRLY_TIGHT = 0.5, 0.8


@dataclass(frozen=True)
class Description:
    """Clusters in the order of their numbers; those without items are left out.

    Attributes:
        clusters: (k,) int64, the numbers that the assignment has for them.
        sizes: (k,) int64. noise: how many items are in none.
        centroids: (k, width) float32, the mean of the members in the space that was divided.
        typical: the items nearest to each centroid, the nearest first. Of items at one and the
            same place, such as texts that repeat, only the first is told, here and below.
        borderline: the items of each cluster that could as well be in another, worst first:
            those with the lowest membership where there is one (HDBSCAN), else with the smallest
            margin between the nearest other centroid and their own. Empty for an only cluster.
        tightness: (k,) float64, mean distance of the members to their centroid ÷ mean distance of
            all items to the mean of all: 0 is one point, 1 as wide as everything; below
            0.5 is tight, below 0.8 fairly tight. In many dimensions good clusters are wider than
            in two.
    """

    clusters: NDArray[np.int64]
    sizes: NDArray[np.int64]
    noise: int
    centroids: Vectors
    typical: tuple[Items, ...]
    borderline: tuple[Items, ...]
    tightness: NDArray[np.float64]


def describe(
    vectors: Vectors,
    assignment: Assignment,
    membership: NDArray[np.float32] | None = None,
    *,
    count: int = 5,
) -> Description:
    """Describe the clusters of `vectors` (items, width) with `count` items of each kind."""
    clusters = np.unique(assignment[assignment >= 0]).astype(np.int64)
    # From here on clusters go by their place in the order; noise is -1 still.
    place = np.full(int(clusters.max(initial=-1)) + 2, -1, np.int32)
    place[clusters] = np.arange(len(clusters), dtype=np.int32)
    placed = place[assignment]
    sizes = np.bincount(placed[placed >= 0], minlength=len(clusters))
    middle = means(vectors, placed, len(clusters))
    own, margin = _distances(vectors, placed, middle)
    worst = margin if membership is None else membership.astype(np.float64)
    several = len(clusters) > 1 or membership is not None
    by_cluster = list(_members(placed, len(clusters)))
    spread = float(np.linalg.norm(vectors - vectors.mean(axis=0, dtype=np.float64), axis=1).mean())
    sums = np.bincount(placed[placed >= 0], own[placed >= 0], minlength=len(clusters))
    return Description(
        clusters,
        sizes,
        int((placed < 0).sum()),
        middle.astype(np.float32),
        tuple(_least(members, own, vectors, count) for members in by_cluster),
        tuple(
            _least(members, worst, vectors, count) if several else members[:0]
            for members in by_cluster
        ),
        sums / sizes / spread if spread > 0 else np.zeros(len(clusters)),
    )  # fmt: skip


def means(vectors: NDArray[np.floating], assignment: Assignment, count: int) -> NDArray[np.float64]:
    """Return the mean of the vectors (items, width) of clusters 0 to `count` - 1, (count, width).

    None of them may be without items; noise is left out.
    """
    from scipy.sparse import csr_matrix

    rows = np.flatnonzero(assignment >= 0)
    marks = csr_matrix(
        (np.ones(len(rows)), (assignment[rows], rows)), shape=(count, len(assignment))
    )
    sizes = np.asarray(marks.sum(axis=1)).reshape(-1, 1)
    sums: NDArray[np.float64] = np.asarray(marks @ vectors.astype(np.float64))
    return np.asarray(sums / sizes)


def tightness_words(tightness: float) -> str:
    """Say how tight a cluster is."""
    if tightness < TIGHT:
        return "tight"
    return "fairly tight" if tightness < FAIRLY_TIGHT else "loose"


def _distances(
    vectors: Vectors, placed: Assignment, middle: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each item's distance to its own centroid, and how much farther the nearest other one is."""
    from sklearn.metrics import pairwise_distances

    own = np.zeros(len(vectors))
    margin = np.full(len(vectors), np.inf)
    for first in range(0, len(vectors) if len(middle) else 0, _BLOCK):
        part = slice(first, first + _BLOCK)
        far = pairwise_distances(vectors[part].astype(np.float64), middle)
        rows, mine = np.arange(len(far)), np.maximum(placed[part], 0)
        own[part] = far[rows, mine]
        far[rows, mine] = np.inf
        margin[part] = far.min(axis=1) - own[part]
    return own, margin


def _members(placed: Assignment, count: int) -> Iterator[Items]:
    order = np.argsort(placed, kind="stable")
    ends = np.searchsorted(placed[order], np.arange(count + 1))
    for number in range(count):
        yield order[ends[number] : ends[number + 1]].astype(np.int64)


def _least(members: Items, values: NDArray[np.float64], vectors: Vectors, count: int) -> Items:
    """The first `count` members by value that lie at different places."""
    first = members[np.argsort(values[members], kind="stable")[: _LOOK * count]]
    places: dict[bytes, int] = {}
    for item in first.tolist():
        places.setdefault(vectors[item].tobytes(), item)
    return np.array(list(places.values())[:count], np.int64)
