"""A file of texts, whatever its kind, as a data set that lies in a memory-mapped Arrow file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from vae_core.data import cache, limits
from vae_core.data.arrow_store import ColumnWriter, arrow_writer, open_columns
from vae_core.data.column_guess import TEXT, guess_text_column, look_at_column
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.lines import too_long
from vae_core.data.opened import check_file, unreadable
from vae_core.data.rows import Batch, Table, column_number
from vae_core.data.text_archives import FOLDER
from vae_core.data.text_kinds import open_table
from vae_core.data.text_options import TextOptions

_GUESSED_BY = 1000


def read_corpus(path: str | Path, options: TextOptions | None = None) -> Dataset:
    """Read a file of texts: .txt, .csv, .tsv, .json, .jsonl (each also as .gz), .zip, .parquet or
    .xlsx, as README says.

    Items without text are left out and counted; the others keep their order. Other columns are
    kept as metadata. Texts, labels and metadata stay on the disk, in our cache (``cache.py``); what
    was read once opens at once. ``notes`` of the data set say what was guessed or left out, and
    ``source`` has all that reads the same again. Raises DataError with one sentence.
    """
    path, options = Path(path).expanduser(), options or TextOptions()
    check_file(path)
    try:
        path = path.resolve()
        content = cache.hash_file(path)
    except (OSError, RuntimeError) as error:
        raise unreadable(path, error) from error
    asked = _key(content, path, options)
    entry = cache.find(cache.known_as(asked) or asked)
    if entry is not None:
        return _dataset(entry, path.name, {"text": str(path)})
    with open_table(path, options) as (table, found):
        first = next(table.batches, None)
        found = columns_of(found, table, first)
        key = _key(content, path, found)
        source = {"text": str(path), **found.given()}
        dataset = made(
            key, path.name, source, lambda folder: write_table(folder, table, first, found)
        )
    if key != asked:
        cache.alias(asked, key)
    return dataset


def _key(content: str, path: Path, options: TextOptions) -> str:
    # The name says of what kind a file is, and stands in notes.
    return cache.key_of(content, {"corpus": path.name, **options.given()})


def made(
    key: str, name: str, source: dict[str, Any], write: Callable[[Path], dict[str, Any]]
) -> Dataset:
    """The data set of the cache's entry ``key``, which ``write`` makes (as ``write_table`` does).

    ``source`` is completed by the options that the entry was made with.
    """
    return _dataset(cache.cached(key, write), name, source)


def _dataset(entry: tuple[Path, dict[str, Any]], name: str, source: dict[str, Any]) -> Dataset:
    folder, about = entry
    columns = open_columns(folder, 1 + about["labelled"] + len(about["metadata"]), about["rows"])
    labels = columns.pop(1) if about["labelled"] else None
    return Dataset(
        name=name,
        modality="sentences",
        texts=columns[0],
        labels=labels,
        metadata=dict(zip(about["metadata"], columns[1:], strict=True)),
        source={**source, **about["options"]},
        empty_items=about["empty"],
        notes=tuple(about["notes"]),
    )


def columns_of(options: TextOptions, table: Table, first: Batch | None) -> TextOptions:
    """``options`` with the columns of texts and labels; a note where they were guessed."""
    text = options.text_column
    if text is None:
        cells = first.columns if first else [()] * len(table.columns)
        looks = [look_at_column(name, column[:_GUESSED_BY])
                 for name, column in zip(table.columns, cells, strict=True)]  # fmt: skip
        text = guess_text_column(looks)
        if text is not None and text != TEXT:
            others = ", ".join(repr(name[:40]) for name in table.columns[:12] if name != text)
            if others:
                table.notes.append(
                    f"The texts of {table.name} were taken from its column {text!r}; the others "
                    f"are {others}."
                )
    label = options.label_column
    if label is None and options.kind == "documents" and FOLDER in table.columns:
        label = FOLDER
    column_number(table.columns, text or TEXT, table.name)
    if label is not None:
        column_number(table.columns, label, table.name)
    if label is not None and label == text:
        raise DataError(
            f"The column {label!r} of {table.name} cannot be both the texts and the labels; choose "
            "another."
        )
    if options.kind == "lines":
        return options
    return replace(options, text_column=text or TEXT, label_column=label)


def write_table(
    folder: Path, table: Table, first: Batch | None, options: TextOptions
) -> dict[str, Any]:
    """Write the rows that have text, ``first`` and the rest of ``table``; what there is to know.

    ``options`` name the columns. Raises DataError where there is no text, or too much of it.
    """
    text = table.columns.index(options.text_column or TEXT)
    labels = [] if options.label_column is None else [table.columns.index(options.label_column)]
    others = [number for number in range(len(table.columns)) if number not in (text, *labels)]
    with arrow_writer(folder, 1 + len(labels) + len(others)) as writer:
        collector = _Collector(table, writer, text, labels, others)
        if first is not None:
            collector.add(first)
        for batch in table.batches:
            collector.add(batch)
    if not writer.rows:
        below = "" if table.unit != "line" or options.kind == "lines" else " below the header"
        raise DataError(
            f"{table.name} has no items: there is no text in any {table.unit.lower()}{below}. Give "
            "a file with text."
        )
    return {
        "rows": writer.rows,
        "empty": collector.empty,
        "labelled": bool(labels),
        "metadata": [table.columns[number] for number in others],
        "notes": table.notes,
        "options": options.given(),
    }


class _Collector:
    """Takes batches, checks them, and writes what has text."""

    def __init__(
        self, table: Table, writer: ColumnWriter, text: int, labels: list[int], others: list[int]
    ) -> None:
        self._table, self._writer = table, writer
        self._text, self._labels, self._others = text, labels, others
        self.empty = 0

    def add(self, batch: Batch) -> None:
        texts = [text.strip() for text in batch.columns[self._text]]
        self._check_lengths(batch)
        columns: list[Any] = [
            texts,
            *([label.strip() for label in batch.columns[number]] for number in self._labels),
            *(batch.columns[number] for number in self._others),
        ]
        if not all(texts):
            kept = [number for number, text in enumerate(texts) if text]
            self.empty += len(texts) - len(kept)
            columns = [[column[number] for number in kept] for column in columns]
        if not columns[0]:
            return
        if self._writer.rows + len(columns[0]) > limits.MAX_ROWS:
            raise DataError(
                f"{self._table.name} has over {limits.MAX_ROWS:,} items; give a part of it."
            )
        self._writer.write(columns)

    def _check_lengths(self, batch: Batch) -> None:
        unit = self._table.unit.capitalize()
        for number, column in enumerate(batch.columns):
            is_text = number == self._text
            most = self._table.most_characters if is_text else limits.MAX_CELL_CHARACTERS
            if max(map(len, column), default=0) <= most:
                continue
            for place, cell in zip(batch.places, column, strict=True):
                # Space around a text is no part of it.
                if is_text and len(cell.strip()) > most:
                    raise too_long(len(cell.strip()), unit, place, self._table.name, most)
                if not is_text and len(cell) > most:
                    raise DataError(
                        f"{unit} {place:,} of {self._table.name} has {len(cell):,} characters in "
                        f"its column {self._table.columns[number][:40]!r}; a cell may have "
                        f"{most:,}. Leave that column out."
                    )
