"""Which colour a point gets: categories safe for colour-blind people, or a continuous scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Shades(NamedTuple):
    """One colour, `#rrggbb`, as it is seen on light and on dark."""

    light: str
    dark: str


# Okabe and Ito's palette without black, then Tableau's colours that stay apart from it, then
# those furthest from them: the canvas draws the same (explorer/canvas/src/palettes.ts says more).
PALETTE = (
    Shades("#0072b2", "#3a9bdc"),
    Shades("#e69f00", "#f0ad1f"),
    Shades("#009e73", "#1fb98c"),
    Shades("#d55e00", "#ee7a26"),
    Shades("#cc79a7", "#dd8fb9"),
    Shades("#56b4e9", "#8fd0f5"),
    Shades("#d8c600", "#f0e442"),
    Shades("#9c755f", "#bc9580"),
    Shades("#9467bd", "#ab85d1"),
    Shades("#76b7b2", "#8accc7"),
    Shades("#e15759", "#f0716f"),
    Shades("#4e5fa7", "#8393dc"),
    Shades("#59a14f", "#79c26d"),
    Shades("#ff9da7", "#ffb3bb"),
    Shades("#c20d80", "#df3798"),
    Shades("#4cd676", "#79ff9c"),
    Shades("#6f20bd", "#9754ed"),
    Shades("#465400", "#7e8f46"),
    Shades("#873e40", "#b46767"),
    Shades("#ca59e4", "#e573ff"),
)
NEUTRAL = Shades("#9aa0a6", "#70767e")
MOST_COLOURS = 10
NOISE, WITHOUT = "Noise", "none"


@dataclass(frozen=True)
class Categories:
    """Every point in one named group.

    Attributes:
        names: one per group, in legend order.
        codes: (n,) int32, the group of each point.
        left_over: whether the last group gathers the names that got no colour of their own.
    """

    names: tuple[str, ...]
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

    The rest share one neutral group, last in the legend and named with how many it holds; so do
    those without a value, "".
    """
    counts = Counter(values)
    without = counts.pop("", 0)
    if len(counts) <= MOST_COLOURS:
        names = sorted(counts, key=natural)
    else:
        names = sorted(counts, key=lambda name: (-counts[name], natural(name)))[: MOST_COLOURS - 1]
    position = {name: code for code, name in enumerate(names)}
    codes = np.fromiter((position.get(v, len(names)) for v in values), np.int32, len(values))
    left_over = len(counts) - len(names)
    if left_over or without:
        rest = [f"other ({left_over} more)"] * bool(left_over) + [WITHOUT] * bool(without)
        return Categories((*names, " or ".join(rest)), codes, left_over=True)
    return Categories(tuple(names), codes)


def by_code(codes: NDArray[np.int32], names: Sequence[str]) -> Categories:
    """Colour ready-made groups, such as clusters; codes below 0 are noise, a neutral group."""
    noise = codes < 0
    if not noise.any():
        return Categories(tuple(names), codes)
    return Categories((*names, NOISE), np.where(noise, len(names), codes).astype(np.int32), True)


def colours(count: int) -> list[Shades]:
    """Return the colours of `count` groups; those after the last distinct one are neutral."""
    return [PALETTE[index] if index < len(PALETTE) else NEUTRAL for index in range(count)]


def all_alike(count: int) -> Categories:
    """Give all points one colour."""
    return Categories(("items",), np.zeros(count, np.int32))


def natural(name: str) -> tuple[int, float, str]:
    """Return what names are sorted by: numbers by size, before words by letter."""
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
