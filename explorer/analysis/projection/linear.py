"""The latent space itself, and its principal axes: at once, and with a formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.projection.result import Projection, ProjectionError
from explorer.analysis.projection.spec import PCA, RAW, ProjectionSpec

_WORDS = {2: "two", 3: "three"}
_SHAPES = {2: "plane", 3: "three axes"}


def project(mean: NDArray[np.float32], seed: int = 0) -> Projection:
    """Draw the posterior means (n, latent_dim) in two dimensions, without waiting for anything."""
    return raw(mean, 2, seed) if mean.shape[1] <= 2 else pca(mean, 2)


def raw(mean: NDArray[np.float32], dimensions: int, seed: int = 0) -> Projection:
    """Draw the latent space itself.

    Raises ProjectionError where it has not as many dimensions, or two for a line.
    """
    count, latent_dim = mean.shape
    spec = ProjectionSpec(RAW, dimensions)
    if latent_dim == 1 and dimensions == 2:
        spread = 0.05 * np.random.default_rng(seed).standard_normal(count, np.float32)
        note = "The latent space is a line; height only keeps the points apart."
        return Projection(np.column_stack([mean[:, 0], spread]), note, spec)
    if latent_dim != dimensions:
        ways = "project it, with PCA for instance" if latent_dim > dimensions else "draw it in 2-D"
        raise ProjectionError(
            f"The latent space has {latent_dim} {_noun(latent_dim)}, so it cannot be drawn as it "
            f"is in {dimensions}: {ways}."
        )
    note = (
        f"The latent space itself: it has {_WORDS[dimensions]} dimensions, so no projection is "
        "needed."
    )
    return Projection(mean, note, spec)


def pca(mean: NDArray[np.float32], dimensions: int) -> Projection:
    """Draw the principal axes, which show most of the variance, of more dimensions than that."""
    centre = mean.mean(axis=0, dtype=np.float64)
    centred = mean.astype(np.float64) - centre
    variances, directions = np.linalg.eigh(centred.T @ centred / max(1, len(mean)))
    plane = directions[:, ::-1][:, :dimensions]
    # An eigenvector's sign is arbitrary: fix it, so that the same model always looks the same.
    strongest = plane[np.abs(plane).argmax(axis=0), range(dimensions)]
    plane = plane * np.where(strongest < 0, -1.0, 1.0)
    points = (centred @ plane).astype(np.float32)
    total = float(variances.clip(0).sum())
    largest = variances[::-1][:dimensions].clip(0)
    explained = tuple(float(v) / total if total > 0 else 0.0 for v in largest)
    note = (
        f"The {_SHAPES[dimensions]} that {'show' if dimensions == 3 else 'shows'} most (PCA): "
        f"{sum(explained):.0%} of the variance of {mean.shape[1]} dimensions."
    )
    return Projection(points, note, ProjectionSpec(PCA, dimensions), explained, centre, plane)


def _noun(count: int) -> str:
    return "dimension" if count == 1 else "dimensions"
