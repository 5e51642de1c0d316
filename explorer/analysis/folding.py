"""Texts as they are compared: without case, composed characters, any language."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

# Characters whose case folds otherwise than a regular expression has it, letters that meet a mark
# which only one of their cases can be composed with, and spaces that not everybody takes for one.
_ODD = "[\u017f\u0131\u0130\u212a\x0b\x1c-\x1f\x85]|[A-Za-z][\u0300-\u036f]"


def fold(text: str) -> str:
    """Return a text without case and with its characters composed (NFC)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def words(text: str) -> list[str]:
    """Return what stands between the spaces of a text, folded."""
    return fold(text).split()


def composed(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return texts with their characters composed (NFC)."""
    import pyarrow.compute as pc

    if pc.all(pc.string_is_ascii(texts)).as_py():
        return texts
    return pc.utf8_normalize(texts, form="NFC")


def folded(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return texts as `fold` makes them, those of ASCII without a Python object for any."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.string_is_ascii(texts)
    low = pc.ascii_lower(pc.if_else(plain, texts, ""))
    if pc.all(plain).as_py():
        return low
    others = pc.invert(plain)
    made = pa.array([fold(text) for text in texts.filter(others).to_pylist()], pa.large_string())
    return pc.replace_with_mask(low, others, made)


def is_ascii(texts: pa.LargeStringArray) -> bool:
    """Tell whether all texts are ASCII."""
    import pyarrow.compute as pc

    return bool(pc.all(pc.string_is_ascii(texts)).as_py())


def is_odd(texts: pa.LargeStringArray) -> bool:
    """Tell whether a text holds something that engines differ about; texts are composed."""
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(texts, _ODD)).as_py())


def is_inside_word(character: str) -> bool:
    """Tell whether a character is part of a word: a letter, a digit, a mark or an underscore."""
    return character == "_" or unicodedata.category(character)[0] in "LNM"


def occurrences(data: NDArray[np.uint8], wanted: bytes) -> NDArray[np.int64]:
    """Return where `wanted`, one byte or more, begins in `data`, in order."""
    if len(data) < len(wanted):
        return np.empty(0, np.int64)
    if len(wanted) == 1:
        return np.flatnonzero(data == wanted[0])
    found = np.flatnonzero((data[:-1] == wanted[0]) & (data[1:] == wanted[1]))
    found = found[found <= len(data) - len(wanted)]
    for place, byte in enumerate(wanted[2:], 2):
        found = found[data[found + place] == byte]
    return found
