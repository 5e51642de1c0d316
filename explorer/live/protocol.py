"""The binary protocol of the live socket, version 1: frames that browsers send. See PROTOCOL.md.

Pure: bytes in, dataclasses out, and back. What the server answers is in replies.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

VERSION = 1
# version, kind, handle, request, channel, flags, reserved; little endian, 12 bytes.
_HEADER = struct.Struct("<BBHIBBH")
HEADER_BYTES = _HEADER.size
_DECODE = struct.Struct("<If")
_AT = struct.Struct("<Bff")
_ITEM = struct.Struct("<I")
_NEAREST = struct.Struct("<H")
# A close frame carries at most this many bytes of reason (RFC 6455, 5.5).
MOST_REASON = 123
MOST_NEAREST = 1000


class Kind(IntEnum):
    """What a frame is; requests below 128, answers from there on."""

    NOTHING = 0
    OPEN = 1
    DECODE = 2
    AT = 3
    ENCODE = 4
    ITEM = 5
    NEAREST = 6
    HELLO = 129
    IMAGES = 130
    TEXTS = 131
    PLACE = 132
    LATENT = 133
    ITEM_FOUND = 134
    NEAREST_FOUND = 135
    ERROR = 255


class ProtocolError(ValueError):
    """A frame that no version 1 client sends; the message is why the connection is closed."""


@dataclass(frozen=True, slots=True)
class Header:
    """What every frame begins with; an answer has the handle, request and channel of its request.

    ``handle`` and ``channel`` are 16 and 8 bits, ``request`` 32.
    """

    kind: Kind
    handle: int = 0
    request: int = 0
    channel: int = 0

    def answered(self, kind: Kind) -> Header:
        """The header of the answer of that kind to this request."""
        return Header(kind, self.handle, self.request, self.channel)

    def to_bytes(self) -> bytes:
        return _HEADER.pack(VERSION, self.kind, self.handle, self.request, self.channel, 0, 0)

    @classmethod
    def parse(cls, frame: bytes) -> Header:
        """The header of a frame. Raises ProtocolError."""
        if len(frame) < HEADER_BYTES:
            raise ProtocolError(f"A frame has {HEADER_BYTES} bytes or more, but {len(frame)} came.")
        version, kind, handle, request, channel, flags, reserved = _HEADER.unpack_from(frame)
        if version != VERSION:
            raise ProtocolError(f"This is protocol version {VERSION}, but {version} came.")
        if flags or reserved:
            raise ProtocolError("Flags and reserved bytes must be 0.")
        try:
            return cls(Kind(kind), handle, request, channel)
        except ValueError as error:
            raise ProtocolError(f"There is no frame of kind {kind}.") from error


@dataclass(frozen=True, slots=True)
class Open:
    """Open a model, by its id as in ``?model=``."""

    model: str

    def to_bytes(self) -> bytes:
        return self.model.encode()


@dataclass(frozen=True, slots=True, eq=False)
class Decode:
    """Decode ``z``, float32 (rows, values of each), texts at ``temperature`` (0: the likeliest)."""

    z: NDArray[np.float32]
    temperature: float = 0.0

    def to_bytes(self) -> bytes:
        return _DECODE.pack(len(self.z), self.temperature) + floats_to_bytes(self.z)


@dataclass(frozen=True, slots=True)
class At:
    """Decode what lies at (x, y) of a published view.

    ``from_nearest``: what the view leaves open of z is the nearest item's, else the mean's.
    """

    view: str
    x: float
    y: float
    from_nearest: bool = False

    def to_bytes(self) -> bytes:
        name = self.view.encode()
        return bytes([len(name)]) + name + _AT.pack(self.from_nearest, self.x, self.y)


@dataclass(frozen=True, slots=True)
class Encode:
    """Encode one item: height × width × colours bytes of pixels, or UTF-8."""

    content: bytes

    def to_bytes(self) -> bytes:
        return self.content


@dataclass(frozen=True, slots=True)
class Item:
    """Show the item ``index``, and what the model makes of it."""

    index: int

    def to_bytes(self) -> bytes:
        return _ITEM.pack(self.index)


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The ``count`` items whose μ is nearest to ``z``, float32 (values,)."""

    count: int
    z: NDArray[np.float32]

    def to_bytes(self) -> bytes:
        return _NEAREST.pack(self.count) + floats_to_bytes(self.z)


