"""k-means in the latent space: clusters, their sizes and their most typical items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.description import describe
from explorer.analysis.clusters.fitting import by_size, k_means
from explorer.analysis.clusters.spec import ClusterError as ClusterError
from explorer.analysis.clusters.spec import check_vectors
from vae_core.data.text_column import take

# What the page offers, and the seed of what it shows.
FEWEST, MOST, SEED = 2, 20, 0


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
    check_vectors(mean)
    assignment = by_size(k_means(mean, k, seed))
    found = describe(mean, assignment, count=typical)
    return Clusters(assignment, found.centroids, found.sizes, found.typical)


# Clusters of fewer items than this are no themes to begin with.
_ITEMS_A_CLUSTER = 3


def natural_k(labels: Sequence[str] | None, count: int) -> int:
    """Return how many clusters to begin with: as many as there are labels, else eight.

    `count`: how many items there are, which bounds it. An empty label is none.
    """
    kinds = len(set(labels or ()) - {""})
    wanted = kinds if FEWEST <= kinds <= MOST else 8
    return max(FEWEST, min(MOST, wanted, count // _ITEMS_A_CLUSTER))


def label_mix(labels: Sequence[str], members: NDArray[np.int64], most: int = 3) -> str:
    """Say which labels a cluster holds, the most frequent first: `3: 62% · 5: 20% · 8: 9%`."""
    counts = Counter(take(labels, members))
    # Isolated, so that a name written from right to left does not drag its share along.
    shares = [
        f"\u2068{name}\u2069: {count / len(members):.0%}"
        for name, count in counts.most_common(most)
    ]
    return " · ".join(shares)
