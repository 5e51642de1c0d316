"""Samples of files of texts: the head, and parts from all over a large one."""

from __future__ import annotations

import codecs
import io
from dataclasses import replace
from itertools import islice
from pathlib import Path

from vae_core.data import limits
from vae_core.data.archives import open_archive
from vae_core.data.encodings import Encoding, find_encoding
from vae_core.data.json_rows import json_table, loose_objects
from vae_core.data.lines import lines_table
from vae_core.data.look import Sample
from vae_core.data.opened import sampled
from vae_core.data.parquet import parquet_rows, parquet_table
from vae_core.data.rows import Table
from vae_core.data.tables import find_dialect, loose_rows, text_table
from vae_core.data.text_archives import documents_table, opener, text_entries
from vae_core.data.text_kinds import ending
from vae_core.data.text_options import TextOptions
from vae_core.data.workbooks import chosen_sheet, open_workbook, sheet_names, sheet_table

_HEAD_BYTES, _PARTS = 256 * 1024, 8
_ROWS = 1000
_DOCUMENTS = 50
_WIDE = ("utf-16", "utf-32")


def sample_texts(path: Path, options: TextOptions) -> Sample:
    """Rows of the file ``path``, whose kind ``options`` name. Raises DataError."""
    if options.kind == "parquet":
        table = parquet_table(path)
        rows = parquet_rows(path)
        return Sample(table.columns, _rows(table, _ROWS), rows, True, table.notes)
    if options.kind == "documents":
        with open_archive(path) as archive:
            table = documents_table(archive, options.encoding, _DOCUMENTS)
            count = len(text_entries(archive))
            return Sample(table.columns, _rows(table, _DOCUMENTS), count, True, table.notes)
    if options.kind == "workbook":
        return _sample_sheet(path, options)
    return _sample_text(path, options)


def _rows(table: Table, most: int) -> list[tuple[str, ...]]:
    every = (row for batch in table.batches for row in zip(*batch.columns, strict=True))
    return list(islice(every, most))


def _sample_sheet(path: Path, options: TextOptions) -> Sample:
    with open_workbook(path) as book:
        names = sheet_names(book)
        wanted = options.sheet if options.sheet in names else None
        sheet = chosen_sheet(book, wanted, path)
        said = book[sheet].max_row or 0
        table = sheet_table(book, sheet, path, _ROWS, header=options.header is not False)
        rows = _rows(table, _ROWS)
        exact = len(rows) < _ROWS
        count = len(rows) if exact else max(said - (options.header is not False), len(rows))
        return Sample(
            table.columns, rows, count, exact, table.notes, sheets=tuple(names), sheet=sheet
        )


def _sample_text(path: Path, options: TextOptions) -> Sample:
    head, parts, size = sampled(path, _HEAD_BYTES, _PARTS)
    cut = size > len(head)
    if cut:
        head = _whole(head)
    # Of a large file in the encoding that the parts show as well.
    together = head if head.startswith(_WIDE_MARKS) else b"\n".join([head, *parts])
    encoding = find_encoding(opener(together), path.name, options.encoding)
    if encoding.name.startswith(_WIDE):
        parts = []
    texts = [part.decode(encoding.name, "replace") for part in parts]
    table, more = _table(path, head, encoding, options, cut, texts)
    rows = _rows(table, limits.MAX_ROWS)
    if options.kind == "lines":
        rows = [row for row in rows if row[0].strip()]
        more = [row for row in more if row[0].strip()]
    count = len(rows)
    if cut:
        seen = len(head) + sum(map(len, parts))
        count = max(round((len(rows) + len(more)) * size / max(seen, 1)), len(rows) + len(more))
    notes = [encoding.note, *table.notes] if encoding.note else table.notes
    found = Sample(
        table.columns, [*rows[: 4 * _ROWS], *more], count, not cut, notes, encoding=encoding.name
    )
    if options.kind != "table":
        return found
    return replace(found, delimiter=_dialect(path, head, encoding, options).delimiter)


_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _whole(head: bytes) -> bytes:
    """``head`` up to the end of a line, or at least of a character."""
    if b"\x00" in head[:4096] or head.startswith(_WIDE_MARKS):
        return head[: len(head) // 4 * 4]
    at = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: at + 1] if at > 0 else head.rstrip(bytes(range(0x80, 0x100)))


def _dialect(path: Path, head: bytes, encoding: Encoding, options: TextOptions):  # type: ignore[no-untyped-def]
    text = codecs.getincrementaldecoder(encoding.name)("ignore").decode(head)
    return find_dialect(
        text,
        tabs=ending(path) in (".tsv", ".tab"),
        delimiter=options.delimiter,
        quoting=options.quoting,
    )


def _table(
    path: Path, head: bytes, encoding: Encoding, options: TextOptions, cut: bool, parts: list[str]
) -> tuple[Table, list[tuple[str, ...]]]:
    """The head as a table, and rows of the parts."""
    stream = io.BytesIO(head)
    if options.kind == "table":
        dialect = _dialect(path, head, encoding, options)
        table = text_table(
            stream, encoding.name, dialect, path.name, header=options.header is not False, cut=cut
        )
        width = table.width or len(table.columns)
        rows = (row for part in parts for row in loose_rows(part, dialect, width))
        return table, [tuple(row[: len(table.columns)]) for row in rows]
    if options.kind == "json":
        table = json_table(stream, encoding, path.name, cut=cut)
        found = (loose_objects(part, table.columns) for part in parts)
        return table, [row for rows in found for row in rows]
    lines = (line for part in parts for line in part.split(encoding.line_end))
    return lines_table(stream, encoding, path.name), [(line,) for line in lines]
