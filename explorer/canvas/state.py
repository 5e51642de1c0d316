"""What the map in the browser says back: checked, since anybody can send anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.canvas import ranges
from explorer.loose_json import finite

MOST_PINS = 12
MOST_DIMENSIONS = 4096
MOST_PLACES = 256
# No map reaches so far; what is computed from it would.
FURTHEST_PLACE = 1e12
LONGEST_QUERY = 200
LONGEST_VIEW = 255
LONGEST_NOTE = 280
LONGEST_TOKEN = 32


@dataclass(frozen=True)
class Pin:
    """A decode that was kept.

    Attributes:
        x, y: its place, on the map with the id `view`; None where nobody knows on which.
        z: its latent point where it is known.
        index: the item that it lies on. On another map it lies where that item does; one without
            is shown only where its own map is, or where it was placed anew (other x, y and view).
        note: what the visitor wrote about it, plain text.
    """

    x: float
    y: float
    z: tuple[float, ...] | None = None
    index: int | None = None
    view: str | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the pin as the browser knows it."""
        z = None if self.z is None else list(self.z)
        place = {"x": self.x, "y": self.y, "view": self.view}
        return {**place, "z": z, "index": self.index, "note": self.note}


@dataclass(frozen=True)
class Camera:
    """What part of the map is seen: how much nearer than all of it, and around which point.

    Attributes:
        orbit: in space, the yaw and pitch of the eye (radians) and the place (3) it looks at.
        whole: all of the map, however large the window is.
    """

    zoom: float
    u: float
    v: float
    orbit: tuple[float, ...] | None = None
    whole: bool = False


@dataclass(frozen=True)
class Probed:
    """A place to decode, asked for where there is no live socket; `request` is its number.

    Where an item was clicked `index` is that item, which is decoded itself; a map in space has
    no single place under a pointer.
    """

    x: float
    y: float
    from_nearest: bool
    request: int
    index: int | None = None


def _nothing() -> NDArray[np.int64]:
    return np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class MapState:
    """What a visitor has done on a map.

    Attributes:
        selection: (n,) int64, the selected items in rising order.
        picked: the item that was clicked last.
        pins: decodes that were kept, in the order of their numbers.
        camera: what part of the map was seen when something else changed.
        query: what is searched for.
        drawn: the places (x, y) of a path that was drawn by hand, in order; none or at least two.
        from_nearest: whether what a place leaves open of z comes from its nearest item, instead
            of the mean of all.
        probe: a place to decode, where there is no live socket.
        done: the token of the last order (`canvas.orders`) that was carried out.
        turn: how often the visitor had done something when this was said.
    """

    selection: NDArray[np.int64] = field(default_factory=_nothing)
    picked: int | None = None
    pins: tuple[Pin, ...] = ()
    camera: Camera | None = None
    query: str = ""
    drawn: tuple[tuple[float, float], ...] = ()
    from_nearest: bool = False
    probe: Probed | None = None
    done: str | None = None
    turn: int = 0


def parse(said: object, count: int) -> MapState | None:
    """Return what the browser says of a map of `count` points; None where it has said nothing.

    Parts that make no sense are as if nothing had been said of them.
    """
    if not isinstance(said, Mapping):
        return None
    return MapState(
        selection=_selection(said.get("selection"), count),
        picked=_index(said.get("picked"), count),
        pins=_pins(said.get("pins"), count),
        camera=camera(said.get("camera")),
        query=_text(said.get("query")),
        drawn=_places(said.get("drawn")),
        from_nearest=finite(said.get("rest")) == 1,
        probe=_probed(said.get("probe"), count),
        done=_named(said.get("done"), LONGEST_TOKEN),
        turn=int(finite(said.get("turn")) or 0),
    )


def _selection(said: object, count: int) -> NDArray[np.int64]:
    text = said.get("ranges") if isinstance(said, Mapping) else None
    if not isinstance(text, str):
        return _nothing()
    try:
        return ranges.decode(text, count)
    except ranges.RangesError:
        return _nothing()


def _index(said: object, count: int) -> int | None:
    if isinstance(said, bool) or not isinstance(said, int):
        return None
    return said if 0 <= said < count else None


def _numbers(said: object, *names: str) -> list[float] | None:
    if not isinstance(said, Mapping):
        return None
    found = [finite(said.get(name)) for name in names]
    known = [number for number in found if number is not None]
    return known if len(known) == len(names) else None


def _pins(said: object, count: int) -> tuple[Pin, ...]:
    if not isinstance(said, Sequence) or isinstance(said, str):
        return ()
    pins = (_pin(one, count) for one in said[:MOST_PINS])
    return tuple(pin for pin in pins if pin is not None)


def _pin(said: object, count: int) -> Pin | None:
    place = _numbers(said, "x", "y")
    if place is None or not isinstance(said, Mapping):
        return None
    z = said.get("z")
    latent: tuple[float, ...] | None = None
    if isinstance(z, Sequence) and not isinstance(z, str) and 0 < len(z) <= MOST_DIMENSIONS:
        known = [number for number in map(finite, z) if number is not None]
        latent = tuple(known) if len(known) == len(z) else None
    view = _named(said.get("view"), LONGEST_VIEW)
    note = _named(said.get("note"), LONGEST_NOTE) or ""
    return Pin(place[0], place[1], latent, _index(said.get("index"), count), view, note)


def _places(said: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(said, Sequence) or isinstance(said, str) or not 2 <= len(said) <= MOST_PLACES:
        return ()
    places = [_place(one) for one in said]
    known = tuple(place for place in places if place is not None)
    # A way with a hole in it is another way than the one that was drawn.
    return known if len(known) == len(places) and len(set(known)) > 1 else ()


def _place(said: object) -> tuple[float, float] | None:
    if not isinstance(said, Sequence) or isinstance(said, str) or len(said) != 2:
        return None
    x, y = map(finite, said)
    if x is None or y is None or max(abs(x), abs(y)) > FURTHEST_PLACE:
        return None
    return (x, y)


def camera(said: object) -> Camera | None:
    """Return the camera that a browser tells of; None for none."""
    numbers = _numbers(said, "zoom", "u", "v")
    if numbers is None or not isinstance(said, Mapping):
        return None
    zoom, u, v = numbers
    orbit = _numbers(said, "yaw", "pitch", "u", "v", "w")
    return Camera(zoom, u, v, None if orbit is None else tuple(orbit), said.get("whole") is True)


def _probed(said: object, count: int) -> Probed | None:
    numbers = _numbers(said, "x", "y", "rest", "request")
    if numbers is None or not isinstance(said, Mapping):
        return None
    x, y, rest, request = numbers
    return Probed(x, y, rest == 1, int(request), _index(said.get("index"), count))


def _named(said: object, longest: int) -> str | None:
    return said[:longest] if isinstance(said, str) else None


def _text(said: object) -> str:
    return said[:LONGEST_QUERY] if isinstance(said, str) else ""
