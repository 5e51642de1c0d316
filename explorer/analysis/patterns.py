"""Regular expressions over many texts, within a time limit.

The `regex` package says what a pattern means: Unicode, any case, and a match that would never end
is stopped. Where letters that every match holds are in few texts, only those are read. Of the
others, patterns that mean the same to Arrow's engine (RE2, whose time grows with the text alone)
go through that.
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vae_core.errors import UserError

if TYPE_CHECKING:
    from explorer.analysis.text_index import ColumnIndex, TextIndex
    from explorer.analysis.vocabulary import Mask

SECONDS = 5.0
LONGEST = 200
# A repeat is kept in memory as often as it is asked for, and one within another multiplied.
MOST_REPEATS = 10_000
# Texts that are read one by one as fast as all are by Arrow.
_FEW = 20_000
_BLOCK = 4_096
# Letters of a text in which a single repeat takes milliseconds at most.
_SHORT = 1_000
_FEW_CHOICES = 4
_PART = 1 << 16
_SHORTEST = 2
_MOST_RUNS = 8
# What means the same to both engines: no look-around, no names, no references, no sets of sets.
_PLAIN = re.compile(
    r"(?:[\w ,;:'\"!@#%&=~<>/`^.*+?|)\]}-]|\((?!\?)|\(\?:|\[(?![\[:\]^])|\[\^(?!\])"
    r"|\{(?=\d{1,2}[,}])"
    r"|\\[.*+?|()\[\]{}^$\\-])*"
)
_PLAIN_ASCII = re.compile(_PLAIN.pattern.replace(r"\\[.*", r"\\[wWdDsSbB.*"))
_TWICE = re.compile(r"[*+?}][+*]|[&|~-]{2}|\[[^\]]*\[")
_CALLS_ITSELF = re.compile(r"\(\?(?:R|[+-]?\d|&|P>)")
_AFTER_ESCAPE = set("wWdDsSbB") | set(r".*+?|()[]{}^$\-/ ")


class PatternError(UserError, ValueError):
    """A pattern that cannot be searched for; the message is one sentence."""


def matching(index: TextIndex, pattern: str, seconds: float = SECONDS) -> Mask:
    """Tell which items hold a match of `pattern` in a text, in any case: (items,).

    Raises:
        PatternError: it is no pattern, or looking for it takes longer than `seconds`.
    """
    compiled = compile_pattern(pattern)
    pattern = unicodedata.normalize("NFC", pattern)
    until = time.monotonic() + seconds
    found = np.zeros(index.count, np.bool_)
    for column in index.columns.values():
        found |= column.per_item(_of_texts(column, pattern, compiled, until, seconds))
    return found


def compile_pattern(pattern: str) -> Any:
    """Return a pattern compiled.

    Raises:
        PatternError: it is none; the sentence says where.
    """
    import regex

    if len(pattern) > LONGEST:
        raise PatternError(
            f"A pattern has up to {LONGEST} letters, but {len(pattern):,} came; give fewer."
        )
    _check_size(pattern)
    try:
        return regex.compile(unicodedata.normalize("NFC", pattern), regex.IGNORECASE | regex.V0)
    except regex.error as error:
        where = "" if error.pos is None else f" at letter {error.pos + 1}"
        raise PatternError(
            f"The pattern cannot be read{where}: {error.msg}; put a \\ before a sign that is meant "
            "as it stands."
        ) from error
    # Nested too deep, repeated too often, or a name that is none.
    except (RecursionError, OverflowError, MemoryError, ValueError, IndexError, KeyError) as error:
        raise PatternError(
            "The pattern is nested or repeated further than can be; make it simpler."
        ) from error


def _check_size(pattern: str) -> None:
    """Refuse what would take all memory; raises PatternError."""
    repeats = 1
    for inside in re.findall(r"\{([^}]*)", pattern):
        for number in re.findall(r"\d+", re.sub(r"\s", "", inside)):
            repeats *= max(1, int(number))
    if repeats > MOST_REPEATS:
        raise PatternError(
            f"The pattern repeats something up to {MOST_REPEATS:,} times or more; give smaller "
            "numbers in { }."
        )
    if _CALLS_ITSELF.search(pattern):
        raise PatternError("A pattern that calls itself cannot be searched for; write it out.")


def literals(pattern: str) -> list[str]:
    """Return letters and digits of ASCII, folded, that every match holds; maybe not all of them.

    None are returned where it takes more than a glance to tell.
    """
    # Flags may change what letters mean, and a comment may hold any brackets.
    if re.search(r"\(\?(?![:=!<>P])|\(\*", pattern):
        return []
    runs, run, depth = [], "", 0
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            at += 1
            if at == len(pattern) or pattern[at] not in _AFTER_ESCAPE:
                return []
        elif letter == "[":
            end = _end_of_set(pattern, at)
            if end is None:
                return []
            at = end
        elif letter == "|" and depth == 0:
            return []
        elif letter in "*?{":
            run = run[:-1]  # the letter before may be left out
            if letter == "{":
                at = max(at, pattern.find("}", at))
        depth += (letter == "(") - (letter == ")")
        if letter.isascii() and letter.isalnum() and depth == 0:
            run += letter
        else:
            runs.append(run)
            run = ""
        at += 1
    return [one.lower() for one in (*runs, run) if len(one) >= _SHORTEST]


def _end_of_set(pattern: str, at: int) -> int | None:
    """Where a set of letters ends that begins at `at`; None where that is not plain."""
    end = pattern.find("]", at + (3 if pattern[at + 1 : at + 2] == "^" else 2))
    inside = pattern[at + 1 : end]
    return None if end < 0 or "[" in inside or "\\" in inside else end


def _of_texts(
    column: ColumnIndex, pattern: str, compiled: Any, until: float, seconds: float
) -> Mask:
    candidates = _candidates(column, pattern)
    few = candidates is not None and int(candidates.sum()) <= _FEW
    if not few and _is_plain(column, pattern):
        found = _by_arrow(column, pattern, until, seconds)
        if found is not None:
            return found
    every = np.arange(len(column.texts)) if candidates is None else np.flatnonzero(candidates)
    return _one_by_one(column, every, compiled, until, seconds)


def _candidates(column: ColumnIndex, pattern: str) -> Mask | None:
    """The texts that hold the letters which every match holds; None where there are no such."""
    if column.is_odd:
        return None
    runs = sorted(set(literals(pattern)), key=len)[-_MOST_RUNS:]
    if not runs:
        return None
    parts = [column.words.holding(run) for run in runs]
    return np.asarray(column.holding(parts) == (1 << len(parts)) - 1, np.bool_)


def _one_by_one(
    column: ColumnIndex, texts: NDArray[np.int64], compiled: Any, until: float, seconds: float
) -> Mask:
    found = np.zeros(len(column.texts), np.bool_)
    for first in range(0, len(texts), _BLOCK):
        block = texts[first : first + _BLOCK]
        read = column.texts.take(block).to_pylist()
        try:
            found[block] = list(_searched(read, compiled, until))
        except TimeoutError as error:
            raise _too_long(seconds) from error
        except MemoryError as error:
            raise PatternError(
                "A match of the pattern needs more memory than there is; make it simpler."
            ) from error
    return found


def _searched(texts: list[str], compiled: Any, until: float) -> Iterator[bool]:
    """Tell of each text whether it matches; raises TimeoutError."""
    if time.monotonic() >= until:
        raise TimeoutError
    # Looking at the clock takes longer than most matches, and one repeat cannot take long.
    if _ends_soon(compiled.pattern) and max(map(len, texts)) <= _SHORT:
        for text in texts:
            yield compiled.search(text) is not None
        return
    for text in texts:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        # Others go on meanwhile, however long one match takes.
        yield compiled.search(text, timeout=left, concurrent=True) is not None


def _ends_soon(pattern: str) -> bool:
    """Tell whether a match takes at most some times the square of the text's length in steps."""
    plain = pattern.replace("(?", "(")
    if re.search(r"\)[*+?]", plain):
        return False  # a group that repeats may be read in many ways, whatever is in it
    repeats = len(re.findall(r"[*+?]", plain))
    return repeats <= 1 and pattern.count("|") <= _FEW_CHOICES and "{" not in pattern


