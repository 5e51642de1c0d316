"""Find items by what is written of them: in their text, their label or their metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.analysis import folding, patterns
from explorer.analysis.patterns import PatternError as PatternError
from explorer.analysis.text_index import TextIndex, silent
from vae_core.errors import UserError

if TYPE_CHECKING:
    from explorer.analysis.text_index import Progress
    from explorer.analysis.vocabulary import Mask
    from vae_core.checkpoint import Run

WORDS, PHRASE, PREFIX, REGEX = "words", "phrase", "prefix", "regex"
MODES = (WORDS, PHRASE, PREFIX, REGEX)
_MOST_SHOWN = 5


class SearchError(UserError, ValueError):
    """Something that cannot be searched for; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class Matches:
    """The items that were found, (items,), and what is to be said of them, if anything."""

    mask: Mask
    note: str | None = None


def index_of(run: Run, progress: Progress = silent) -> TextIndex:
    """Return an index of what is written of the items of a run: seconds for a million."""
    own = {"": run.table.texts, " label": run.labels}
    columns = {name: values for name, values in own.items() if values is not None}
    columns |= run.metadata
    return TextIndex(columns, len(run), progress)


def matching(index: TextIndex, query: str, mode: str = WORDS) -> Matches:
    """Tell for every item whether `query` finds it; an empty one finds all.

    Words may be parts of longer ones, in any order; an item's number finds it too, alone or as
    "item 12". A phrase is words one after the other; prefixes are beginnings of words, in any
    order. None of these cares for case.

    Raises:
        SearchError: there is no such mode.
        PatternError: the pattern is none, or takes too long.
    """
    if mode not in MODES:
        raise SearchError(f"The mode must be one of {', '.join(MODES)}, but is {mode!r}.")
    if not query.strip():
        return Matches(np.ones(index.count, np.bool_))
    if mode == REGEX:
        found = patterns.matching(index, query)
        return Matches(found, None if found.any() else "Nothing matches the pattern.")
    words = folding.words(query)
    if mode == PHRASE:
        found = index.phrase(words)
        return Matches(found, None if found.any() else "No item holds these words in this order.")
    number = _named(words, index.count) if mode == WORDS else None
    if number is not None:
        return Matches(np.arange(index.count) == number)  # as cards call an item
    numbers = {word: at for word in words if (at := _number(word, index.count)) is not None}
    found, unknown = index.words(
        words, prefix=mode == PREFIX, also=numbers if mode == WORDS else None
    )
    return Matches(found, None if found.any() else _nothing(words, unknown, mode))


def _nothing(words: list[str], unknown: list[str], mode: str) -> str:
    shown = ", ".join(f"“{word}”" for word in unknown[:_MOST_SHOWN])
    if len(unknown) > _MOST_SHOWN:
        shown += f" and {len(unknown) - _MOST_SHOWN} more"
    does = "has a word that begins with" if mode == PREFIX else "holds"
    if unknown and len(unknown) == len(set(words)):
        return (
            f"No item {does} {shown}." if len(unknown) == 1 else f"No item {does} any of {shown}."
        )
    if unknown:
        return f"No item {does} {shown}; leave that out."
    return "Each word is in some items, but no item has all of them; give fewer words."


def _named(words: list[str], count: int) -> int | None:
    """The item that "item 12" names."""
    return _number(words[1], count) if len(words) == 2 and words[0] == "item" else None


def _number(word: str, count: int) -> int | None:
    # No item has a number of twenty digits, and Python reads none of thousands.
    known = word.isdecimal() and len(word) < 20 and int(word) < count
    return int(word) if known else None
