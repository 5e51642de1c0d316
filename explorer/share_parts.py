"""The parts of a shared view as JSON values, each checked where it is read."""

from __future__ import annotations

import base64
import re
import struct
from dataclasses import dataclass
from typing import Any

from explorer import finding
from explorer.canvas.path import CIRCLE, DRAWN, STRAIGHT
from explorer.canvas.state import (
    FURTHEST_PLACE,
    LONGEST_NOTE,
    LONGEST_QUERY,
    LONGEST_VIEW,
    MOST_DIMENSIONS,
    MOST_PINS,
    MOST_PLACES,
    Camera,
    Pin,
)
from explorer.finding import Wish
from explorer.loose_json import finite
from vae_core.errors import UserError

MOST_ITEMS = 2**31
LONGEST_NAME, LONGEST_TEXT = 300, 1_000
# Of a selection; a regular one becomes much shorter in the link.
MOST_LETTERS = 256 * 1024
_CONTENT = re.compile(r"[0-9a-f]{16}")
_KINDS = (STRAIGHT, CIRCLE, DRAWN)
_ENDS = ("items", "typed", "pins")
_MOST_STEPS = 1_000
_DIGITS = 7


class ShareLinkError(UserError, ValueError):
    """What came is no link of ours; the message is one sentence."""


@dataclass(frozen=True)
class SharedPath:
    """The path of the Interpolate page.

    Attributes:
        kind: STRAIGHT, CIRCLE or DRAWN. steps: how many items it shows.
        drawn: places (x, y) on the map of the model, none or at least two.
        ends: "items", "typed" or "pins", and what is chosen in each of these ways.
    """

    kind: str
    steps: int
    drawn: tuple[tuple[float, float], ...] = ()
    ends: str = "items"
    items: tuple[int | None, int | None] = (None, None)
    texts: tuple[str, str] = ("", "")
    pins: tuple[int | None, int | None] = (None, None)


def sound(value: Any) -> Any:
    """Return a text, or lists and objects of them, without halves of letters that none can read."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, (list, tuple)):
        return [sound(one) for one in value]
    if isinstance(value, dict):
        return {name: sound(one) for name, one in value.items()}
    return value


def text(value: Any, longest: int) -> str:
    """Return a text that can be shown. Raises ShareLinkError, as all that follow."""
    if not isinstance(value, str) or len(value) > longest or sound(value) != value:
        raise ShareLinkError("A link holds a text that is none, or too long; ask for it anew.")
    return value


def checked_texts(value: Any, depth: int = 4) -> Any:
    """Return JSON values of which every text can be shown."""
    if isinstance(value, str):
        return text(value, MOST_LETTERS)
    if isinstance(value, list) and depth:
        return [checked_texts(one, depth - 1) for one in value]
    if isinstance(value, dict) and depth:
        return {text(k, LONGEST_NAME): checked_texts(one, depth - 1) for k, one in value.items()}
    return value


def content(value: Any) -> str:
    """Return what tells a model's content."""
    if not isinstance(value, str) or _CONTENT.fullmatch(value) is None:
        raise ShareLinkError("A link must say of which model it is; ask for it anew.")
    return value


def whole(value: Any, below: int) -> int:
    """Return a whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        raise ShareLinkError("A link holds a number that cannot be; ask for it anew.")
    return value


def number(value: Any, most: float = FURTHEST_PLACE) -> float:
    """Return a finite number that is not too far out."""
    found = finite(value)
    if found is None or abs(found) > most:
        raise ShareLinkError("A link holds a number that cannot be; ask for it anew.")
    return found


def listed(value: Any, most: int, least: int = 0) -> list[Any]:
    """Return a list that is not too long."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise ShareLinkError("A link holds a list that is none, or too long; ask for it anew.")
    return value


def camera_to(camera: Camera | None) -> list[float] | None:
    """Write a camera: three numbers on a plane, six in space."""
    if camera is None or camera.whole:
        return None
    seen = (camera.u, camera.v) if camera.orbit is None else camera.orbit
    return [float(f"{value:.{_DIGITS}g}") for value in (camera.zoom, *seen)]


