"""t-SNE, by scikit-learn, and PaCMAP, by its authors where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.analysis.nearest import Vectors, normalised
from explorer.analysis.projection.linear import pca
from explorer.analysis.projection.result import ProjectionError
from explorer.analysis.projection.spec import ProjectionSpec

# A start so small that the order of the first moves is not yet decided (Kobak & Berens 2019).
_START_WIDTH = 1e-4


def tsne(latents: Vectors, spec: ProjectionSpec) -> Vectors:
    """Return points (n, dimensions) for latents (n, dim); the perplexity must be below n."""
    from sklearn.manifold import TSNE

    start = pca(latents, spec.dimensions).points
    width = float(start[:, 0].std())
    fitted = TSNE(
        spec.dimensions,
        perplexity=spec.perplexity,
        init=start * np.float32(_START_WIDTH / width if width > 0 else 1.0),
        random_state=spec.seed,
        n_jobs=-1,
    ).fit_transform(normalised(latents, spec.metric))
    return np.asarray(fitted, dtype=np.float32)


def pacmap(latents: Vectors, spec: ProjectionSpec) -> Vectors:
    """Return points (n, dimensions) for latents (n, dim).

    Raises:
        ProjectionError: PaCMAP is not installed.
    """
    import logging
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pacmap import PaCMAP
    except ImportError as error:
        raise ProjectionError(
            "PaCMAP is not installed: pip install 'latentscape[pacmap]', or choose UMAP."
        ) from error
    # It tells of every seed, and of what few items make it change.
    logging.getLogger("pacmap").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a seed costs speed
        method: Any = PaCMAP(
            n_components=spec.dimensions,
            n_neighbors=spec.neighbours,
            random_state=spec.seed,
            apply_pca=False,
        )
        found = method.fit_transform(normalised(latents, spec.metric), init="pca")
    return np.asarray(found, dtype=np.float32)
