"""How a point of a map becomes z, and z a point: what pages publish for the live socket."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.nearest import Known, normalised
from explorer.analysis.projection.placing import amid
from explorer.live.models import content_of
from explorer.live.neighbours import (
    TRUSTED_NEIGHBOURS,
    Surroundings,
    shepard_weights,
)

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

Numbers = NDArray[np.floating[Any]]
MOST_VIEWS, MOST_BYTES = 64, 1 << 30
MOST_ID_BYTES = 255
_ORTHONORMAL = 1e-3


class View(Protocol):
    """A map of a latent space in two dimensions."""

    def check(self, run: Run) -> None:
        """Raise ValueError where the view is not one of this run."""

    def item_points(self, mean: Numbers) -> Numbers:
        """Where the items whose posterior means are (items, latent_dim) lie: (items, 2)."""

    def on_map(self, x: float, y: float) -> Numbers:
        """The place that is meant by a point of the drawing: (2,)."""

    def latent(self, place: Numbers, rest: Numbers, around: Surroundings) -> Numbers:
        """z at a place; ``rest`` (latent_dim,) is kept where the place leaves z open."""

    def place(self, z: Numbers) -> Numbers:
        """Where z (latent_dim,) lies on the map: (2,)."""


@dataclass(frozen=True, eq=False)
class Raw:
    """Latent dimensions themselves: x, and y where there are two; other dimensions are kept."""

    axes: tuple[int, ...]

    def check(self, run: Run) -> None:
        inside = all(0 <= axis < run.latent_dim for axis in self.axes)
        if not inside or len(self.axes) not in (1, 2) or len(set(self.axes)) < len(self.axes):
            raise ValueError(
                f"Raw needs one or two different dimensions below {run.latent_dim}, but has "
                f"{self.axes}."
            )

    def item_points(self, mean: Numbers) -> Numbers:
        chosen = mean[:, list(self.axes)]
        return chosen if len(self.axes) == 2 else np.column_stack([chosen, np.zeros(len(mean))])

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

    ``components`` (2, latent_dim): the plane's orthonormal axes. Its inverse is exact in the
    plane; what stands off it is kept.
    """

    mean: Numbers
    components: Numbers

    def check(self, run: Run) -> None:
        wanted = (2, run.latent_dim)
        if self.components.shape != wanted or self.mean.shape != wanted[1:]:
            raise ValueError(
                f"Linear needs components {wanted} and a mean {wanted[1:]}, but has "
                f"{self.components.shape} and {self.mean.shape}."
            )
        if not np.allclose(self.components @ self.components.T, np.eye(2), atol=_ORTHONORMAL):
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
    """A map that has no formula, such as UMAP's: ``points`` (items, 2) of all items of the run.

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
        items = len(run)
        wanted = ((items, 2), (items, run.latent_dim))
        if (self.points.shape, self.latents.shape) != wanted or self.k < 1:
            raise ValueError(
                f"Neighbours needs points {wanted[0]}, latents {wanted[1]} and k above 0, but has "
                f"{self.points.shape}, {self.latents.shape} and {self.k}."
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


class Place(NamedTuple):
    """What lies at a point: z float32 (latent_dim,), the nearest item, the trust in [0, 1]."""

    z: NDArray[np.float32]
    nearest: int
    trust: float


class Published:
    """A view of a run, with its items looked up by place; made ready when first used."""

    def __init__(self, run: Run, view: View) -> None:
        view.check(run)
        self.view = view
        self._mean = run.latents.mean
        self._lock = Lock()

    def prepare(self) -> None:
        """Look the items up now, so that the first to move over the map does not wait for it."""
        with self._lock:  # two threads must not build the same tree
            _ = self._around, self._centre
            if isinstance(self.view, Neighbours):
                self.view.prepare()

    def at(self, x: float, y: float, from_nearest: bool) -> Place:
        """What lies at (x, y); what the view leaves open is the nearest item's or the mean's."""
        self.prepare()
        around, centre = self._around, self._centre
        place = self.view.on_map(x, y)
        items, distances = around.near(place, TRUSTED_NEIGHBOURS)
        nearest = int(items[0])
        rest = self._mean[nearest].astype(np.float64) if from_nearest else centre
        z = self.view.latent(place, rest, around).astype(np.float32)
        return Place(z, nearest, around.trust(distances))

    def place(self, z: NDArray[np.float32]) -> tuple[float, float]:
        """Where z (latent_dim,) lies on the map."""
        x, y = self.view.place(z.astype(np.float64)).tolist()
        return x, y

    @property
    def bytes(self) -> int:
        """What the view keeps, roughly: its points twice, their tree, and the latents twice."""
        return len(self._mean) * 64 + 2 * self._mean.nbytes

    @cached_property
    def _around(self) -> Surroundings:
        return Surroundings(self.view.item_points(self._mean))

    @cached_property
    def _centre(self) -> Numbers:
        return np.asarray(self._mean.mean(axis=0, dtype=np.float64))


class Views:
    """The views that pages have published, by run and id; the longest unused make room."""

    def __init__(self, most: int = MOST_VIEWS, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._published: OrderedDict[tuple[str, str], Published] = OrderedDict()
        self._lock = Lock()

    def publish(self, run: Run, view_id: str, view: View) -> None:
        """Let clients decode by the view; publishing the same again keeps what was made ready.

        Raises ValueError where the view is not one of this run, or the id is too long.
        """
        if not 1 <= len(view_id.encode()) <= MOST_ID_BYTES:
            raise ValueError(
                f"The id of a view has 1 to {MOST_ID_BYTES} bytes, but this is {view_id!r}."
            )
        key = (run_key(run), view_id)
        with self._lock:
            known = self._published.get(key)
            if known is None or not _same(known.view, view):
                self._published[key] = Published(run, view)
            self._published.move_to_end(key)
            self._make_room()

    def find(self, run: Run, view_id: str) -> Published | None:
        """The view of that id, None where no page has published it, or long ago."""
        key = (run_key(run), view_id)
        with self._lock:
            found = self._published.get(key)
            if found is not None:
                self._published.move_to_end(key)
            return found

    def of(self, run: Run) -> dict[str, Published]:
        """All views of a run, by their ids."""
        key = run_key(run)
        with self._lock:
            return {name: view for (of, name), view in self._published.items() if of == key}

    def prepare(self, run: Run) -> None:
        """Make the views of a run ready to be used. Takes a second for a million items."""
        import_module("scipy.spatial")  # half a second, for views that are still to come
        for view in self.of(run).values():
            view.prepare()

    def _make_room(self) -> None:
        total = sum(view.bytes for view in self._published.values())
        while len(self._published) > 1 and (
            len(self._published) > self._most or total > self._most_bytes
        ):
            total -= self._published.popitem(last=False)[1].bytes


def run_key(run: Run) -> str:
    """What tells this run from any other."""
    return f"{content_of(run.summary)} {run.path}"


def publish(run: Run, view_id: str, view: View) -> None:
    """Let the clients of this process decode by the view; see Views.publish."""
    VIEWS.publish(run, view_id, view)


def _same(one: View, other: View) -> bool:
    if type(one) is not type(other):
        return False
    return all(
        value is getattr(other, name) or np.array_equal(value, getattr(other, name))
        for name, value in vars(one).items()
        if not name.startswith("_")  # what is looked up is laid out when first used
    )


# Pages and the socket live in one process, and have nothing else in common.
VIEWS = Views()
