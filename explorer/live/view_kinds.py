"""How a point of a map becomes z, and z a point, by the kind of map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.nearest import Known, normalised
from explorer.analysis.projection.placing import amid
from explorer.live.neighbours import Surroundings, shepard_weights

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

Numbers = NDArray[np.floating[Any]]
_ORTHONORMAL = 1e-3


class View(Protocol):
    """A map of a latent space in two dimensions, or in three, where only items are decoded."""

    def check(self, run: Run) -> None:
        """Raise ValueError where the view is not one of this run."""

    def item_points(self, mean: Numbers) -> Numbers:
        """Where the items whose posterior means are (items, latent_dim) lie: (items, 2 or 3)."""

    def on_map(self, x: float, y: float) -> Numbers:
        """The place that is meant by a point of the drawing: (2,)."""

    def latent(self, place: Numbers, rest: Numbers, around: Surroundings) -> Numbers:
        """z at a place; ``rest`` (latent_dim,) is kept where the place leaves z open."""

    def place(self, z: Numbers) -> Numbers:
        """Where z (latent_dim,) lies on the map: (2,) or (3,)."""


@dataclass(frozen=True, eq=False)
class Raw:
    """Latent dimensions themselves: x, y and the third, as many as named; others are kept."""

    axes: tuple[int, ...]

    def check(self, run: Run) -> None:
        inside = all(0 <= axis < run.latent_dim for axis in self.axes)
        if not inside or len(self.axes) not in (1, 2, 3) or len(set(self.axes)) < len(self.axes):
            raise ValueError(
                f"Raw needs one to three different dimensions below {run.latent_dim}, but has "
                f"{self.axes}."
            )

    def item_points(self, mean: Numbers) -> Numbers:
        chosen = mean[:, list(self.axes)]
        return chosen if len(self.axes) > 1 else np.column_stack([chosen, np.zeros(len(mean))])

    def on_map(self, x: float, y: float) -> Numbers:
        # On a line the height of a point means nothing.
        return np.array([x, y if len(self.axes) == 2 else 0.0])

    def latent(self, place: Numbers, rest: Numbers, around: Surroundings) -> Numbers:
        z = rest.copy()
        z[list(self.axes)] = place[: len(self.axes)]
        return z

    def place(self, z: Numbers) -> Numbers:
        return np.asarray(self.item_points(z[None])[0])


@dataclass(frozen=True, eq=False)
class Linear:
    """A plane through ``mean`` (latent_dim,), such as PCA's.

    ``components`` (2 or 3, latent_dim): its orthonormal axes. Its inverse is exact in the plane;
    what stands off it is kept.
    """

    mean: Numbers
    components: Numbers

    def check(self, run: Run) -> None:
        dim, found = run.latent_dim, self.components.shape
        if found not in ((2, dim), (3, dim)) or self.mean.shape != (dim,):
            raise ValueError(
                f"Linear needs components (2 or 3, {dim}) and a mean ({dim},), but has {found} and "
                f"{self.mean.shape}."
            )
        unit = np.eye(found[0])
        if not np.allclose(self.components @ self.components.T, unit, atol=_ORTHONORMAL):
            raise ValueError("Linear needs orthonormal components.")

    def item_points(self, mean: Numbers) -> Numbers:
        return np.asarray((mean - self.mean) @ self.components.T)

    def on_map(self, x: float, y: float) -> Numbers:
        return np.array([x, y])

    def latent(self, place: Numbers, rest: Numbers, around: Surroundings) -> Numbers:
        return np.asarray(rest + (place - self.place(rest)) @ self.components)

    def place(self, z: Numbers) -> Numbers:
        return self.item_points(z)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """A map that has no formula, such as UMAP's: ``points`` (items, 2 or 3) of all items.

    A place becomes the mean of the latents of its ``k`` nearest items, weighted by distance; and z
    the median of the points of its nearest latents, as `placing` of projections has it. Both are
    exact at an item. ``latents`` (items, latent_dim) are the posterior means, and ``metric`` how
    near they are to each other, "euclidean" or "cosine".
    """

    points: Numbers
    latents: NDArray[np.float32]
    k: int = 8
    metric: str = "euclidean"

    def check(self, run: Run) -> None:
        items, latents = len(run), (len(run), run.latent_dim)
        flat_or_deep = self.points.shape in ((items, 2), (items, 3))
        if not flat_or_deep or self.latents.shape != latents or self.k < 1:
            raise ValueError(
                f"Neighbours needs points ({items}, 2 or 3), latents {latents} and k above 0, but "
                f"has {self.points.shape}, {self.latents.shape} and {self.k}."
            )
        if not np.isfinite(self.points).all():
            raise ValueError("Neighbours needs points that are numbers.")

    def item_points(self, mean: Numbers) -> Numbers:
        return self.points

    def on_map(self, x: float, y: float) -> Numbers:
        return np.array([x, y])

    def latent(self, place: Numbers, rest: Numbers, around: Surroundings) -> Numbers:
        return _mean(self.latents, *around.near(place, self.k + 1))

    def place(self, z: Numbers) -> Numbers:
        near = self._known.nearest(normalised(z[None].astype(np.float32), self.metric), self.k + 1)
        return np.asarray(amid(self.points, near)[0])

    def prepare(self) -> None:
        """Lay the latents out for looking them up."""
        _ = self._known

    @cached_property
    def _known(self) -> Known:
        return Known(normalised(self.latents, self.metric))


def _mean(values: Numbers, items: NDArray[np.int64], distances: Numbers) -> Numbers:
    if len(items) == 1:
        return np.asarray(values[items[0]], np.float64)
    return np.asarray(shepard_weights(distances) @ values[items[:-1]].astype(np.float64))
