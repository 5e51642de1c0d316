"""Features that a user would reach for instead of μ: TF-IDF, LSA, pixels, PCA."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from vae_core.data.dataset import DataError
from vae_core.data.tensors import ItemTensors

# 1 + ln(count), smoothed inverse document frequency, rows of length 1, words of two texts or more.
TFIDF = {"sublinear_tf": True, "min_df": 2}
LSA_DIMENSIONS = 50

Matrix = npt.NDArray[np.float64]


def tfidf_features(fitted_on: Sequence[str], *others: Sequence[str]) -> list[Any]:
    """Sparse TF-IDF rows of ``fitted_on`` and of each of ``others``."""
    vectorizer = TfidfVectorizer(**TFIDF)
    try:
        return [vectorizer.fit_transform(fitted_on), *map(vectorizer.transform, others)]
    except ValueError as error:  # scikit-learn's "empty vocabulary"
        raise DataError(
            "TF-IDF needs words of two letters or more that occur in two texts or more, but "
            "there are none; give more texts."
        ) from error


def lsa_features(
    fitted_on: Sequence[str],
    *others: Sequence[str],
    dimensions: int = LSA_DIMENSIONS,
    seed: int = 0,
) -> list[Matrix]:
    """Latent semantic analysis: an SVD of TF-IDF, rows of length 1 (Deerwester et al. 1990)."""
    first, *rest = tfidf_features(fitted_on, *others)
    svd = TruncatedSVD(min(dimensions, *first.shape), random_state=seed)
    reduced = [svd.fit_transform(first), *map(svd.transform, rest)]
    return [normalize(rows) for rows in reduced]


def pca_features(
    fitted_on: npt.NDArray[np.floating[Any]],
    *others: npt.NDArray[np.floating[Any]],
    dimensions: int,
    seed: int = 0,
) -> list[Matrix]:
    """Principal components, as many as ``dimensions`` where there are so many."""
    pca = PCA(min(dimensions, *fitted_on.shape), random_state=seed)
    return [pca.fit_transform(fitted_on), *map(pca.transform, others)]


def pixel_features(items: ItemTensors, batch_size: int = 512) -> Matrix:
    """The numbers of every item as the model takes them, a row each, in order."""
    parts = [items.batch(rows).flatten(1).cpu().numpy() for rows in items.in_order(batch_size)]
    return np.concatenate(parts).astype(np.float64)