Request = Open | Decode | At | Encode | Item | Nearest
_KINDS: dict[type[Request], Kind] = {
    Open: Kind.OPEN,
    Decode: Kind.DECODE,
    At: Kind.AT,
    Encode: Kind.ENCODE,
    Item: Kind.ITEM,
    Nearest: Kind.NEAREST,
}


def pack_request(request: Request, *, handle: int = 0, number: int = 0, channel: int = 0) -> bytes:
    """The frame of a request."""
    header = Header(_KINDS[type(request)], handle, number, channel)
    return header.to_bytes() + request.to_bytes()


def parse_request(frame: bytes) -> tuple[Header, Request]:
    """The request in a frame. Raises ProtocolError for whatever is none."""
    header = Header.parse(frame)
    payload = memoryview(frame)[HEADER_BYTES:]
    try:
        return header, _parse(header.kind, payload)
    except struct.error as error:
        raise ProtocolError(f"The {header.kind.name} frame is cut short.") from error


def _parse(kind: Kind, payload: memoryview) -> Request:
    match kind:
        case Kind.OPEN:
            return Open(text_of(payload))
        case Kind.DECODE:
            return _parse_decode(payload)
        case Kind.AT:
            return _parse_at(payload)
        case Kind.ENCODE:
            return Encode(bytes(payload))
        case Kind.ITEM:
            _check_length(kind, payload, _ITEM.size)
            return Item(*_ITEM.unpack(payload))
        case Kind.NEAREST:
            (count,) = _NEAREST.unpack_from(payload)
            if not 1 <= count <= MOST_NEAREST:
                raise ProtocolError(f"NEAREST gives 1 to {MOST_NEAREST} items, not {count}.")
            return Nearest(count, floats_of(payload[_NEAREST.size :]))
        case _:
            raise ProtocolError(f"{kind.name} is not a request.")


def _parse_decode(payload: memoryview) -> Decode:
    rows, temperature = _DECODE.unpack_from(payload)
    values = floats_of(payload[_DECODE.size :])
    if rows == 0 or len(values) == 0 or len(values) % rows:
        raise ProtocolError(f"DECODE has {len(values)} numbers for {rows} rows.")
    return Decode(values.reshape(rows, -1), temperature)


def _parse_at(payload: memoryview) -> At:
    length = payload[0] if len(payload) else 0
    name, rest = payload[1 : 1 + length], payload[1 + length :]
    _check_length(Kind.AT, rest, _AT.size)
    mode, x, y = _AT.unpack(rest)
    if mode > 1:
        raise ProtocolError(f"AT has mode 0 or 1, not {mode}.")
    return At(text_of(name), x, y, bool(mode))


def _check_length(kind: Kind, payload: memoryview, wanted: int) -> None:
    if len(payload) != wanted:
        raise ProtocolError(f"The {kind.name} frame has {len(payload)} bytes instead of {wanted}.")


def text_of(payload: memoryview) -> str:
    """UTF-8 bytes as text. Raises ProtocolError."""
    try:
        return bytes(payload).decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("A text is not UTF-8.") from error


def floats_of(payload: memoryview) -> NDArray[np.float32]:
    """Little-endian numbers, float32 (n,). Raises ProtocolError for a part of one."""
    if len(payload) % 4:
        raise ProtocolError("The numbers of a frame are cut short.")
    return np.frombuffer(payload, "<f4").astype(np.float32)


def floats_to_bytes(values: NDArray[np.float32]) -> bytes:
    """Numbers as little-endian float32, row by row."""
    return np.ascontiguousarray(values, "<f4").tobytes()
