"""Items of a visitor's own file, shown among the points of a map without being any of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.canvas.columns import Column

# Each is drawn by itself, over all points.
MOST_GUESTS = 2_000
_LONGEST = 200


@dataclass(frozen=True, eq=False)
class Guests:
    """Where they lie, and what is said of each where it is hovered.

    Attributes:
        places: (n, 2), or (n, 3) on a map in space; n is at most 2,000.
        words: (n,), of which the first 200 letters are shown.
        marked: the one to ring, if any.

    Raises:
        ValueError: too many, or not as many words as places.
    """

    places: NDArray[np.floating]
    words: Sequence[str]
    marked: int | None = None

    def __post_init__(self) -> None:
        if len(self.places) > MOST_GUESTS or len(self.words) != len(self.places):
            raise ValueError(
                f"A map shows up to {MOST_GUESTS:,} guests with a text each, but "
                f"{len(self.places):,} places and {len(self.words):,} texts came."
            )

    @cached_property
    def column(self) -> Column:
        """What the browser knows of them; sent once, however often one of them is marked."""
        words = [" ".join(text[: 2 * _LONGEST].split())[:_LONGEST] for text in self.words]
        content = {"at": np.round(self.places.astype(float), 6).tolist(), "words": words}
        return Column.of(json.dumps(content, allow_nan=False).encode("ascii"))
