"""Fewer, larger themes: a tree of the clusters, by Ward's criterion with their sizes as weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Tree = NDArray[np.float64]


def tree_of(centroids: NDArray[np.floating], sizes: Sequence[int] | NDArray[np.int64]) -> Tree:
    """Merge clusters (k, width) of `sizes` (k,) one pair at a time, the least loss first.

    Returns what `scipy.cluster.hierarchy.linkage` would, (k - 1, 4): the two merged (k and above
    are earlier merges, in order), the height, and how many clusters they hold together. It is
    Ward's method (Ward 1963) as it would go on from the clusters if all members of each lay at
    its centroid; scipy's own gives every row the same weight. Heights rise.
    """
    count = len(centroids)
    places = np.zeros((max(2 * count - 1, 0), centroids.shape[1]))
    places[:count] = centroids
    weights = np.zeros(len(places))
    weights[:count] = sizes
    tree = np.zeros((max(count - 1, 0), 4))
    held = np.ones(len(places))
    left = list(range(count))
    for step in range(count - 1):
        first, second, height = _nearest(places[left], weights[left])
        one, other = left[first], left[second]
        made = count + step
        weights[made] = weights[one] + weights[other]
        places[made] = (weights[one] * places[one] + weights[other] * places[other]) / weights[made]
        held[made] = held[one] + held[other]
        tree[step] = (min(one, other), max(one, other), height, held[made])
        left = [number for number in left if number not in (one, other)] + [made]
    return tree


def themes(tree: Tree, sizes: Sequence[int] | NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """Return which of `count` themes each cluster of the tree is in, (k,), the largest theme 0.

    `sizes` (k,) as they were for the tree. There is at least one theme, and at most one a cluster.
    """
    clusters = len(tree) + 1
    count = min(max(count, 1), clusters)
    members = {number: [number] for number in range(clusters)}
    for step, (one, other, _, _) in enumerate(tree[: clusters - count]):
        members[clusters + step] = members.pop(int(one)) + members.pop(int(other))
    weights = np.asarray(sizes)
    found = np.zeros(clusters, np.int32)
    in_order = sorted(members.values(), key=lambda held: (-int(weights[held].sum()), min(held)))
    for theme, held in enumerate(in_order):
        found[held] = theme
    return found


def _nearest(places: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[int, int, float]:
    """The pair whose merging costs least, and its height: the root of twice the added inertia."""
    squares = (places**2).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2 * places @ places.T, 0.0)
    cost = 2 * apart * weights[:, None] * weights / (weights[:, None] + weights)
    cost[np.tril_indices(len(cost))] = np.inf
    at = int(cost.argmin())
    first, second = divmod(at, len(cost))
    return first, second, float(np.sqrt(cost[first, second]))
