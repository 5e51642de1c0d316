"""How far a map can be believed: trustworthiness and neighbourhood preservation.

Trustworthiness is that of Venna & Kaski (2001), as scikit-learn's: 1 where all neighbours on the
map are neighbours in the latent space, less for each that is not, by how far down the order of
distances it stands there. Preservation is the share of an item's neighbours in the latent space
that are its neighbours on the map.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import loose_json
from explorer.analysis.nearest import Scale, Targets, Vectors

K = 15
# Up to so many items all are measured; of more a sample, whose neighbours are looked up among all.
MOST_EXACT, SAMPLE = 10_000, 5_000
# Beside a page: so many distances, and at least so many items. A million take about four seconds.
_AT_ONCE_DISTANCES, _AT_ONCE_LEAST = 100_000_000, 200
# From here on most of what looks near is near, and nearly all. A rule of thumb, nobody's theorem.
_FAIR, _GOOD = 0.85, 0.95
_BLOCK_VALUES = 1 << 24  # distances held at a time, 64 MiB


@dataclass(frozen=True)
class Quality:
    """How well neighbours in the latent space (Euclidean) and on the map agree.

    Attributes:
        trustworthiness, preservation: in [0, 1].
        k: how many neighbours were looked at.
        measured: how many items' neighbours, of all `items`.
    """

    trustworthiness: float
    preservation: float
    k: int
    measured: int
    items: int

    @property
    def words(self) -> str:
        """One sentence for people."""
        sample = (
            ""
            if self.measured == self.items
            else f" ({self.measured:,} of {self.items:,} items measured)"
        )
        return (
            f"{self._verdict} (trustworthiness {self.trustworthiness:.3f}, 1 is best): "
            f"{self.preservation:.0%} of an item's {self.k} nearest are its nearest here, "
            f"too{sample}."
        )

    @property
    def _verdict(self) -> str:
        if self.trustworthiness >= _GOOD:
            return "What looks near is near"
        if self.trustworthiness >= _FAIR:
            return "Most of what looks near is near"
        return "Much of what looks near is not"

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Quality:
        """Read what `to_json` gave. Raises ValueError where it is not that."""
        found: Mapping[str, Any] = loose_json.mapping(values)
        trust, kept = (loose_json.number(found, n) for n in ("trustworthiness", "preservation"))
        k, measured, items = (loose_json.count(found, n) for n in ("k", "measured", "items"))
        shares = trust is not None and kept is not None and 0 <= trust <= 1 and 0 <= kept <= 1
        if not shares or not 1 <= k < items or not 1 <= measured <= items:
            raise ValueError("This is no quality of a projection.")
        assert trust is not None
        assert kept is not None
        return cls(trust, kept, k, measured, items)


def measure(
    latents: Vectors,
    points: Vectors,
    k: int = K,
    seed: int = 0,
    rows: NDArray[np.int64] | None = None,
) -> Quality | None:
    """Compare the neighbours of items in the latent space (n, dim) and on a map (n, 2 or 3).

    Args:
        k: reduced where there are not twice as many items.
        rows: the items to measure; by default all, or a seeded sample.

    Returns None for fewer than three items, which have no neighbourhoods to compare.
    """
    count = len(latents)
    k = min(k, (count - 1) // 2)
    if k < 1:
        return None
    if rows is None:
        rows = _rows(count, seed)
    ranks = _ranks(latents, rows, _on_map(points, rows, k))
    worst = len(rows) * k * (2 * count - 3 * k - 1) / 2
    trust = 1.0 - float(np.maximum(ranks - k, 0).sum()) / worst
    return Quality(trust, float((ranks <= k).mean()), k, len(rows), count)


def at_once(latents: Vectors, points: Vectors, seed: int = 0) -> Quality | None:
    """As `measure`, of so few items that a page beside it goes on; it says of how many."""
    count = len(latents)
    if count <= MOST_EXACT:
        return measure(latents, points)
    sample = min(SAMPLE, max(_AT_ONCE_LEAST, _AT_ONCE_DISTANCES // count))
    return measure(latents, points, rows=_rows(count, seed, sample))


def _rows(count: int, seed: int, sample: int | None = None) -> NDArray[np.int64]:
    if count <= MOST_EXACT:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, sample or SAMPLE, replace=False))


def _on_map(points: Vectors, rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The `k` nearest others of some items on the map: (rows, k)."""
    from scipy.spatial import cKDTree

    found = cKDTree(points).query(points[rows], k=k + 1)[1]
    others = found != rows[:, None]
    others[others.all(axis=1), k] = False  # among identical points the item itself may be missing
    return np.asarray(found[others].reshape(len(rows), k), dtype=np.int64)


def _ranks(
    latents: Vectors, rows: NDArray[np.int64], neighbours: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Which nearest in the latent space each neighbour is, from 1: (rows, k)."""
    scaled = Scale.of(latents)(latents)
    targets = Targets(scaled)
    ranks = np.empty(neighbours.shape, np.int64)
    height = max(1, _BLOCK_VALUES // len(latents))
    for first in range(0, len(rows), height):
        part = rows[first : first + height]
        distances = targets.order_distances(scaled[part])
        distances[np.arange(len(part)), part] = np.inf
        for row, (values, others) in enumerate(
            zip(distances, neighbours[first : first + height], strict=True)
        ):
            for place, limit in enumerate(values[others]):
                ranks[first + row, place] = 1 + np.count_nonzero(values < limit)
    return ranks
