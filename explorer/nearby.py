"""The items of a run that lie nearest to a point, shared by all visitors of this server.

Up to 100,000 items every distance is measured. Above, where faiss is installed
(`latentscape[index]`), an index of cells answers as soon as it is built: in seconds, in a thread,
from the latents themselves. It is never written or read, so nobody's file is believed; until it is
there, and where it cannot be had, every distance is measured.
"""

from __future__ import annotations

import importlib.util
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.nearest import Near, Scale, nearest
from explorer.analysis.ranking import Ranked, by_distance
from explorer.background import Background
from explorer.content import key_of
from explorer.live.neighbours import nearest_items

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

EXACT_ITEMS = 100_000
# Of the true ten nearest, at least this share is to be found; as many cells are read as that takes.
RECALL = 0.98
_ASKED, _NEAREST = 200, 10
_FEWEST_READ = 8
_SAMPLE_PER_CELL = 64
# Of so large a share of the items, every distance is measured: cells hold no more.
_MOST_SHARE = 0.01

Vectors = NDArray[np.float32]


class Cells:
    """Items (items, dim) in √items cells, of which those nearest to a query are looked through.

    Attributes:
        read: how many of them.
        recall: of the true ten nearest of 200 items, the share that is found so.
    """

    def __init__(self, items: Vectors, seed: int = 0) -> None:
        import faiss

        # Others work beside this thread.
        faiss.omp_set_num_threads(1)
        self._scale = Scale.of(items)
        scaled = np.ascontiguousarray(self._scale(items))
        cells = math.isqrt(len(items))
        draw = np.random.default_rng(seed)
        size = min(len(items), _SAMPLE_PER_CELL * cells)
        sample = scaled[np.sort(draw.choice(len(items), size, replace=False))]
        self._centres = faiss.IndexFlatL2(items.shape[1])
        self._index = faiss.IndexIVFFlat(self._centres, items.shape[1], cells)
        self._index.cp.seed, self._index.cp.min_points_per_centroid = seed + 1, 1
        self._index.train(sample)
        self._index.add(scaled)
        self._items = items
        asked = np.sort(draw.choice(len(items), min(_ASKED, len(items)), replace=False))
        true = nearest(items[asked], items, _NEAREST + 1).items
        self.read, self.recall = min(_FEWEST_READ, cells), 0.0
        while True:
            self._index.nprobe = self.read
            self.recall = self._measured(asked, true)
            if self.recall >= RECALL or self.read == cells:
                break
            self.read = min(2 * self.read, cells)

    def _measured(self, asked: NDArray[np.int64], true: NDArray[np.int64]) -> float:
        """The share of the true nearest that is found; no item counts as near to itself."""
        hits = wanted = 0
        for item, expected in zip(asked.tolist(), true, strict=True):
            others = set(expected.tolist()) - {item}
            found = self.nearest(self._items[item], _NEAREST + 1).items
            hits += len(others & set(found.tolist()))
            wanted += len(others)
        return hits / wanted if wanted else 1.0

    def nearest(self, z: Vectors, k: int) -> Near:
        """Return about the `k` items nearest to z (dim,); fewer where those cells hold fewer."""
        scaled = np.ascontiguousarray(self._scale(z[None]))
        found = self._index.search(scaled, min(k, len(self._items)))[1][0]
        found = found[found >= 0].astype(np.int64)
        distances = np.linalg.norm(self._items[found] - z, axis=1)
        order = np.lexsort((found, distances))
        return Near(found[order], distances[order])


class Nearby:
    """What answers for the runs that were asked about last. Safe to use from any thread."""

    def __init__(self, exact_items: int = EXACT_ITEMS) -> None:
        self._exact_items = exact_items
        self._built: Background[Cells] = Background("nearby", most=3)

    def nearest(self, run: Run, z: Vectors, count: int) -> Near:
        """Return the `count` items nearest to z (latent_dim,), or all: (n,) each, nearest first."""
        z = np.asarray(z, np.float32)
        if len(run) > self._exact_items and count <= _MOST_SHARE * len(run) and has_faiss():
            index = self._built.get(key_of(run), lambda progress: Cells(run.latents.mean))
            found = None if index is None else index.nearest(z, count)
            if found is not None and len(found.items) == count:
                return found
        return Near(*nearest_items(run.latents.mean, z, count))

    def recall(self, run: Run) -> float | None:
        """Return which share of the true nearest is found; None where all are."""
        index = self._built.peek(key_of(run))
        return None if index is None else index.recall

    def wait(self, run: Run) -> None:
        """Wait until the index of a run is built, where one is being built."""
        self._built.wait(key_of(run))


def has_faiss() -> bool:
    """Tell whether an index can be built."""
    return importlib.util.find_spec("faiss") is not None


NEARBY = Nearby()


def others(run: Run, item: int, count: int) -> Ranked:
    """Return the `count` items nearest to one, itself left out."""
    near = NEARBY.nearest(run, run.latents.mean[item], count + 1)
    # Of very many in one place, the item itself need not be among them.
    kept = near.items != item
    return by_distance(Near(near.items[kept][:count], near.distances[kept][:count]))
