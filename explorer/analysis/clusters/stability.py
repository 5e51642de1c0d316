"""Whether the same clusters come again: from other seeds, or of other samples of the items."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from explorer.analysis.clusters.fitting import Assignment, divide
from explorer.analysis.clusters.spec import ClusterError, ClusterSpec, Vectors

REPEATS = 5
# Of more items as many are drawn first; of those HDBSCAN sees this share each time.
SAMPLE, SHARE = 20_000, 0.8
_WORDS = (
    (0.9, "the same clusters each time"),
    (0.75, "much the same clusters each time"),
    (0.5, "partly the same clusters each time"),
    (-1.0, "other clusters each time, so do not read much into a single one"),
)


@dataclass(frozen=True)
class Stability:
    """Agreement of repeated divisions.

    Attributes:
        ari: mean adjusted Rand index over all pairs, 1 where they are the same.
        spread: its standard deviation over the pairs.
        repeats: how many divisions were compared.
        over: what differed: "seeds" (k-means) or "samples" (HDBSCAN, each of 80 % of the items,
            compared on those in both; noise counts as a group).
    """

    ari: float
    spread: float
    repeats: int
    over: str

    def words(self) -> str:
        """Say it to people."""
        told = next(words for least, words in _WORDS if self.ari >= least)
        return f"{told} (mean ARI {self.ari:.2f} over {self.repeats} {self.over})"


def stability(spec: ClusterSpec, vectors: Vectors, *, repeats: int = REPEATS) -> Stability:
    """Divide `vectors` (items, width) `repeats` times, from `spec.seed` on, and compare.

    Raises:
        ClusterError: they cannot be divided so, or less than two samples of HDBSCAN can.
    """
    from sklearn.metrics import adjusted_rand_score

    if len(vectors) > SAMPLE:
        draw = np.random.default_rng(spec.seed)
        vectors = vectors[np.sort(draw.choice(len(vectors), SAMPLE, replace=False))]
    again = _seeded(spec, vectors, repeats) if spec.method == "kmeans" else _sampled(
        spec, vectors, repeats
    )  # fmt: skip
    scores = []
    for one, other in combinations(again, 2):
        both = (one > _ABSENT) & (other > _ABSENT)
        scores.append(float(adjusted_rand_score(one[both], other[both])))
    over = "seeds" if spec.method == "kmeans" else "samples"
    return Stability(float(np.mean(scores)), float(np.std(scores)), len(again), over)


# In a division: an item that was not drawn. Noise is -1.
_ABSENT = -2


def _seeded(spec: ClusterSpec, vectors: Vectors, repeats: int) -> list[Assignment]:
    return [
        divide(dataclasses.replace(spec, seed=(spec.seed + number) % 2**32), vectors).assignment
        for number in range(repeats)
    ]


def _sampled(spec: ClusterSpec, vectors: Vectors, repeats: int) -> list[Assignment]:
    """HDBSCAN has no seed of its own: what changes is which items it sees."""
    found: list[Assignment] = []
    failure: ClusterError | None = None
    assert spec.min_cluster_size is not None
    assert spec.min_samples is not None
    smaller = dataclasses.replace(
        spec,
        min_cluster_size=max(2, round(SHARE * spec.min_cluster_size)),
        min_samples=max(1, round(SHARE * spec.min_samples)),
    )
    for number in range(repeats):
        draw = np.random.default_rng([spec.seed, number])
        rows = draw.choice(len(vectors), max(1, int(SHARE * len(vectors))), replace=False)
        assignment = np.full(len(vectors), _ABSENT, np.int32)
        try:
            assignment[rows] = divide(smaller, vectors[rows]).assignment
        except ClusterError as error:
            # Nothing but noise in this sample is a finding too, though not in all.
            assignment[rows], failure = -1, error
        found.append(assignment)
    if failure is not None and sum(bool((one >= 0).any()) for one in found) < 2:
        raise failure
    return found
