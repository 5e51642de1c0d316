"""Whether the same clusters come again: from other seeds, or of other samples of the items."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from explorer.analysis.clusters.fitting import Assignment, divide, scaled
from explorer.analysis.clusters.spec import ClusterError, ClusterSpec, Vectors

REPEATS = 5
# Of more items so many are drawn, once, for k-means and for HDBSCAN; of those HDBSCAN sees the
# share each time.
SAMPLE, SAMPLE_HDBSCAN, SHARE = 20_000, 6_000, 0.8
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

    count = len(vectors)
    by_seed = spec.method == "kmeans"
    most = SAMPLE if by_seed else SAMPLE_HDBSCAN
    if count > most:
        draw = np.random.default_rng(spec.seed)
        vectors = vectors[np.sort(draw.choice(count, most, replace=False))]
    if by_seed:
        again = _seeded(spec, vectors, repeats)
    else:
        again = _sampled(_of_fewer(spec, SHARE * len(vectors) / count), vectors, repeats)
    scores = []
    for one, other in combinations(again, 2):
        both = (one > _ABSENT) & (other > _ABSENT)
        scores.append(float(adjusted_rand_score(one[both], other[both])))
    over = "seeds" if by_seed else "samples"
    return Stability(float(np.mean(scores)), float(np.std(scores)), len(again), over)


# In a division: an item that was not drawn. Noise is -1.
_ABSENT = -2


def _seeded(spec: ClusterSpec, vectors: Vectors, repeats: int) -> list[Assignment]:
    return [
        divide(dataclasses.replace(spec, seed=(spec.seed + number) % 2**32), vectors).assignment
        for number in range(repeats)
    ]


def _of_fewer(spec: ClusterSpec, share: float) -> ClusterSpec:
    assert spec.min_cluster_size is not None
    assert spec.min_samples is not None
    size, samples = (scaled(asked, share) for asked in (spec.min_cluster_size, spec.min_samples))
    return dataclasses.replace(spec, min_cluster_size=size, min_samples=samples)


def _sampled(spec: ClusterSpec, vectors: Vectors, repeats: int) -> list[Assignment]:
    """HDBSCAN has no seed of its own: what changes is which items it sees."""
    found: list[Assignment] = []
    failure: ClusterError | None = None
    for number in range(repeats):
        draw = np.random.default_rng([spec.seed, number])
        rows = draw.choice(len(vectors), max(1, int(SHARE * len(vectors))), replace=False)
        assignment = np.full(len(vectors), _ABSENT, np.int32)
        try:
            assignment[rows] = divide(spec, vectors[rows]).assignment
        except ClusterError as error:
            # Nothing but noise in this sample is a finding too, though not in all.
            assignment[rows], failure = -1, error
        found.append(assignment)
    if failure is not None and sum(bool((one >= 0).any()) for one in found) < 2:
        raise failure
    return found
