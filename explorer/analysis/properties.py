"""What can be measured of items and might be what a dimension stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis import item_columns

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

MOST_ITEMS = 3_000
# Of more categories each has too few items to say much.
MOST_CATEGORIES = 60
_INK = 0.5


@dataclass(frozen=True, eq=False)
class Property:
    """One property of some items.

    Attributes:
        name: what is shown. low, high: what it is called where it is small, and where it is large
            ("shorter", "longer"); empty for categories.
        numbers: (items,), NaN where an item has none; None for categories.
        codes, names: (items,) the category of each, −1 for none; None for numbers.
    """

    name: str
    low: str = ""
    high: str = ""
    numbers: NDArray[np.float64] | None = None
    codes: NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()


def sample_of(run: Run, seed: int = 0) -> NDArray[np.int64]:
    """Return the items that are looked at: all, or a seeded sample."""
    if len(run) <= MOST_ITEMS:
        return np.arange(len(run), dtype=np.int64)
    found = np.random.default_rng(seed).choice(len(run), MOST_ITEMS, replace=False)
    return np.sort(found).astype(np.int64)


def properties(run: Run, items: NDArray[np.int64]) -> list[Property]:
    """Measure what there is to measure of items, and read what their file says of them."""
    found = [*_of_columns(run, items)]
    if run.modality == "images":
        return [*found, *of_pictures(np.asarray(run.items(items)))]
    texts = [str(text) for text in run.items(items)]
    return [*found, Property("words", "shorter", "longer", numbers=words_in(texts))]


def words_in(texts: list[str]) -> NDArray[np.float64]:
    """Count the words of texts, (n,)."""
    return np.array([len(text.split()) for text in texts], np.float64)


def of_pictures(pictures: NDArray[Any]) -> list[Property]:
    """Measure ink and the width of strokes of pictures (n, h, w[, colours]) in [0, 1]."""
    grey = pictures if pictures.ndim == 3 else pictures.mean(axis=3)
    ink = grey.reshape(len(grey), -1).mean(axis=1).astype(np.float64)
    return [
        Property("ink", "less", "more", numbers=ink),
        Property("stroke width", "thinner", "thicker", numbers=stroke_widths(grey)),
    ]


def stroke_widths(grey: NDArray[Any]) -> NDArray[np.float64]:
    """Estimate how wide strokes are in pictures (n, h, w), in pixels: (n,); NaN without any ink.

    A long stroke of width w has an area of w for each pixel of its length and an outline of two:
    so twice the inked area over the length of its outline. Inked is what is over half of the most
    ink in a picture.
    """
    most = grey.reshape(len(grey), -1).max(axis=1)
    inked = np.pad(
        grey > (_INK * most)[:, None, None], ((0, 0), (1, 1), (1, 1)), constant_values=False
    )
    area = inked.sum(axis=(1, 2)).astype(np.float64)
    outline = sum(
        (inked != np.roll(inked, 1, axis=axis)).sum(axis=(1, 2)).astype(np.float64)
        for axis in (1, 2)
    )
    return np.where(most > 0, 2.0 * area / np.maximum(outline, 1.0), np.nan)


def _of_columns(run: Run, items: NDArray[np.int64]) -> list[Property]:
    found = []
    for name in item_columns.column_names(run):
        if name in (item_columns.SPLIT, item_columns.TEXT, item_columns.LENGTH):
            continue
        column = item_columns.column(run, name)
        if column.numbers is not None:
            numbers = column.numbers[items]
            if np.isfinite(numbers).sum() > 2 and np.nanstd(numbers) > 0:
                low, high = ("earlier", "later") if column.kind == "date" else ("less", "more")
                found.append(Property(name, low, high, numbers=numbers))
        elif column.codes is not None and 1 < len(column.names) <= MOST_CATEGORIES:
            codes = column.codes[items].astype(np.int64)
            known = np.array([name != "" for name in column.names])
            found.append(
                Property(name, codes=np.where(known[codes], codes, -1), names=column.names)
            )
    return found
