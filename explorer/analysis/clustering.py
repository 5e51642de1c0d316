"""k-means in the latent space: clusters, their sizes and their most typical items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vae_core.data.text_column import take
from vae_core.errors import UserError

LARGE = 50_000
# What is offered, and the seed of what is shown.
FEWEST, MOST, SEED = 2, 20, 0


class ClusterError(UserError, ValueError):
    """The items cannot be divided this way; the message is one sentence for people."""


@dataclass(frozen=True)
class Clusters:
    """A division of the items, largest cluster first.

    Attributes:
        assignment: (n,) int32, the cluster of each item.
        centroids: (k, latent_dim) float32.
        sizes: (k,) int64.
        typical: (k,) arrays of item indices, nearest to the centroid first.
    """

    assignment: NDArray[np.int32]
    centroids: NDArray[np.float32]
    sizes: NDArray[np.int64]
    typical: tuple[NDArray[np.int64], ...]


def cluster(mean: NDArray[np.float32], k: int, seed: int = SEED, typical: int = 3) -> Clusters:
    """Divide the posterior means (n, latent_dim) into `k` clusters, seeded.

    Raises:
        ClusterError: there are fewer items, or fewer different ones, than `k`.
    """
    if len(mean) < k:
        items = "item" if len(mean) == 1 else "items"
        raise ClusterError(
            f"This model holds {len(mean):,} {items}, too few for {k} clusters: choose fewer."
        )
    different = len(np.unique(mean, axis=0))
    if different < k:
        raise ClusterError(
            f"Only {different:,} of the items differ in the latent space, too few for {k} "
            "clusters: choose fewer."
        )
    centroids, assignment = _k_means(mean, k, seed)
    order = np.argsort(-np.bincount(assignment, minlength=k), kind="stable")
    rank = np.empty(k, dtype=np.int32)
    rank[order] = np.arange(k, dtype=np.int32)
    assignment, centroids = rank[assignment], centroids[order]
    return Clusters(
        assignment=assignment,
        centroids=centroids,
        sizes=np.bincount(assignment, minlength=k),
        typical=_nearest(mean, assignment, centroids, typical),
    )


def natural_k(labels: Sequence[str] | None, count: int) -> int:
    """Return how many clusters to begin with: as many as there are labels, else eight.

    `count`: how many items there are, which bounds it.
    """
    kinds = len(set(labels or ()))
    wanted = kinds if FEWEST <= kinds <= MOST else 8
    return max(FEWEST, min(MOST, wanted, count))


def label_mix(labels: Sequence[str], members: NDArray[np.int64], most: int = 3) -> str:
    """Say which labels a cluster holds, the most frequent first: `3: 62% · 5: 20% · 8: 9%`."""
    counts = Counter(take(labels, members))
    # Isolated, so that a name written from right to left does not drag its share along.
    shares = [
        f"\u2068{name}\u2069: {count / len(members):.0%}"
        for name, count in counts.most_common(most)
    ]
    return " · ".join(shares)


def _k_means(
    mean: NDArray[np.float32], k: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    from sklearn.cluster import KMeans, MiniBatchKMeans

    if len(mean) > LARGE:
        fitted = MiniBatchKMeans(k, random_state=seed, batch_size=4096, n_init=3).fit(mean)
    else:
        fitted = KMeans(k, random_state=seed, n_init=4).fit(mean)
    return fitted.cluster_centers_.astype(np.float32), fitted.labels_.astype(np.int32)


def _nearest(
    mean: NDArray[np.float32],
    assignment: NDArray[np.int32],
    centroids: NDArray[np.float32],
    count: int,
) -> tuple[NDArray[np.int64], ...]:
    nearest = []
    for code, centroid in enumerate(centroids):
        members = np.flatnonzero(assignment == code)
        distances = np.linalg.norm(mean[members] - centroid, axis=1)
        nearest.append(members[np.argsort(distances, kind="stable")[:count]])
    return tuple(nearest)
