"""A set of indices as runs, in a few bytes: how selections travel. The twin of `src/ranges.ts`.

Each run is two varints (seven bits a byte, lowest first): how many indices lie between the end of
the last run and this one, and how many more than one this run holds.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

# Five bytes of seven bits: no map holds 2³⁵ points.
_LONGEST = 5


class RangesError(ValueError):
    """These are no runs of indices; the message says what is wrong."""


def encode(indices: NDArray[np.int64]) -> str:
    """Return rising `indices` (n,) as base64 of their runs."""
    if len(indices) == 0:
        return ""
    if indices[0] < 0 or (np.diff(indices) <= 0).any():
        raise RangesError("The indices of a selection must rise from 0 on.")
    breaks = np.flatnonzero(np.diff(indices) > 1) + 1
    starts = indices[np.concatenate([[0], breaks])]
    lasts = indices[np.concatenate([breaks - 1, [len(indices) - 1]])]
    gaps = starts - np.concatenate([[0], lasts[:-1] + 1])
    numbers = np.column_stack([gaps, lasts - starts]).ravel().tolist()
    return base64.b64encode(b"".join(map(_varint, numbers))).decode("ascii")


def decode(text: str, limit: int) -> NDArray[np.int64]:
    """Return the rising indices below `limit` that `text` holds.

    It comes from a browser: whatever is no such list raises RangesError, and costs no more memory
    than `limit` indices.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RangesError("A selection is base64.") from error
    if not raw:
        return np.empty(0, np.int64)
    # Every second index selected is the longest list: two bytes each, with gaps of one.
    if len(raw) > limit + 2 * _LONGEST:
        raise RangesError(f"{len(raw)} bytes are too many for a selection of {limit} points.")
    numbers = _numbers(np.frombuffer(raw, np.uint8))
    gaps, lengths = numbers[0::2], numbers[1::2] + 1
    starts = np.cumsum(gaps) + np.concatenate([[0], np.cumsum(lengths)[:-1]])
    if starts[-1] + lengths[-1] > limit:
        raise RangesError(f"A selection reaches beyond the {limit} points of the map.")
    offsets = np.cumsum(lengths) - lengths
    return np.repeat(starts - offsets, lengths) + np.arange(lengths.sum())


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number % 128 + 128)
        number //= 128
    out.append(number)
    return bytes(out)


def _numbers(raw: NDArray[np.uint8]) -> NDArray[np.int64]:
    ends = np.flatnonzero(raw < 128)
    starts = np.concatenate([[0], ends[:-1] + 1])
    if raw[-1] >= 128 or len(ends) % 2:
        raise RangesError("A selection ends in the middle of a run.")
    if (ends - starts >= _LONGEST).any():
        raise RangesError("A selection holds a number that is too large.")
    place = np.arange(len(raw)) - np.repeat(starts, ends - starts + 1)
    parts = (raw & 127).astype(np.int64) << (7 * place)
    return np.asarray(np.add.reduceat(parts, starts), dtype=np.int64)
