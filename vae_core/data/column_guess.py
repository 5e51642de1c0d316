"""Which column of a table holds the texts, and which one labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

ColumnKind = Literal["text", "category", "number", "date", "other", "empty"]
TEXT = "text"
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|\.\d+)([eE][+-]?\d+)?%?")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?([T ].*)?|\d\d?[./]\d\d?[./]\d{2,4}")
_LABEL_NAMES = (
    "label", "labels", "class", "category", "topic", "sentiment", "genre", "folder", "tag", "stars",
    "star", "rating", "score", "grade", "target", "polarity",
)  # fmt: skip
_MOST_LABELS = 100
# A column of numbers may say classes: whole ones, few of them, each of several rows.
_WHOLE = re.compile(r"[+-]?\d{1,9}(\.0+)?")
_MOST_CLASSES, _ROWS_OF_A_CLASS = 36, 5
_YEARS = range(1500, 2101)
# Numbers that count, order or point at something, whatever there is of them.
_NO_CLASSES = re.compile(
    r"(.*[\W_])?(id|ids|idx|index|key|no|nr|num|number|row|rank|year|month|day|hour|date|age|count|"
    r"votes|price|amount|zip|postcode|length|size)",
    re.IGNORECASE,
)
_CAMEL_ID = re.compile(r".*[a-z](Id|ID|Idx|Index|Count|Number|Year)")
_SHOWN, _SHOWN_CHARACTERS = 5, 80


@dataclass(frozen=True)
class ColumnLook:
    """A column as some of its cells show it: a few of its values, and what they seem to be.

    ``classes``: whether numbers are whole, few and none of them years, so that they may be labels.
    ``filled``: how many of the cells that were looked at hold something.
    """

    name: str
    kind: ColumnKind
    values: tuple[str, ...]
    distinct: int
    mean_characters: float
    classes: bool = False
    filled: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def look_at_column(name: str, cells: Sequence[str]) -> ColumnLook:
    """What a column seems to hold, by some of its ``cells``."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    values = list(dict.fromkeys(filled))
    mean = sum(map(len, filled)) / max(len(filled), 1)
    shown = tuple(value[:_SHOWN_CHARACTERS] for value in values[:_SHOWN])
    return ColumnLook(
        name,
        _kind(filled, len(values), mean),
        shown,
        len(values),
        round(mean, 1),
        classes=_are_classes(values),
        filled=len(filled),
    )


def _are_classes(values: Sequence[str]) -> bool:
    if not 2 <= len(values) <= _MOST_CLASSES or not all(map(_WHOLE.fullmatch, values)):
        return False
    return not all(int(float(value)) in _YEARS for value in values)


def _kind(filled: list[str], distinct: int, mean: float) -> ColumnKind:
    if not filled:
        return "empty"
    if all(_NUMBER.fullmatch(cell) for cell in filled):
        return "number"
    if all(_DATE.fullmatch(cell) for cell in filled):
        return "date"
    if len(filled) > 2 and distinct <= min(_MOST_LABELS, len(filled) / 2) and mean <= 60:
        return "category"
    # Chinese and its like have no spaces, and say much in few letters.
    spaced = sum(" " in cell or any(ord(letter) > 0x2E80 for letter in cell) for cell in filled)
    return "text" if spaced > len(filled) / 2 else "other"


def guess_text_column(columns: Sequence[ColumnLook]) -> str | None:
    """The column with the texts: "text" where there is one, else the longest, if it stands out."""
    names = [column.name for column in columns]
    for name in names:
        if name == TEXT:
            return name
    if len(columns) == 1 and columns[0].kind != "number":
        return names[0]
    texts = [column for column in columns if column.kind == "text"]
    if not texts:  # words that are always the same ones are no less words
        words = [column.name for column in columns if column.kind in ("category", "other")]
        return words[0] if len(words) == 1 else None
    return max(texts, key=lambda column: column.mean_characters).name


def guess_label_column(columns: Sequence[ColumnLook], text: str | None) -> str | None:
    """The column with the labels, by its name or as the one with the fewest values, if any.

    Numbers are taken for labels where they may be classes: an id, a year or a measure is none.
    """
    others = [column for column in columns if column.name != text]
    few = [column for column in others if 2 <= column.distinct <= _MOST_LABELS]
    named = [column for column in few if column.name.strip().lower() in _LABEL_NAMES]
    for column in named:
        if column.kind != "number" or (column.classes and column.distinct < column.filled):
            return column.name
    categories = [column for column in few if column.kind == "category"]
    found = categories or [column for column in few if _is_of_classes(column)]
    return min(found, key=lambda column: column.distinct).name if found else None


def _is_of_classes(column: ColumnLook) -> bool:
    name = column.name.strip()
    if column.kind != "number" or _NO_CLASSES.fullmatch(name) or _CAMEL_ID.fullmatch(name):
        return False
    return column.classes and column.distinct * _ROWS_OF_A_CLASS <= column.filled
