"""The maps that pages publish for the live socket, by which points become z and z points."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.live.models import content_of
from explorer.live.neighbours import TRUSTED_NEIGHBOURS, Surroundings
from explorer.live.view_kinds import Linear, Neighbours, Numbers, Raw, View

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

__all__ = ["Linear", "Neighbours", "Place", "Published", "Raw", "View", "Views", "publish"]

MOST_VIEWS, MOST_BYTES = 64, 1 << 30
MOST_ID_BYTES = 255


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

    @property
    def flat(self) -> bool:
        """Whether a pointer on it means one place, as on no map in space."""
        return bool(self.view.item_points(self._mean[:1]).shape[1] == 2)

    def at(self, x: float, y: float, from_nearest: bool) -> Place:
        """What lies at (x, y); what the view leaves open is the nearest item's or the mean's.

        Only on a map that is flat.
        """
        self.prepare()
        around, centre = self._around, self._centre
        place = self.view.on_map(x, y)
        items, distances = around.near(place, TRUSTED_NEIGHBOURS)
        nearest = int(items[0])
        rest = self._mean[nearest].astype(np.float64) if from_nearest else centre
        z = self.view.latent(place, rest, around).astype(np.float32)
        return Place(z, nearest, around.trust(distances))

    def place(self, z: NDArray[np.float32]) -> tuple[float, ...]:
        """Where z (latent_dim,) lies on the map, two numbers or three."""
        return tuple(self.view.place(z.astype(np.float64)).tolist())

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
