"""Clusters against labels, and against what one would use instead of the model: LSA, or PCA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.fitting import NOISE, Assignment, k_means
from explorer.analysis.clusters.spec import ClusterError, Vectors

if TYPE_CHECKING:
    from vae_core.checkpoint import Run
    from vae_core.evaluation.clustering import ClusterScores


@dataclass(frozen=True)
class Agreement:
    """Clusters beside labels, over the items whose label is known.

    Attributes:
        items: how many those are. all_items: how many there are.
        scores: NMI, ARI, accuracy and purity; noise counts as one more cluster.
        labels: the names in the order of the rows, sorted. clusters: the numbers in the order of
            the columns, rising, noise (-1) last.
        table: (labels, clusters) int64, how many items have this label and are in this cluster.
    """

    items: int
    all_items: int
    scores: ClusterScores
    labels: tuple[str, ...]
    clusters: tuple[int, ...]
    table: NDArray[np.int64]

    def words(self) -> str:
        """Say which items count."""
        if self.items == self.all_items:
            return f"all {self.items:,} items have a label"
        return f"only the {self.items:,} of {self.all_items:,} items that have a label count"


@dataclass(frozen=True)
class Baseline:
    """What one would cluster instead: `name` in words, its vectors (items, width) and a note."""

    name: str
    vectors: Vectors
    note: str = ""

    def divide(self, k: int, seed: int) -> Assignment:
        """Return the cluster of each item by k-means. Raises ClusterError."""
        return k_means(self.vectors, k, seed)


def agreement(labels: Sequence[str | None], assignment: Assignment) -> Agreement:
    """Compare; an empty label, or None, is one that is not known.

    Raises:
        ClusterError: no label is known, or there are not as many as items.
    """
    from vae_core.evaluation.clustering import cluster_scores

    if len(labels) != len(assignment):
        raise ClusterError(
            f"Labels and clusters are compared item by item, but {len(labels):,} labels came for "
            f"{len(assignment):,} items."
        )
    kept = [(number, label) for number, label in enumerate(labels) if label]
    if not kept:
        raise ClusterError("None of the items has a label to compare the clusters with.")
    rows = np.array([number for number, _ in kept])
    known, inside = [label for _, label in kept], assignment[rows]
    names = sorted(set(known))
    clusters = np.unique(inside)
    clusters = np.concatenate([clusters[clusters >= 0], clusters[clusters == NOISE]])
    row = {name: number for number, name in enumerate(names)}
    column = np.empty(int(clusters.max(initial=NOISE)) + 2, np.int64)
    column[clusters] = np.arange(len(clusters))
    table = np.zeros((len(names), len(clusters)), np.int64)
    np.add.at(table, (np.array([row[label] for label in known]), column[inside]), 1)
    return Agreement(
        len(rows),
        len(labels),
        cluster_scores(known, inside),
        tuple(names),
        tuple(clusters.tolist()),
        table,
    )


def baseline(run: Run, *, seed: int = 0) -> Baseline:
    """Return the vectors of the same items without the model, as wide as its latent space.

    Texts: LSA, an SVD of TF-IDF with rows of length 1. Pictures: principal components of pixels.

    Raises:
        ClusterError: the run holds no pictures. DataError: its texts have no words in common.
    """
    from vae_core.evaluation import baselines

    width = run.latent_dim
    if run.images is not None:
        pixels = np.asarray(run.images, np.float32).reshape(len(run), -1) / np.float32(255)
        found = baselines.pca_features(pixels, dimensions=width, seed=seed)[0]
        return Baseline(f"PCA of the pixels ({found.shape[1]}) + k-means", _plain(found))
    texts = run.table.texts
    if texts is None:
        raise ClusterError(
            "The run holds no pictures, so there is nothing to compare its clusters with: train "
            "with its data kept."
        )
    found = baselines.lsa_features(texts, dimensions=width, seed=seed)[0]
    note = "of the texts as the model wrote them, as the run holds no others"
    return Baseline(
        f"LSA ({found.shape[1]}) + k-means", _plain(found), note * run.table.texts_are_decoded
    )


def _plain(vectors: NDArray[np.floating]) -> Vectors:
    return np.ascontiguousarray(vectors, np.float32)
