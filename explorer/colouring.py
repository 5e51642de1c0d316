"""Which colour a point gets: categories safe for colour-blind people, or a continuous scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

# Okabe and Ito's palette without black, then Tableau's colours that stay apart from it.
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442")
TABLEAU = ("#9C755F", "#9467BD", "#76B7B2", "#E15759", "#4E79A7", "#59A14F", "#FF9DA7")
PALETTE = OKABE_ITO + TABLEAU
NEUTRAL = "#9AA0A6"
MOST_COLOURS = 10


@dataclass(frozen=True)
class Categories:
    """Every point in one named group.

    Attributes:
        names: one per group, in legend order.
        colours: one per group, `#RRGGBB`.
        codes: (n,) int32, the group of each point.
        left_over: whether the last group gathers the names that got no colour of their own.
    """

    names: tuple[str, ...]
    colours: tuple[str, ...]
    codes: NDArray[np.int32]
    left_over: bool = False


@dataclass(frozen=True)
class Continuous:
    """Every point with a value on one scale: `values` (n,) float32, NaN where unknown."""

    title: str
    values: NDArray[np.float32]


Colouring = Categories | Continuous


def by_value(values: Sequence[str], title: str = "value") -> Colouring:
    """Colour by a column of text: a scale if it holds many different numbers, else categories."""
    distinct = set(values)
    numbers = _numbers(values) if len(distinct) > MOST_COLOURS else None
    if numbers is not None:
        return Continuous(title, numbers)
    return by_category(values)


def by_category(values: Sequence[str]) -> Categories:
    """Colour by category: up to ten get a colour each; of more, the nine most frequent do.

    The rest share one neutral group, last in the legend and named with how many it holds.
    """
    counts = Counter(values)
    if len(counts) <= MOST_COLOURS:
        names = sorted(counts, key=_natural)
    else:
        names = sorted(counts, key=lambda name: (-counts[name], _natural(name)))[: MOST_COLOURS - 1]
    position = {name: code for code, name in enumerate(names)}
    codes = np.fromiter((position.get(v, len(names)) for v in values), np.int32, len(values))
    colours = PALETTE[: len(names)]
    left_over = len(counts) - len(names)
    if left_over:
        names = [*names, f"other ({left_over} more)"]
        return Categories(tuple(names), (*colours, NEUTRAL), codes, left_over=True)
    return Categories(tuple(names), colours, codes)


def by_code(codes: NDArray[np.int32], names: Sequence[str]) -> Categories:
    """Colour ready-made groups, such as clusters; the palette repeats after its last colour."""
    colours = tuple(PALETTE[index % len(PALETTE)] for index in range(len(names)))
    return Categories(tuple(names), colours, codes)


def all_alike(count: int) -> Categories:
    """Give all points one colour."""
    return Categories(("items",), (PALETTE[0],), np.zeros(count, np.int32))


def take(colouring: Colouring, indices: NDArray[np.int64]) -> Colouring:
    """Return the colouring of some of the points."""
    if isinstance(colouring, Continuous):
        return Continuous(colouring.title, colouring.values[indices])
    return replace(colouring, codes=colouring.codes[indices])


def _natural(name: str) -> tuple[int, float, str]:
    number = _number(name)
    return (1, 0.0, name) if number is None else (0, number, name)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _numbers(values: Sequence[str]) -> NDArray[np.float32] | None:
    numbers = [_number(value) if value else float("nan") for value in values]
    if any(number is None for number in numbers):
        return None
    return np.array(numbers, dtype=np.float32)
