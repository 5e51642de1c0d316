"""What the server answers on the live socket: frames from 129 on. See PROTOCOL.md."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.live.protocol import (
    HEADER_BYTES,
    Header,
    Kind,
    ProtocolError,
    floats_of,
    floats_to_bytes,
    text_of,
)

_IMAGES = struct.Struct("<IHHHH")
_PLACE = struct.Struct("<fIHH")
_LENGTH = struct.Struct("<I")
_SHOWN = struct.Struct("<B3x")
_COUNT = struct.Struct("<HH")


@dataclass(frozen=True, slots=True)
class Hello:
    """A model is open; its handle is in the header. ``about``: what it is, and the limits."""

    about: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        return _json(self.about)


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Pictures, uint8 (count, height, width) or (count, height, width, colours)."""

    pixels: NDArray[np.uint8]

    def to_bytes(self) -> bytes:
        count, height, width = self.pixels.shape[:3]
        colours = self.pixels.shape[3] if self.pixels.ndim == 4 else 1
        return _IMAGES.pack(count, height, width, colours, 0) + self.pixels.tobytes()


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts: each with its ``text``, its ``tokens`` and the probability ``p`` of each token."""

    texts: Sequence[Mapping[str, Any]]

    def to_bytes(self) -> bytes:
        return _json({"texts": self.texts})


Shown = Images | Texts


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """What lies at a point of a map: z (values,), how far to trust it, the nearest item."""

    trust: float
    nearest: int
    z: NDArray[np.float32]
    shown: Shown

    def to_bytes(self) -> bytes:
        head = _PLACE.pack(self.trust, self.nearest, len(self.z), 0)
        return head + floats_to_bytes(self.z) + _shown(self.shown)


@dataclass(frozen=True, slots=True)
class Latent:
    """Where a drawn or typed item lies, and its reconstruction."""

    about: Mapping[str, Any]
    shown: Shown

    def to_bytes(self) -> bytes:
        return _with_length(_json(self.about)) + _shown(self.shown)


@dataclass(frozen=True, slots=True)
class ItemFound:
    """One item: what is known of it, its picture where there is one, and its reconstruction."""

    about: Mapping[str, Any]
    original: Images | None
    shown: Shown

    def to_bytes(self) -> bytes:
        return _with_length(_json(self.about)) + _shown(self.original) + _shown(self.shown)


@dataclass(frozen=True, slots=True, eq=False)
class NearestFound:
    """Items, nearest first, and their distances: (count,) each."""

    indices: NDArray[np.int64]
    distances: NDArray[np.float32]

    def to_bytes(self) -> bytes:
        pairs = np.empty(len(self.indices), _PAIR)
        pairs["index"], pairs["distance"] = self.indices, self.distances
        return _COUNT.pack(len(pairs), 0) + pairs.tobytes()


@dataclass(frozen=True, slots=True)
class Error:
    """The request failed, for this reason (one sentence); the connection lives."""

    message: str

    def to_bytes(self) -> bytes:
        return self.message.encode()


Reply = Hello | Images | Texts | Place | Latent | ItemFound | NearestFound | Error
_KINDS: dict[type[Reply], Kind] = {
    Hello: Kind.HELLO,
    Images: Kind.IMAGES,
    Texts: Kind.TEXTS,
    Place: Kind.PLACE,
    Latent: Kind.LATENT,
    ItemFound: Kind.ITEM_FOUND,
    NearestFound: Kind.NEAREST_FOUND,
    Error: Kind.ERROR,
}
_PAIR = np.dtype([("index", "<u4"), ("distance", "<f4")])


def pack_reply(request: Header, reply: Reply) -> bytes:
    """The frame that answers the request with that header."""
    return request.answered(_KINDS[type(reply)]).to_bytes() + reply.to_bytes()


def parse_reply(frame: bytes) -> tuple[Header, Reply]:
    """The answer in a frame, as a client reads it. Raises ProtocolError for whatever is none."""
    header = Header.parse(frame)
    reader = _Reader(memoryview(frame)[HEADER_BYTES:])
    try:
        return header, reader.reply(header.kind)
    except (struct.error, ValueError, KeyError) as error:
        raise ProtocolError(f"The {header.kind.name} frame cannot be read: {error}.") from error


@dataclass
class _Reader:
    """Takes the parts of a payload from its front."""

    payload: memoryview
    at: int = field(default=0)

    def reply(self, kind: Kind) -> Reply:
        match kind:
            case Kind.HELLO:
                return Hello(self._json(len(self.payload)))
            case Kind.IMAGES | Kind.TEXTS:
                return self._body(kind)
            case Kind.PLACE:
                trust, nearest, values, _ = self._unpack(_PLACE)
                z = floats_of(self._take(4 * values))
                return Place(trust, nearest, z, self._needed())
            case Kind.LATENT:
                return Latent(self._json(*self._unpack(_LENGTH)), self._needed())
            case Kind.ITEM_FOUND:
                about, original = self._json(*self._unpack(_LENGTH)), self._shown()
                if isinstance(original, Texts):
                    raise ProtocolError("an original is a picture")
                return ItemFound(about, original, self._needed())
            case Kind.NEAREST_FOUND:
                count, _ = self._unpack(_COUNT)
                pairs = np.frombuffer(self._take(_PAIR.itemsize * count), _PAIR)
                return NearestFound(pairs["index"].astype(np.int64), pairs["distance"])
            case Kind.ERROR:
                return Error(text_of(self.payload))
            case _:
                raise ProtocolError("it is not an answer")

    def _take(self, length: int) -> memoryview:
        part = self.payload[self.at : self.at + length]
        if len(part) < length:
            raise ProtocolError("it is cut short")
        self.at += length
        return part

    def _unpack(self, parts: struct.Struct) -> tuple[Any, ...]:
        return parts.unpack(self._take(parts.size))

    def _json(self, length: int) -> dict[str, Any]:
        return dict(json.loads(text_of(self._take(length))))

    def _body(self, kind: Kind) -> Shown:
        if kind is Kind.TEXTS:
            return Texts(self._json(len(self.payload) - self.at)["texts"])
        count, height, width, colours, _ = self._unpack(_IMAGES)
        pixels = np.frombuffer(self._take(count * height * width * colours), np.uint8)
        shape = (count, height, width, colours)
        return Images(pixels.reshape(shape if colours > 1 else shape[:3]))

    def _shown(self) -> Shown | None:
        (kind,) = self._unpack(_SHOWN)
        return None if kind == Kind.NOTHING else self._body(Kind(kind))

    def _needed(self) -> Shown:
        shown = self._shown()
        if shown is None:
            raise ProtocolError("it shows nothing")
        return shown


def _shown(shown: Shown | None) -> bytes:
    if shown is None:
        return _SHOWN.pack(Kind.NOTHING)
    return _SHOWN.pack(_KINDS[type(shown)]) + shown.to_bytes()


def _with_length(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


def _json(content: Mapping[str, Any]) -> bytes:
    # No NaN: a browser's JSON.parse refuses it, and the whole frame with it.
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