def camera_from(value: Any) -> Camera | None:
    """Read a camera; None for all of the map."""
    if value is None:
        return None
    zoom, *seen = (number(one, 1e6) for one in listed(value, 6, 3))
    if zoom < 1e-3 or len(seen) not in (2, 5):
        raise ShareLinkError("A link looks at the map from nowhere; ask for it anew.")
    if len(seen) == 2:
        return Camera(zoom, seen[0], seen[1])
    return Camera(zoom, seen[2], seen[3], orbit=tuple(seen))


def floats_to(values: tuple[float, ...] | None) -> str | None:
    """Write numbers as base64 of float32."""
    if values is None:
        return None
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode("ascii").rstrip("=")


def floats_from(value: Any) -> tuple[float, ...] | None:
    """Read numbers, at least one."""
    if value is None:
        return None
    packed = text(value, 6 * MOST_DIMENSIONS)
    raw = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    count = len(raw) // 4
    if count * 4 != len(raw) or not 0 < count <= MOST_DIMENSIONS:
        raise ShareLinkError("A link holds half a number; ask for it anew.")
    return tuple(number(one) for one in struct.unpack(f"<{count}f", raw))


def pin_to(pin: Pin) -> list[Any]:
    """Write a pin: place, latent point, item, map and note."""
    place = [float(f"{value:.{_DIGITS}g}") for value in (pin.x, pin.y)]
    return [*place, floats_to(pin.z), pin.index, pin.view, sound(pin.note)]


def pins_from(value: Any) -> tuple[Pin, ...]:
    """Read pins."""
    return tuple(_pin(*listed(one, 6, 6)) for one in listed(value, MOST_PINS))


def _pin(x: Any, y: Any, z: Any, index: Any, view: Any, note: Any) -> Pin:
    return Pin(
        number(x),
        number(y),
        floats_from(z),
        None if index is None else whole(index, MOST_ITEMS),
        None if view is None else text(view, LONGEST_VIEW),
        text(note, LONGEST_NOTE),
    )


def wish_to(wish: Wish) -> list[Any] | None:
    """Write what is looked for; None for nothing."""
    if wish.is_empty:
        return None
    return [wish.kind, sound(wish.query), wish.count, floats_to(wish.point), wish.item]


def wish_from(value: Any) -> Wish:
    """Read what is looked for."""
    if value is None:
        return Wish()
    kind, query, count, point, item = listed(value, 5, 5)
    if not isinstance(kind, str) or kind not in finding.NAMES:
        raise ShareLinkError("A link looks for what cannot be looked for; ask for it anew.")
    wish = Wish(
        kind,
        text(query, LONGEST_QUERY),
        max(1, whole(count, finding.MOST_COUNT + 1)),
        floats_from(point),
        None if item is None else whole(item, MOST_ITEMS),
    )
    return Wish() if wish.is_empty else wish


def path_to(path: SharedPath) -> list[Any]:
    """Write a path."""
    drawn = [[float(f"{value:.{_DIGITS}g}") for value in place] for place in path.drawn]
    texts = [sound(one) for one in path.texts]
    return [path.kind, path.steps, drawn, path.ends, list(path.items), texts, list(path.pins)]


def path_from(value: Any) -> SharedPath | None:
    """Read a path."""
    if value is None:
        return None
    kind, steps, drawn, ends, items, texts, pins = listed(value, 7, 7)
    if kind not in _KINDS or ends not in _ENDS or (drawn and len(listed(drawn, MOST_PLACES)) < 2):
        raise ShareLinkError("A link holds a path that goes nowhere; ask for it anew.")
    first, last = (text(one, LONGEST_TEXT) for one in listed(texts, 2, 2))
    return SharedPath(
        kind,
        whole(steps, _MOST_STEPS),
        tuple(_place(*listed(one, 2, 2)) for one in listed(drawn, MOST_PLACES)),
        ends,
        _pair(items, MOST_ITEMS),
        (first, last),
        _pair(pins, MOST_PINS + 1),
    )


def _place(x: Any, y: Any) -> tuple[float, float]:
    return number(x), number(y)


def _pair(value: Any, below: int) -> tuple[int | None, int | None]:
    first, last = (None if one is None else whole(one, below) for one in listed(value, 2, 2))
    return first, last
