"""Which items lie near: on a map of two dimensions, and among the latents of all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Neighbours whose mean distance tells how dense a place is.
TRUSTED_NEIGHBOURS = 8
# A place is fully trusted up to this many times the typical spacing of the items.
TRUSTED_SPACINGS = 2.0
_SPACING_SAMPLE = 2000
_BLOCK = 1 << 16


class Surroundings:
    """The items of a map, to be looked up by place.

    Args:
        points: (items, 2), finite, one item or more.

    Attributes:
        spacing: the median over the items of the mean distance to their 8 nearest others.
    """

    def __init__(self, points: NDArray[np.floating[Any]]) -> None:
        from scipy.spatial import cKDTree

        self._tree = cKDTree(points)
        self._count = min(TRUSTED_NEIGHBOURS, len(points))
        self.spacing = self._typical_spacing(np.asarray(points))

    def near(
        self, place: NDArray[np.floating[Any]], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The ``count`` items nearest to a place (2,), or all: indices and distances (n,)."""
        distances, indices = self._tree.query(place, k=range(1, min(count, self._tree.n) + 1))
        return indices.astype(np.int64), distances

    def trust(self, distances: NDArray[np.float64]) -> float:
        """How dense a place is whose nearest items are so far away (n,), nearest first: [0, 1].

        With d the mean distance to the 8 nearest items, and s the median over the items of their
        own mean distance to their 8 nearest others: min(1, (2 s / d)²). So 1 up to twice the
        typical spacing, and from there as the density of the items, which goes as 1 / d².
        """
        distance = float(distances[: self._count].mean())
        trusted = TRUSTED_SPACINGS * self.spacing
        return 1.0 if distance <= trusted else (trusted / distance) ** 2

    def _typical_spacing(self, points: NDArray[np.floating[Any]]) -> float:
        others = min(TRUSTED_NEIGHBOURS, len(points) - 1)
        if others == 0:
            return 0.0
        sample = points[:: max(1, len(points) // _SPACING_SAMPLE)]
        # The nearest of all is the item itself.
        distances = self._tree.query(sample, k=range(2, others + 2))[0]
        return float(np.median(distances.mean(axis=1)))


def nearest_items(
    latents: NDArray[np.float32], z: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``count`` rows of ``latents`` (items, latent_dim) nearest to ``z``, or all of them.

    Exact: every distance is measured. Returns indices and Euclidean distances, nearest first, of
    equally near ones the lower index first.
    """
    squares = np.empty(len(latents), np.float32)
    for start in range(0, len(latents), _BLOCK):
        away = latents[start : start + _BLOCK] - z
        np.einsum("ij,ij->i", away, away, out=squares[start : start + _BLOCK])
    count = min(count, len(squares))
    farthest = np.partition(squares, count - 1)[count - 1]
    found = np.flatnonzero(squares <= farthest)
    chosen = found[np.argsort(squares[found], kind="stable")][:count]
    return chosen.astype(np.int64), np.sqrt(squares[chosen])


def shepard_weights(distances: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Weights (…, n − 1) of the nearest items from distances (…, n), nearest first; they sum to 1.

    ((R − d) / (R d))² with R the distance of the last one, which itself has none: what is weighted
    so changes smoothly where one neighbour gives way to another, and is exact at an item
    (Franke & Nielson 1980). Items at distance 0 share all the weight.
    """
    inner, radius = distances[..., :-1].astype(np.float64), distances[..., -1:].astype(np.float64)
    at_item = inner == 0
    # Relative to the nearest one, so that nothing overflows close to it.
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = ((1 - inner / radius) * (inner[..., :1] / inner)) ** 2
    weights = np.where(at_item.any(axis=-1, keepdims=True), at_item, weights)
    total = weights.sum(axis=-1, keepdims=True)
    even = np.full_like(weights, 1 / weights.shape[-1])
    return np.asarray(np.divide(weights, total, out=even, where=total > 0))
