"""How far an item's posterior reaches on a map that is a linear view of the latent space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.projection import Projection


def can_draw(projection: Projection) -> bool:
    """Tell whether a posterior is an ellipse on this map: on a plane with a formula."""
    return projection.points.shape[1] == 2 and projection.latents is None


def covariances(log_variance: NDArray[np.floating], projection: Projection) -> NDArray[np.float64]:
    """Return the covariance on the map of posteriors with these log variances (n, latent_dim).

    With P the map's axes it is P Σ Pᵀ: (n, 3), the variance along x, the covariance of x and y,
    and the variance along y. On the map of a line, whose height means nothing, only the first is
    not zero.

    Raises:
        ValueError: the map is no linear one.
    """
    if not can_draw(projection):
        raise ValueError("A posterior is an ellipse only on a plane that is a formula of z.")
    variance = np.exp(log_variance.astype(np.float64))
    plane = projection.plane
    if plane is None:
        plane = np.eye(variance.shape[1], 2)
    x, y = plane[:, 0], plane[:, 1]
    return np.column_stack([variance @ (x * x), variance @ (x * y), variance @ (y * y)])


def drawn(count: int, most: int, seed: int = 0) -> NDArray[np.int64]:
    """Return which of `count` items to draw where none is chosen: all, or a seeded sample."""
    if count <= most:
        return np.arange(count, dtype=np.int64)
    found: NDArray[np.int64] = np.random.default_rng(seed).choice(count, most, replace=False)
    return np.sort(found)
