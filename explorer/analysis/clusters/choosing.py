"""How many clusters: silhouette and inertia over k, beside clouds without clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.spec import FEWEST_K, ClusterError, Vectors, check_vectors

# All k-means runs see at most so many items, drawn at random; the silhouette at most
# `vae_core.evaluation.clustering.SILHOUETTE_SAMPLE` of those.
SAMPLE = 4_000
MOST_TRIED = 20
# How much higher the silhouette must be than in a cloud without clusters, to be one of clusters:
# a part of what is left to 1, and more than clouds differ from one another.
LEAST_EXCESS = 0.05
_CLOUDS = 2
_SPREADS = 4.0
# What comes this near to the best excess does about as well, and a number is clear where no more
# than this share of those tried does.
AS_GOOD, MOST_AS_GOOD = 0.9, 0.25

Verdict = Literal["clear", "range", "none"]


@dataclass(frozen=True)
class KChoice:
    """What speaks for each k.

    Attributes:
        ks: (n,) those tried, rising.
        silhouette: (n,) mean silhouette of k-means (Rousseeuw 1987), -1 to 1.
        cloud: (n,) the same for as many items of the same mean and covariance without clusters:
            the higher one of a Gaussian and of a box filled evenly, each a mean of two draws.
        inertia: (n,) mean squared distance to the centroid.
        k: the proposal, or where to begin if none is clear.
        verdict: "clear"; "range": there are clusters, but several k do about as well; "none": no
            more clusters than in a cloud.
        as_good: the k that do about as well as the proposal, itself included; of "none" empty.
        items: how many items this was found on.
    """

    ks: NDArray[np.int64]
    silhouette: NDArray[np.float64]
    cloud: NDArray[np.float64]
    inertia: NDArray[np.float64]
    k: int
    verdict: Verdict
    as_good: tuple[int, ...]
    items: int

    def words(self) -> str:
        """Say it in a sentence."""
        at = int(np.flatnonzero(self.ks == self.k)[0])
        measured = (
            f"silhouette {self.silhouette[at]:.2f}; {self.cloud[at]:.2f} in a cloud without "
            "clusters"
        )
        if self.verdict == "clear":
            others = [k for k in self.as_good if k != self.k]
            also = f", and {_spoken(others)} do about as well" if others else ""
            return f"{self.k} clusters stand out ({measured}){also}."
        if self.verdict == "range":
            return (
                f"No clear k: there are groups, but {_spoken(self.as_good)} clusters do about as "
                f"well; {self.k} is the best by little ({measured})."
            )
        return (
            f"No clear k: these items are hardly more grouped than a cloud without clusters "
            f"({measured} for {self.k}), so any number of clusters only cuts a whole into pieces."
        )


def choose_k(
    vectors: Vectors, ks: Sequence[int] | None = None, *, start: int = 8, seed: int = 0
) -> KChoice:
    """Try k-means with each of `ks` (default: 2 to 20, as far as there are items).

    The proposal has the highest excess: silhouette less that of a cloud of the same covariance,
    as a part of what is left to 1. It is none where that is below 0.05 or within the spread of
    the clouds; `start` (or the nearest that was tried) is where to begin then.

    Raises:
        ClusterError: fewer than three different items, or no finite numbers.
    """
    check_vectors(vectors)
    draw = np.random.default_rng(seed)
    if len(vectors) > SAMPLE:
        vectors = vectors[np.sort(draw.choice(len(vectors), SAMPLE, replace=False))]
    different = len(np.unique(vectors, axis=0))
    wanted = range(FEWEST_K, MOST_TRIED + 1) if ks is None else ks
    tried = np.array(sorted({int(k) for k in wanted if FEWEST_K <= k < different}), np.int64)
    if not len(tried):
        raise ClusterError(
            f"Only {different:,} of the items differ, too few to choose a number of clusters: "
            "give k yourself, or more items."
        )
    silhouette, inertia = _curves(vectors, tried, seed)
    clouds = np.array(
        [
            [_curves(_cloud(vectors, draw, even), tried, seed, starts=2)[0] for _ in range(_CLOUDS)]
            for even in (False, True)
        ]
    )
    cloud = clouds.mean(axis=1).max(axis=0)
    # One spread for all k: of two draws each, its own would be noise.
    spread = float(np.sqrt(clouds.var(axis=1, ddof=1).mean()))
    gained = silhouette - cloud
    excess = gained / np.maximum(1.0 - cloud, 1e-9)
    best = int(excess.argmax())
    if excess[best] < LEAST_EXCESS or gained[best] < _SPREADS * spread:
        nearest = int(np.abs(tried - start).argmin())
        return KChoice(tried, silhouette, cloud, inertia, int(tried[nearest]), "none", (),
                       len(vectors))  # fmt: skip
    as_good = tuple(tried[excess >= AS_GOOD * excess[best]].tolist())
    clear = len(as_good) <= max(1, int(MOST_AS_GOOD * len(tried)))
    verdict: Verdict = "clear" if clear else "range"
    return KChoice(tried, silhouette, cloud, inertia, int(tried[best]), verdict, as_good,
                   len(vectors))  # fmt: skip


def _curves(
    vectors: Vectors, ks: NDArray[np.int64], seed: int, starts: int = 3
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from sklearn.cluster import KMeans

    from vae_core.evaluation.clustering import silhouette

    silhouettes, inertias = [], []
    for k in ks.tolist():
        fitted = KMeans(k, random_state=seed, n_init=starts).fit(vectors)
        silhouettes.append(silhouette(vectors, fitted.labels_, seed=seed))
        inertias.append(fitted.inertia_ / len(vectors))
    return np.array(silhouettes), np.array(inertias)


def _cloud(vectors: Vectors, draw: np.random.Generator, even: bool) -> Vectors:
    """As many items with the mean and covariance of `vectors`: of a Gaussian, or of a box."""
    wide = vectors.astype(np.float64)
    middle = wide.mean(axis=0)
    # X = U S Vᵀ: noise times S Vᵀ has its covariance, also where that has no Cholesky factor. The
    # box lies along the principal axes, as in the gap statistic (Tibshirani et al. 2001).
    _, singular, axes = np.linalg.svd(wide - middle, full_matrices=False)
    shape, half = (len(wide), len(singular)), np.sqrt(3.0)
    noise = draw.uniform(-half, half, shape) if even else draw.standard_normal(shape)
    drawn = noise * (singular / np.sqrt(max(len(wide) - 1, 1))) @ axes + middle
    return np.asarray(drawn, np.float32)


def _spoken(ks: Sequence[int]) -> str:
    if len(ks) > 3:
        return f"{ks[0]} to {ks[-1]}"
    *first, last = ks
    return f"{', '.join(map(str, first))} or {last}" if first else str(last)
