"""Two dimensions to draw: the latent space itself where it has two, else its principal plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Projection:
    """Points to draw.

    Attributes:
        points: (n, 2) float32.
        note: one sentence that says what is seen, for people.
        explained: share of the variance that each axis carries, None where nothing is projected.
        centre, plane: (latent_dim,) and (latent_dim, 2), None where nothing is projected.
    """

    points: NDArray[np.float32]
    note: str
    explained: tuple[float, float] | None = None
    centre: NDArray[np.float64] | None = None
    plane: NDArray[np.float64] | None = None

    def place(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where other latent points (count, latent_dim) lie on the same map (count, 2)."""
        if self.centre is not None and self.plane is not None:
            return np.asarray((z - self.centre) @ self.plane, dtype=np.float32)
        if z.shape[1] == 1:
            return np.column_stack([z[:, 0], np.zeros(len(z), np.float32)])
        return z


def project(mean: NDArray[np.float32], seed: int = 0) -> Projection:
    """Draw the posterior means (n, latent_dim) in two dimensions."""
    count, latent_dim = mean.shape
    if latent_dim == 1:
        spread = 0.05 * np.random.default_rng(seed).standard_normal(count, np.float32)
        note = "The latent space is a line; height only keeps the points apart."
        return Projection(np.column_stack([mean[:, 0], spread]), note)
    if latent_dim == 2:
        note = "The latent space itself: it has two dimensions, so no projection is needed."
        return Projection(mean, note)
    return _principal_plane(mean)


def _principal_plane(mean: NDArray[np.float32]) -> Projection:
    centre = mean.mean(axis=0, dtype=np.float64)
    centred = mean.astype(np.float64) - centre
    variances, directions = np.linalg.eigh(centred.T @ centred / max(1, len(mean)))
    plane = directions[:, ::-1][:, :2]
    # An eigenvector's sign is arbitrary: fix it, so that the same model always looks the same.
    strongest = plane[np.abs(plane).argmax(axis=0), [0, 1]]
    plane = plane * np.where(strongest < 0, -1.0, 1.0)
    points = (centred @ plane).astype(np.float32)
    total = float(variances.clip(0).sum())
    first, second = (float(v) / total if total > 0 else 0.0 for v in variances[::-1][:2].clip(0))
    note = (
        f"The plane that shows most (PCA): {first + second:.0%} of the variance of "
        f"{mean.shape[1]} dimensions."
    )
    return Projection(points, note, (first, second), centre, plane)