def _is_plain(column: ColumnIndex, pattern: str) -> bool:
    if column.is_odd or _TWICE.search(pattern):
        return False
    plain = _PLAIN_ASCII if column.is_ascii else _PLAIN
    return pattern.isascii() and plain.fullmatch(pattern) is not None


def _by_arrow(column: ColumnIndex, pattern: str, until: float, seconds: float) -> Mask | None:
    """The texts that match; None where Arrow cannot read the pattern."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def matched(part: Any) -> Mask:
        if time.monotonic() > until:
            raise _too_long(seconds)
        return np.asarray(
            pc.match_substring_regex(part, pattern, ignore_case=True).to_numpy(
                zero_copy_only=False
            ),
            np.bool_,
        )

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            return np.concatenate([np.empty(0, np.bool_), *pool.map(matched, _parts(column))])
        except pa.ArrowInvalid:
            return None


def _parts(column: ColumnIndex) -> Iterator[Any]:
    for chunk in column.texts.chunks:
        for first in range(0, len(chunk), _PART):
            yield chunk.slice(first, _PART)


def _too_long(seconds: float) -> PatternError:
    return PatternError(
        f"The pattern was stopped after {seconds:g} seconds; add letters that every match holds, "
        "or leave out repeats within repeats, such as (a+)+."
    )
