"""How well k-means finds the labels again, in a latent space or in features to compare with."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix

from vae_core.checks import check_whole
from vae_core.data.dataset import DataError

SEEDS = (0, 1, 2)
_RESTARTS = 10
# Silhouette compares all pairs.
SILHOUETTE_SAMPLE = 2_000

Assignment = npt.NDArray[np.int32]


class ClusterScores(NamedTuple):
    """Agreement of a division with the labels, each at most 1.

    ``nmi``: normalised by the arithmetic mean of the entropies; ``ari``: adjusted Rand index;
    ``accuracy``: with clusters matched to labels one to one (Hungarian method, Kuhn 1955);
    ``purity``: with each cluster counted as its most frequent label.
    """

    nmi: float
    ari: float
    accuracy: float
    purity: float


def cluster_scores(labels: Sequence[str], assignment: Sequence[int] | Assignment) -> ClusterScores:
    """Scores of a division of items into clusters against their labels, in one order."""
    if not len(labels) or len(labels) != len(assignment):
        raise DataError(
            f"Clusters are compared item by item; {len(labels)} labels and {len(assignment)} "
            "cluster numbers came."
        )
    table = contingency_matrix(labels, assignment)
    rows, columns = linear_sum_assignment(-table)
    return ClusterScores(
        nmi=float(normalized_mutual_info_score(labels, assignment)),
        ari=float(adjusted_rand_score(labels, assignment)),
        accuracy=float(table[rows, columns].sum() / len(labels)),
        purity=float(table.max(axis=0).sum() / len(labels)),
    )


def k_means(features: npt.NDArray[Any], k: int, *, seed: int = 0) -> Assignment:
    """The cluster of each row of ``features`` (items, width): the best of ten starts."""
    check_whole("k", k, 2, 10_000)
    if len(features) < k:
        raise DataError(f"{len(features)} items cannot be divided into {k} clusters; give more.")
    with warnings.catch_warnings():
        # Fewer different points than clusters: what a collapsed model has, and the scores show it.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(k, n_init=_RESTARTS, random_state=seed).fit(features.astype(np.float64))
    return np.asarray(fitted.labels_, dtype=np.int32)


def clustering(
    features: npt.NDArray[Any], labels: Sequence[str], *, seeds: Sequence[int] = SEEDS
) -> dict[str, float]:
    """Mean of each of the ``ClusterScores`` of k-means over ``seeds``, and ``…_spread``.

    k is the number of labels; the spread is the standard deviation over the seeds.
    """
    k = len(set(labels))
    if k < 2:
        raise DataError(f"Clusters are compared with two labels or more, but {k} came.")
    runs = [cluster_scores(labels, k_means(features, k, seed=seed)) for seed in seeds]
    found: dict[str, float] = {}
    for name, values in zip(ClusterScores._fields, np.array(runs).T, strict=True):
        found[name] = float(values.mean())
        found[f"{name}_spread"] = float(values.std())
    return found


def silhouette(features: npt.NDArray[Any], assignment: Assignment, *, seed: int = 0) -> float:
    """Mean silhouette (Rousseeuw 1987), −1 to 1, on at most ``SILHOUETTE_SAMPLE`` items.

    0 where all items are in one cluster.
    """
    rows = np.arange(len(features))
    if len(rows) > SILHOUETTE_SAMPLE:
        rows = np.random.default_rng(seed).choice(rows, SILHOUETTE_SAMPLE, replace=False)
    clusters = len(np.unique(assignment[rows]))
    if not 1 < clusters < len(rows):
        return 0.0
    return float(silhouette_score(features[rows], assignment[rows]))
