"""What every reader of texts gives: named columns, and rows in batches that fit in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from vae_core.data import limits
from vae_core.data.dataset import DataError

Row = Sequence[str]


class Batch(NamedTuple):
    """Some rows: a sequence of cells for each column, and where each row stands in the file."""

    columns: Sequence[Sequence[str]]
    places: Sequence[int]


@dataclass
class Table:
    """Columns with names, all different, and their rows in order.

    ``unit``: what the places count ("line", "row", "file"). ``notes``: sentences on what was read
    otherwise than one may expect; complete once the batches have been gone through.
    ``most_characters``: how long an item may be. ``width``: how many cells a row has in the file,
    where some of its columns have no name and are left out.
    """

    name: str
    columns: list[str]
    batches: Iterator[Batch]
    unit: str = "line"
    notes: list[str] = field(default_factory=list)
    most_characters: int = field(default_factory=lambda: limits.MAX_ITEM_CHARACTERS)
    width: int = 0


def batched(rows: Iterable[tuple[int, Row]], width: int) -> Iterator[Batch]:
    """``rows`` of ``width`` cells with their places, in batches bounded in rows and characters."""
    kept: list[Row] = []
    places: list[int] = []
    characters = 0
    for place, row in rows:
        kept.append(row)
        places.append(place)
        characters += sum(map(len, row))
        if len(kept) >= limits.BATCH_ROWS or characters >= limits.BATCH_CHARACTERS:
            yield Batch(list(zip(*kept, strict=True)), places)
            kept, places, characters = [], [], 0
    if kept:
        yield Batch(list(zip(*kept, strict=True)) if width else [], places)


def headed(
    rows: Iterator[tuple[int, Row]], *, header: bool
) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    """The names of columns, and the rows below: the first row names them, or they are numbered."""
    first = next(rows, (0, []))
    if header or not first[1]:
        return [cell.strip() for cell in first[1]], rows
    return [f"column {number}" for number in range(1, len(first[1]) + 1)], chain([first], rows)


def check_columns(columns: Sequence[str], name: str) -> None:
    """Raise DataError where a table has too many columns, none, or two of one name."""
    if not columns:
        raise DataError(f"{name} has no columns; give a table with a header.")
    if len(columns) > limits.MAX_COLUMNS:
        raise DataError(
            f"{name} has {len(columns):,} columns, but a table may have {limits.MAX_COLUMNS:,}; "
            "keep the column of texts and those that describe them."
        )
    for column in columns:
        if columns.count(column) > 1:
            raise DataError(
                f"{name} has {columns.count(column)} columns {column[:40]!r}; rename them."
            )


def column_number(columns: Sequence[str], wanted: str, name: str) -> int:
    """Where the column ``wanted`` is. Raises DataError with the names where it is none of them."""
    if wanted not in columns:
        shown = ", ".join(repr(column[:40]) for column in columns[:12])
        more = f" and {len(columns) - 12} more" if len(columns) > 12 else ""
        raise DataError(
            f"{name} has no column {wanted[:40]!r}; its columns are {shown}{more}. Choose one of "
            "them."
        )
    return columns.index(wanted)
