"""Points to draw, what they were made by, and where other latent points lie among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.projection.placing import placed
from explorer.analysis.projection.quality import Quality
from explorer.analysis.projection.spec import PCA, RAW, ProjectionSpec
from vae_core.errors import UserError

WARNING = (
    "Only who is near whom means something here: distances between clusters, their sizes and how "
    "dense they look mean nothing."
)
TOLD = " The labels were told, so groups of one label are partly drawn by that."


class ProjectionError(UserError, ValueError):
    """These items cannot be projected this way; the message is one sentence for people."""


@dataclass(frozen=True)
class Projection:
    """Points to draw.

    Attributes:
        points: (n, dimensions) float32, in the order of the items.
        note: one sentence or two that say what is seen, for people.
        spec: what it was made by.
        explained: share of the variance that each axis carries, None where it is no PCA.
        centre, plane: (latent_dim,) and (latent_dim, dimensions) of a PCA, else None.
        quality: how far it can be believed, None where nobody has measured it.
        latents: (n, latent_dim) of the items, by which others are placed where there is no
            formula; None where there is one.
    """

    points: NDArray[np.float32]
    note: str
    spec: ProjectionSpec
    explained: tuple[float, ...] | None = None
    centre: NDArray[np.float64] | None = None
    plane: NDArray[np.float64] | None = None
    quality: Quality | None = None
    latents: NDArray[np.float32] | None = None

    @property
    def warning(self) -> str | None:
        """What must not be read into it, for people; None where distances mean what they show."""
        if self.spec.method in (RAW, PCA):
            return None
        return WARNING + TOLD * self.spec.supervised

    def place(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where other latent points (count, latent_dim) lie on it (count, dimensions).

        Nothing moves for them. A latent point of an item lies where the item does.
        """
        if self.centre is not None and self.plane is not None:
            return np.asarray((z - self.centre) @ self.plane, dtype=np.float32)
        if self.latents is not None:
            return placed(z, self.latents, self.points, self.spec.metric)
        if z.shape[1] == 1:
            return np.column_stack([z[:, 0], np.zeros(len(z), np.float32)])
        return z
