"""A quick look at a file that somebody brings: what is in it, and how it may be read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from vae_core.data.column_guess import (
    ColumnLook,
    guess_label_column,
    guess_text_column,
    look_at_column,
)
from vae_core.data.dataset import DataError, Modality
from vae_core.data.opened import check_file, unreadable
from vae_core.data.text_options import TextOptions

_PREVIEW_ROWS, _PREVIEW_CHARACTERS = 10, 500


@dataclass(frozen=True)
class Sample:
    """Some rows of a file, and what is known of all of it. Cells are in the order of columns."""

    columns: list[str]
    rows: list[tuple[str, ...]]
    count: int
    exact: bool
    notes: list[str]
    encoding: str | None = None
    delimiter: str | None = None
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    picture_shape: tuple[int, ...] | None = None
    picture_sizes: tuple[tuple[int, int, int], ...] = ()
    takes_side: bool = False


@dataclass(frozen=True)
class Look:
    """What a file seems to hold, from a sample of it; every value is JSON (``to_json``).

    ``kind``: "pictures", or one of ``text_options.KINDS``. ``rows``: how many items there are,
    exactly where ``rows_exact``, else about. ``columns``, ``text_column``, ``label_column``: what a
    table has, and the guesses. ``preview``: the first rows, a cell for each column, each cut at 500
    characters. ``picture_shape``: (height, width[, 3]), or None where pictures differ in size.
    ``picture_sizes``: (height, width, how many) of the pictures that were looked at, the most
    frequent first. ``takes_side``: whether pictures can be made equal. ``notes``: sentences for the
    person.
    """

    name: str
    modality: Modality
    kind: str
    bytes: int
    rows: int
    rows_exact: bool
    encoding: str | None
    delimiter: str | None
    sheets: tuple[str, ...]
    sheet: str | None
    columns: tuple[ColumnLook, ...]
    text_column: str | None
    label_column: str | None
    preview: tuple[tuple[str, ...], ...]
    picture_shape: tuple[int, ...] | None
    picture_sizes: tuple[tuple[int, int, int], ...]
    takes_side: bool
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON values: lists instead of tuples."""
        return {**asdict(self), "columns": [column.to_json() for column in self.columns]}


def look(path: str | Path, options: TextOptions | None = None) -> Look:
    """Look at a file, or a folder of pictures, without reading all of it.

    ``options``: what a person has chosen already; the rest is guessed. Raises DataError alone.
    """
    path, options = Path(path).expanduser(), options or TextOptions()
    try:
        return _look(path, options)
    except DataError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise unreadable(path, error) from error


def _look(path: Path, options: TextOptions) -> Look:
    from vae_core.data.look_pictures import sample_pictures
    from vae_core.data.look_texts import sample_texts
    from vae_core.data.pictures import is_pictures
    from vae_core.data.text_kinds import find_kind

    path = path.resolve()
    size = 0 if path.is_dir() else check_file(path)
    if options.kind is None and is_pictures(path):
        sample, kind = sample_pictures(path), "pictures"
        text = label = None
        columns: list[ColumnLook] = []
    else:
        kind = options.kind or find_kind(path)
        sample = sample_texts(path, replace(options, kind=kind))
        cells = list(zip(*sample.rows, strict=True)) or [()] * len(sample.columns)
        columns = [look_at_column(name, column)
                   for name, column in zip(sample.columns, cells, strict=True)]  # fmt: skip
        text, label = options.text_column, options.label_column
        if text not in sample.columns:
            text = guess_text_column(columns)
        if label not in sample.columns or label == text:
            label = guess_label_column(columns, text)
    return Look(
        name=path.name,
        modality="images" if kind == "pictures" else "sentences",
        kind=kind,
        bytes=size,
        rows=sample.count,
        rows_exact=sample.exact,
        encoding=sample.encoding,
        delimiter=sample.delimiter,
        sheets=sample.sheets,
        sheet=sample.sheet,
        columns=tuple(columns),
        text_column=text,
        label_column=label,
        preview=tuple(
            tuple(cell[:_PREVIEW_CHARACTERS] for cell in row) for row in sample.rows[:_PREVIEW_ROWS]
        ),
        picture_shape=sample.picture_shape,
        picture_sizes=sample.picture_sizes,
        takes_side=sample.takes_side,
        notes=tuple(sample.notes),
    )
