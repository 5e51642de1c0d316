"""The columns of a map as bytes: each travels in a mount of its own, and only when it is new.

Streamlit sends a message again, in full, as soon as anything in it differs. What a map is made of
is therefore split: a column for the places, one for the colours, one for the clusters, one for the
filter. Each begins with its name, a hash of its content; the map itself is told only the names.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.colouring import Colouring, Continuous

NAME_LENGTH = 16
# Values are sent as steps between the ends of the scale, in two bytes; the last one is "unknown".
UNKNOWN = 65_535
# Of continuous values, the few most extreme ones must not take all colours to themselves.
_ENDS = (0.5, 99.5)


@dataclass(frozen=True)
class Column:
    """One column on the wire: `data` is its `name` (16 letters) and then its content."""

    name: str
    data: bytes

    @classmethod
    def of(cls, content: bytes) -> Column:
        name = hashlib.blake2b(content, digest_size=NAME_LENGTH // 2).hexdigest()
        return cls(name, name.encode("ascii") + content)


@dataclass(frozen=True)
class Scale:
    """Where the colours of a continuous scale begin and end."""

    low: float
    high: float


def places(points: NDArray[np.floating]) -> Column:
    """Return (n, 2) or (n, 3) places as float32, their numbers in turn: 8 or 12 bytes a point."""
    return Column.of(np.ascontiguousarray(points, "<f4").tobytes())


def classes(codes: NDArray[np.integer], count: int) -> Column:
    """Return the class of each point (n,), one byte each, or two where there are over 256."""
    return Column.of(codes.astype("u1" if class_bytes(count) == 1 else "<u2").tobytes())


def clusters(codes: NDArray[np.integer], count: int) -> Column:
    """Return the cluster of each point (n,) as `classes` does; noise, below 0, is `count`."""
    return classes(np.where(codes < 0, count, codes), count + 1)


def class_bytes(count: int) -> int:
    """Return how many bytes the code of one of `count` classes takes."""
    return 1 if count <= 256 else 2


def values(numbers: NDArray[np.floating]) -> tuple[Column, Scale]:
    """Return values (n,) as steps of a scale, two bytes each, and where the scale ends.

    The scale leaves out the most extreme half percent at either end, which get the colours of
    the ends; what is not a number is `UNKNOWN`.
    """
    known = numbers[np.isfinite(numbers)]
    if len(known) == 0:
        return Column.of(np.full(len(numbers), UNKNOWN, "<u2").tobytes()), Scale(0.0, 1.0)
    low, high = (float(end) for end in np.percentile(known, _ENDS))
    if not high > low:
        low, high = float(known.min()), float(known.max())
    span = high - low if high > low else 1.0
    with np.errstate(invalid="ignore"):
        steps = np.clip((numbers.astype(np.float64) - low) / span, 0.0, 1.0) * (UNKNOWN - 1)
    steps[~np.isfinite(numbers)] = UNKNOWN
    return Column.of(np.rint(steps).astype("<u2").tobytes()), Scale(low, high)


def bits(mask: NDArray[np.bool_]) -> Column:
    """Return a filter (n,), one bit a point, the first in the lowest bit."""
    return Column.of(np.packbits(mask, bitorder="little").tobytes())


def colours(colouring: Colouring, title: str) -> tuple[Column | None, dict[str, object]]:
    """Return the column of a colouring and what the legend says; a single class needs no column."""
    if isinstance(colouring, Continuous):
        column, scale = values(colouring.values)
        ends = {"low": scale.low, "high": scale.high}
        return column, {"kind": "values", "title": title, "palette": "viridis", **ends}
    names = list(colouring.names)
    other = len(names) - 1 if colouring.left_over else -1
    about = {"kind": "classes", "title": title, "names": names, "other": other}
    return (classes(colouring.codes, len(names)) if len(names) > 1 else None), about
