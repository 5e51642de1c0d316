"""Items divided by k-means or HDBSCAN, the largest cluster first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.spec import (
    MOST_K,
    ONE_POINT,
    ClusterError,
    ClusterSpec,
    Vectors,
    check_vectors,
)

Assignment = NDArray[np.int32]

NOISE = -1
# k-means of more items sees them in small batches. 50,000 × 32 with k = 50 take 4 s whole on one
# core and 0.3 s in batches (`python -m benchmarks.clusters --times`).
LARGE = 50_000
# HDBSCAN compares all pairs: 10,000 × 32 take 8 s on one core, 20,000 take 24 s; of 10 dimensions
# 20,000 take 9 s. Of more items it sees a sample.
MOST_HDBSCAN, MOST_HDBSCAN_NARROW, NARROW = 10_000, 20_000, 10
_LEAST_OF_SAMPLE = 5


@dataclass(frozen=True)
class Division:
    """Which cluster each item is in.

    Attributes:
        assignment: (items,) int32, the largest cluster 0; noise is -1.
        membership: (items,) float32, how surely each item is in its cluster, 0 to 1, noise 0;
            None for k-means, which does not say.
        note: what people should know of how it was found; may be empty.
    """

    assignment: Assignment
    membership: NDArray[np.float32] | None = None
    note: str = ""


def divide(spec: ClusterSpec, vectors: Vectors) -> Division:
    """Divide `vectors` (items, width) of the spec's space.

    Raises:
        ClusterError: too few items, or different ones, no finite numbers, or nothing but noise.
    """
    check_vectors(vectors)
    if spec.method == "kmeans":
        assert spec.k is not None
        return _by_k_means(vectors, spec.k, spec.seed)
    return _by_density(vectors, spec)


def k_means(vectors: Vectors, k: int, seed: int) -> Assignment:
    """Return the cluster of each item, in no order; of many items in batches, where one of the
    clusters may be left empty.

    Raises:
        ClusterError: there are fewer items, or fewer different ones, than `k`.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans

    check_enough(vectors, k)
    if len(vectors) > LARGE:
        fitted = MiniBatchKMeans(k, random_state=seed, batch_size=4096, n_init=3).fit(vectors)
    else:
        fitted = KMeans(k, random_state=seed, n_init=4).fit(vectors)
    return np.asarray(fitted.labels_, np.int32)


def check_enough(vectors: Vectors, k: int) -> None:
    """Refuse fewer items, or fewer different ones, than `k`. Raises ClusterError."""
    if len(vectors) < k:
        items = "item" if len(vectors) == 1 else "items"
        raise ClusterError(
            f"This model holds {len(vectors):,} {items}, too few for {k} clusters: choose fewer."
        )
    # Mostly the first few are enough to know.
    different = len(np.unique(vectors[: 10 * k], axis=0))
    if different < k:
        different = len(np.unique(vectors, axis=0))
    if different < k:
        raise ClusterError(
            f"Only {different:,} of the items differ in the latent space, too few for {k} "
            "clusters: choose fewer."
        )


def by_size(assignment: Assignment) -> Assignment:
    """Number the clusters anew, the largest 0, empty ones left out; noise stays -1."""
    sizes = np.bincount(assignment[assignment >= 0])
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    # Noise looks up the last place.
    rank = np.full(len(sizes) + 1, NOISE, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[assignment]


def scaled(asked: int, share: float) -> int:
    """Return what `asked` items of all are of a `share` of them, but not so few as to be chance."""
    return max(round(asked * share), min(asked, _LEAST_OF_SAMPLE))


def _by_k_means(vectors: Vectors, k: int, seed: int) -> Division:
    assignment = by_size(k_means(vectors, k, seed))
    found = int(assignment.max()) + 1
    notes = []
    if len(vectors) > LARGE:
        notes.append(f"Found in small batches, as there are more than {LARGE:,} items.")
    if found < k:
        notes.append(f"{k - found} of the {k} clusters stayed empty and are left out.")
    return Division(assignment, note=" ".join(notes))


def _by_density(vectors: Vectors, spec: ClusterSpec) -> Division:
    assert spec.min_cluster_size is not None
    assert spec.min_samples is not None
    count = len(vectors)
    if spec.min_cluster_size > count:
        raise ClusterError(
            f"A cluster is to have {spec.min_cluster_size:,} items at least, but there are only "
            f"{count:,}: choose smaller clusters (--min-cluster-size)."
        )
    if spec.min_samples > count:
        raise ClusterError(
            f"{spec.min_samples:,} neighbours are asked for, but there are only {count:,} items: "
            "ask for fewer."
        )
    if not (vectors != vectors[0]).any():
        raise ClusterError(ONE_POINT)
    most = MOST_HDBSCAN_NARROW if vectors.shape[1] <= NARROW else MOST_HDBSCAN
    if count <= most:
        assignment, membership = _hdbscan(vectors, spec.min_cluster_size, spec.min_samples)
        note = ""
    else:
        assignment, membership, note = _of_sample(vectors, spec, most)
    if not (assignment >= 0).any():
        raise ClusterError(
            "HDBSCAN finds nothing but noise here: choose smaller clusters (--min-cluster-size), a "
            "projection as the space, or k-means."
        )
    if int(assignment.max()) >= MOST_K:
        raise ClusterError(
            f"HDBSCAN finds {int(assignment.max()) + 1:,} clusters, more than the {MOST_K:,} that "
            "can be shown: choose larger clusters (--min-cluster-size)."
        )
    return Division(by_size(assignment), membership, note)


def _of_sample(
    vectors: Vectors, spec: ClusterSpec, most: int
) -> tuple[Assignment, NDArray[np.float32], str]:
    """HDBSCAN of a sample; every other item goes where its nearest one of the sample is."""
    from sklearn.neighbors import NearestNeighbors

    assert spec.min_cluster_size is not None
    assert spec.min_samples is not None
    draw = np.random.default_rng(spec.seed)
    sample = np.sort(draw.choice(len(vectors), most, replace=False))
    share = most / len(vectors)
    size, samples = (scaled(asked, share) for asked in (spec.min_cluster_size, spec.min_samples))
    found, sure = _hdbscan(vectors[sample], size, samples)
    assignment = np.empty(len(vectors), np.int32)
    membership = np.empty(len(vectors), np.float32)
    rest = np.setdiff1d(np.arange(len(vectors)), sample, assume_unique=True)
    nearest = NearestNeighbors(n_neighbors=1).fit(vectors[sample])
    places = nearest.kneighbors(vectors[rest], return_distance=False)[:, 0]
    assignment[sample], membership[sample] = found, sure
    assignment[rest], membership[rest] = found[places], sure[places]
    note = (
        f"Found on {most:,} of the {len(vectors):,} items, drawn at random, where a cluster has "
        f"{size:,} of them at least; each other item is in the cluster of the nearest one drawn, "
        "or noise as that is."
    )
    return assignment, membership, note


def _hdbscan(vectors: Vectors, size: int, samples: int) -> tuple[Assignment, NDArray[np.float32]]:
    from sklearn.cluster import HDBSCAN

    fitted = HDBSCAN(min_cluster_size=size, min_samples=samples, copy=True).fit(vectors)
    return fitted.labels_.astype(np.int32), fitted.probabilities_.astype(np.float32)
