"""Find items by words: in their text, their label or their metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def matching(run: Run, query: str) -> NDArray[np.bool_]:
    """Tell for every item whether it holds every word of `query`, in any case: (items,).

    A word may be part of a longer one. An item's number finds it too, alone or as "item 12".
    """
    words = query.casefold().split()
    if len(words) == 2 and words[0] == "item" and (number := _number_of(words[1], run)) is not None:
        only: NDArray[np.bool_] = np.arange(len(run)) == number  # as cards call an item
        return only
    found = np.ones(len(run), dtype=np.bool_)
    columns = [column for column in (run.table.texts, run.labels) if column is not None]
    columns += run.metadata.values()
    for word in words:
        holds = np.zeros(len(run), dtype=np.bool_)
        for column in columns:
            holds |= np.fromiter((word in value.casefold() for value in column), bool, len(run))
        if (number := _number_of(word, run)) is not None:
            holds[number] = True
        found &= holds
    return found


def _number_of(word: str, run: Run) -> int | None:
    # No item has a number of twenty digits, and Python reads none of thousands.
    known = word.isdecimal() and len(word) < 20 and int(word) < len(run)
    return int(word) if known else None
