"""A whole view of a model as one query parameter: written short, and read from anybody.

`1.` and base64url (without padding) of deflated JSON. Whatever is no such text is refused in one
sentence, before it can cost much; what fits the model that is open is for `explorer.sharing`.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from explorer import share_parts as parts
from explorer.analysis.filtering import Among, FilterError, Filters
from explorer.analysis.filtering import from_json as filters_from
from explorer.analysis.filtering import to_json as filters_to
from explorer.canvas.state import LONGEST_QUERY, Camera, Pin
from explorer.finding import Wish
from explorer.share_parts import SharedPath, ShareLinkError

VERSION = "1"
# Browsers and servers take far more; what people send each other in is cut sooner.
LONGEST = 6_000
# Unpacked, a view that fits into this has some 100,000 letters of JSON.
MOST_BYTES = parts.MOST_LETTERS
_NO_WISH = Wish()
_BROKEN = (
    "This link is damaged: a part of it is missing or was changed. Ask for it anew; the plain map "
    "is shown."
)


@dataclass(frozen=True)
class Shared:
    """What a link carries. Nothing in it has been compared with a model.

    Attributes:
        content: tells the model's content from that of every other, 16 hexadecimal digits.
        count: how many items that model has.
        view: the id of a projection; None for what is there at once.
        colour: what the map is coloured by.
        camera: what part of it is seen; None for all of it.
        picked: the item that is shown.
        selection: as `canvas.ranges` writes them.
        filters, wish, query: what is filtered and looked for, and typed on the map.
        pins: with their notes; a z holds float32.
        clustering: the id of the clustering that is open.
        path: that of the Interpolate page.
    """

    content: str
    count: int
    view: str | None = None
    colour: str | None = None
    camera: Camera | None = None
    picked: int | None = None
    selection: str = ""
    filters: Filters = ()
    wish: Wish = _NO_WISH
    query: str = ""
    pins: tuple[Pin, ...] = ()
    clustering: str | None = None
    path: SharedPath | None = None


@dataclass(frozen=True)
class Link:
    """The value of the parameter, and what was left out of it, each in a few words."""

    value: str
    left_out: tuple[str, ...] = ()


def encode(shared: Shared, longest: int = LONGEST) -> Link:
    """Write a view; of what is too large, the largest parts are left out, one after the other."""
    value, left_out = _written(shared), []
    for words, drop in _droppable(shared):
        if len(value) <= longest and _fits(shared):
            break
        without = drop(shared)
        if without != shared:
            shared, value = without, _written(without)
            left_out.append(words)
    return Link(value, tuple(left_out))


def decode(value: str) -> Shared:
    """Read what `encode` wrote, from anybody.

    Raises:
        ShareLinkError: it is something else.
    """
    version, dot, text = value.partition(".")
    if not dot or not version.isascii() or not version.isdigit() or len(version) > 4:
        raise ShareLinkError(_BROKEN)
    if version != VERSION:
        raise ShareLinkError(
            f"This link is of version {version}, but this Latentscape reads version {VERSION}; "
            "update the older of the two. The plain map is shown."
        )
    if len(text) > 4 * LONGEST:
        raise ShareLinkError(
            f"This link has {len(value):,} characters, but one of ours has at most {LONGEST:,}; "
            "ask for it anew. The plain map is shown."
        )
    try:
        return _shared(_unpacked(text))
    except (ValueError, TypeError, KeyError, RecursionError, zlib.error, FilterError) as error:
        if isinstance(error, ShareLinkError):
            raise
        raise ShareLinkError(_BROKEN) from error


def _written(shared: Shared) -> str:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeeze.compress(_json(shared)) + squeeze.flush()
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).decode('ascii').rstrip('=')}"


def _json(shared: Shared) -> bytes:
    return json.dumps(_values(shared), allow_nan=False, separators=(",", ":")).encode("ascii")


def _fits(shared: Shared) -> bool:
    return len(_json(shared)) <= MOST_BYTES


def _unpacked(text: str) -> Any:
    try:
        packed = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ShareLinkError(_BROKEN) from error
    loosen = zlib.decompressobj(-15)
    # However much a few bytes would become, no more than this is made of them.
    content = loosen.decompress(packed, MOST_BYTES)
    if not loosen.eof or loosen.unused_data:
        raise ShareLinkError(_BROKEN)
    return json.loads(content, parse_constant=_no_number)


def _no_number(_: str) -> NoReturn:
    raise ShareLinkError(_BROKEN)


def _droppable(shared: Shared) -> Iterator[tuple[str, Callable[[Shared], Shared]]]:
    """What can be left out, the least telling first."""
    yield "the selection", lambda one: replace(one, selection="")
    yield (
        "the filters by a selection",
        lambda one: replace(one, filters=tuple(c for c in one.filters if not isinstance(c, Among))),
    )
    yield "the path", lambda one: replace(one, path=None)
    if shared.wish.point is not None:
        yield "the search for what is nearest", lambda one: replace(one, wish=Wish())
    yield "the pins", lambda one: replace(one, pins=())
    yield "the filters", lambda one: replace(one, filters=())
    yield "the colour", lambda one: replace(one, colour=None)


def _values(shared: Shared) -> dict[str, Any]:
    found: dict[str, Any] = {
        "m": shared.content,
        "n": shared.count,
        "v": shared.view,
        "c": parts.sound(shared.colour),
        "a": parts.camera_to(shared.camera),
        "i": shared.picked,
        "s": shared.selection,
        "f": parts.sound(filters_to(shared.filters)),
        "w": parts.wish_to(shared.wish),
        "q": parts.sound(shared.query),
        "p": [parts.pin_to(pin) for pin in shared.pins],
        "k": shared.clustering,
        "r": None if shared.path is None else parts.path_to(shared.path),
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _shared(values: Any) -> Shared:
    if not isinstance(values, dict):
        raise ShareLinkError(_BROKEN)
    given = values.get
    return Shared(
        parts.content(given("m")),
        parts.whole(given("n"), parts.MOST_ITEMS),
        parts.text(given("v", ""), parts.LONGEST_NAME) or None,
        parts.text(given("c", ""), parts.LONGEST_NAME) or None,
        parts.camera_from(given("a")),
        parts.whole(given("i"), parts.MOST_ITEMS) if "i" in values else None,
        parts.text(given("s", ""), MOST_BYTES),
        filters_from(parts.checked_texts(given("f", []))),
        parts.wish_from(given("w")),
        parts.text(given("q", ""), LONGEST_QUERY),
        parts.pins_from(given("p", [])),
        parts.text(given("k", ""), parts.LONGEST_NAME) or None,
        parts.path_from(given("r")),
    )
