"""The items that lie nearest to others in the latent space, of all items, in bounded memory.

Exact where that takes seconds; else among the items of the nearest cells of a k-means, which finds
nearly all of them (`benchmarks/projections.py` says how many) at a tenth of the work. Seeded, and
nothing but numpy: no index to compile first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# Distances to measure before cells are worth their while: some seconds.
EXACT_PAIRS = 500_000_000
# Of the items, the share that is looked through around each cell.
SHARE = 0.12
_BLOCK_VALUES = 1 << 22  # distances held at a time, 16 MiB
_GROUP = 64
_FARTHEST = 1e15
_SAMPLE_PER_CELL, _ROUNDS = 64, 6


class Near(NamedTuple):
    """Items by distance, nearest first: indices int64 and distances float32, (queries, k) each."""

    items: NDArray[np.int64]
    distances: Vectors


def normalised(latents: Vectors, metric: str) -> Vectors:
    """Return vectors whose Euclidean distances order as `metric` does: "euclidean" or "cosine"."""
    if metric == "euclidean":
        return latents
    lengths = np.linalg.norm(latents.astype(np.float64), axis=1, keepdims=True)
    found = np.divide(latents, lengths, out=np.zeros(latents.shape), where=lengths > 0)
    return np.asarray(found, dtype=np.float32)


def nearest(
    queries: Vectors, items: Vectors, k: int, seed: int = 0, exact_pairs: int = EXACT_PAIRS
) -> Near:
    """Return the `k` items (items, dim) nearest to each query (queries, dim), or all where fewer.

    An item that is a query too is its own nearest. Exact up to `exact_pairs` pairs.
    """
    k = min(k, len(items))
    scale = Scale.of(items)
    queries, items = scale(queries), scale(items)
    if len(queries) * len(items) <= exact_pairs:
        found = _nearest_of_all(queries, items, k)
    else:
        found = _nearest_in_cells(queries, items, k, np.random.default_rng(seed))
    return Near(found.items, found.distances * np.float32(scale.width))


@dataclass(frozen=True)
class Scale:
    """Vectors about 0 and within 1, so that squares neither overflow nor cancel each other."""

    centre: NDArray[np.float64]
    width: float

    @classmethod
    def of(cls, vectors: Vectors) -> Scale:
        centre = vectors.mean(axis=0, dtype=np.float64)
        ends = np.abs(np.stack([vectors.min(axis=0), vectors.max(axis=0)]) - centre)
        # Items at one place have no width of their own: how far they lie from 0 says what is wide.
        return cls(centre, float(ends.max()) or float(np.abs(centre).max()) or 1.0)

    def __call__(self, vectors: Vectors) -> Vectors:
        # What lies farther away than that is equally far from everything.
        scaled = ((vectors - self.centre) / self.width).clip(-_FARTHEST, _FARTHEST)
        return np.asarray(scaled, dtype=np.float32)


class Targets:
    """Items (items, dim), laid out so that one product gives distances to all of them."""

    def __init__(self, items: Vectors) -> None:
        self.items = items
        self.groups = -(-len(items) // _GROUP)
        places = _GROUP * self.groups
        self._table = np.zeros((items.shape[1] + 1, places), np.float32)
        self._table[:-1, : len(items)] = -2.0 * items.T
        self._table[-1] = np.inf
        self._table[-1, : len(items)] = np.einsum("ij,ij->i", items, items)

    def order_distances(self, queries: Vectors) -> Vectors:
        """Squared distances less the query's own square: (queries, items and more of inf)."""
        ones = np.ones((len(queries), 1), np.float32)
        return np.concatenate([queries, ones], axis=1) @ self._table

    def nearest(self, queries: Vectors, k: int) -> Near:
        """The `k` nearest of a block of queries."""
        chosen = self._chosen(self.order_distances(queries), k)
        away = self.items[chosen] - queries[:, None]
        distances = np.sqrt(np.einsum("ijk,ijk->ij", away, away))
        order = np.lexsort((chosen, distances), axis=1)
        return Near(np.take_along_axis(chosen, order, 1), np.take_along_axis(distances, order, 1))

    def _chosen(self, values: Vectors, k: int) -> NDArray[np.int64]:
        """Where the `k` smallest of each row lie: in the `k` groups of the smallest minima."""
        if k >= self.groups:
            return np.argpartition(values, k - 1, axis=1)[:, :k]
        grouped = values.reshape(len(values), _GROUP, self.groups)
        groups = np.argpartition(grouped.min(axis=1), k - 1, axis=1)[:, :k]
        within = np.take_along_axis(grouped, groups[:, None], axis=2).reshape(len(values), -1)
        places = np.argpartition(within, k - 1, axis=1)[:, :k]
        group = np.take_along_axis(groups, places % k, axis=1)
        return (places // k) * self.groups + group


class Known:
    """Items (items, dim) that are looked up again and again, exactly: half a millisecond a query
    at 100,000 × 32. It keeps them twice."""

    def __init__(self, items: Vectors) -> None:
        self._scale = Scale.of(items)
        self._targets = Targets(self._scale(items))

    def nearest(self, queries: Vectors, k: int) -> Near:
        """Return the `k` items nearest to each of a few queries, or all where fewer."""
        found = self._targets.nearest(self._scale(queries), min(k, len(self._targets.items)))
        return Near(found.items, found.distances * np.float32(self._scale.width))


def _nearest_of_all(queries: Vectors, items: Vectors, k: int) -> Near:
    targets = Targets(items)
    found = Near(np.empty((len(queries), k), np.int64), np.empty((len(queries), k), np.float32))
    rows = max(1, _BLOCK_VALUES // max(1, len(items)))
    for first in range(0, len(queries), rows):
        part = slice(first, first + rows)
        found.items[part], found.distances[part] = targets.nearest(queries[part], k)
    return found


def _nearest_in_cells(queries: Vectors, items: Vectors, k: int, draw: np.random.Generator) -> Near:
    centres = _centres(items, int(np.sqrt(len(items))), draw)
    of_items, of_queries = (_nearest_of_all(v, centres, 1).items[:, 0] for v in (items, queries))
    members = _members(of_items, len(centres))
    sizes = np.array([len(inside) for inside in members])
    around = _nearest_of_all(centres, centres, len(centres)).items
    wanted = max(SHARE * len(items), 4 * k)
    found = Near(np.empty((len(queries), k), np.int64), np.empty((len(queries), k), np.float32))
    for cell, asking in enumerate(_members(of_queries, len(centres))):
        if len(asking) == 0:
            continue
        cells = around[cell]
        count = int(np.searchsorted(np.cumsum(sizes[cells]), wanted)) + 1
        candidates = np.sort(np.concatenate([members[other] for other in cells[:count]]))
        near = _nearest_of_all(queries[asking], items[candidates], k)
        found.items[asking], found.distances[asking] = candidates[near.items], near.distances
    return found


def _centres(items: Vectors, count: int, draw: np.random.Generator) -> Vectors:
    """The centres of some cells that divide the items: a few rounds of k-means on a sample."""
    size = min(len(items), _SAMPLE_PER_CELL * count)
    sample = items[np.sort(draw.choice(len(items), size, replace=False))]
    centres = sample[draw.choice(size, count, replace=False)]
    for _ in range(_ROUNDS):
        cells = _nearest_of_all(sample, centres, 1).items[:, 0]
        sizes = np.bincount(cells, minlength=count)
        sums = np.stack(
            [np.bincount(cells, column, minlength=count) for column in sample.T], axis=1
        )
        filled = sizes > 0
        centres[filled] = sums[filled] / sizes[filled, None]
    return centres


def _members(cells: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    order = np.argsort(cells, kind="stable")
    ends = np.cumsum(np.bincount(cells, minlength=count))
    return np.split(order, ends[:-1])
