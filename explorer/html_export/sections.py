"""Typed arrays and a JSON header as one run of bytes, and that as letters for an HTML page.

explorer/canvas/src/standalone/content.ts reads it; its page says how it is laid out.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Sections = Mapping[str, NDArray[Any]]
_ALIGNED = 8
_LEVEL = 9
# What can be printed of ASCII, without what could end or begin something in a page.
_ALPHABET = np.array(
    [code for code in range(0x21, 0x7F) if chr(code) not in "<>&\"'\\`-="], np.uint8
)
# What browsers read; anything else is a mistake of ours.
KINDS = ("f4", "f2", "i1", "u1", "u2", "u4")


def packed(header: Mapping[str, Any], sections: Sections) -> bytes:
    """Return header and sections one behind the other; sections begin at multiples of eight."""
    places: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    at = 0
    for name, array in sections.items():
        kind = array.dtype.str[1:]
        assert kind in KINDS, f"{name} is of {array.dtype}"
        places[name] = {"kind": kind, "shape": list(array.shape), "at": at}
        content = _planes(array)
        parts.append(content + bytes(-len(content) % _ALIGNED))
        at += len(parts[-1])
    # No NaN: a browser's JSON.parse refuses it.
    about = json.dumps(
        {**header, "sections": places}, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode("utf-8", "replace")
    head = struct.pack("<I", len(about)) + about
    return b"".join([head, bytes(-len(head) % _ALIGNED), *parts])


def letters(content: bytes) -> str:
    """Return bytes deflated and as letters, five for four bytes, a sixteenth less than base64.

    No letter of it means anything to HTML. The first one says how many bytes at the end are none.
    """
    packed_bytes = zlib.compress(content, _LEVEL)
    none = -len(packed_bytes) % 4
    groups = np.frombuffer(packed_bytes + bytes(none), ">u4").astype(np.uint32)
    digits = np.empty((len(groups), 5), np.uint8)
    for place in range(4, -1, -1):
        groups, digits[:, place] = np.divmod(groups, 85)
    return f"{none}{_ALPHABET[digits].tobytes().decode('ascii')}"


def json_section(value: Sequence[Any] | Mapping[str, Any]) -> NDArray[np.uint8]:
    """Return a value as the bytes of its JSON."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return np.frombuffer(text.encode("utf-8", "replace"), np.uint8)


def _planes(array: NDArray[Any]) -> bytes:
    """All first bytes of the numbers, then all second ones: they are alike, and packed smaller."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    if little.itemsize == 1:
        return little.tobytes()
    return little.reshape(-1).view(np.uint8).reshape(-1, little.itemsize).T.tobytes()
