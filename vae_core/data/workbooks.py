"""Workbooks (.xlsx): one sheet as a table."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from vae_core.data import limits
from vae_core.data.archives import open_archive
from vae_core.data.dataset import DataError
from vae_core.data.json_rows import written
from vae_core.data.rows import Row, Table, batched, check_columns, headed
from vae_core.errors import reason

PARTS = "xl/workbook.xml"
# What a sheet may have, whatever its cells say.
_MAX_SHEET_ROWS = 1_048_576
_ROWS_AT_ONCE = 1000


@contextmanager
def open_workbook(path: Path) -> Iterator[Any]:
    """The workbook, its sheets read as they are asked for. Raises DataError where it is none."""
    # It is an archive: what it unpacks to is checked like any other's.
    with open_archive(path, limits.MAX_WORKBOOK_BYTES) as archive:
        for entry in archive.entries:
            if entry.filename.lower().endswith((".xml", ".rels")):
                with archive.opened(entry) as stream:
                    if b"<!DOCTYPE" in stream.read(4096):
                        raise DataError(
                            f"{path.name} declares XML entities, as no workbook does; save it anew."
                        )
    from openpyxl import load_workbook

    with _errors(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        yield book
    finally:
        book.close()


def sheet_names(book: Any) -> list[str]:
    """The names of the sheets with cells, in order."""
    return [str(sheet.title) for sheet in book.worksheets]


def chosen_sheet(book: Any, wanted: str | None, path: Path) -> str:
    """``wanted``, or the first sheet. Raises DataError where there is none of that name."""
    names = sheet_names(book)
    if not names:
        raise DataError(f"{path.name} has no sheet with cells; give a workbook with a table.")
    if wanted is None:
        return names[0]
    if wanted not in names:
        shown = ", ".join(repr(name[:40]) for name in names[:12])
        raise DataError(f"{path.name} has no sheet {wanted[:40]!r}; choose one of {shown}.")
    return wanted


def sheet_table(
    book: Any, sheet: str, path: Path, most: int | None = None, *, header: bool = True
) -> Table:
    """At most ``most`` rows with text. Columns without a name are left out.

    ``header``: the first of them names the columns, else they are numbered. Raises DataError where
    there is none; reading does where the sheet is damaged.
    """
    names, rows = headed(_rows(book[sheet], path), header=header)
    kept = [number for number, column in enumerate(names) if column]
    columns = [names[number] for number in kept]
    name = f"Sheet {sheet!r} of {path.name}"
    check_columns(columns, name)
    chosen = (
        (place, [row[i] if i < len(row) else "" for i in kept]) for place, row in islice(rows, most)
    )
    notes = []
    if others := [each for each in sheet_names(book) if each != sheet]:
        shown = ", ".join(repr(each[:40]) for each in others[:6])
        notes.append(f"{path.name} was read from its sheet {sheet!r}; it also has {shown}.")
    return Table(path.name, columns, batched(chosen, len(columns)), "row", notes)


def _rows(sheet: Any, path: Path) -> Iterator[tuple[int, Row]]:
    # The size that the sheet says it has may be wrong, and cuts rows off.
    sheet.reset_dimensions()
    found = sheet.iter_rows(values_only=True)
    number = 0
    try:
        while some := _next_rows(found, path):
            for cells in some:
                number += 1
                if not any(cell is not None for cell in cells):
                    continue
                row = [cell if isinstance(cell, str) else _shown(cell) for cell in cells]
                if any(cell.strip() for cell in row):
                    yield number, row
            if number > _MAX_SHEET_ROWS:
                raise DataError(
                    f"{path.name} says to have over {_MAX_SHEET_ROWS:,} rows, as no workbook can; "
                    "save it anew."
                )
    finally:
        found.close()


def _next_rows(found: Iterator[tuple[object, ...]], path: Path) -> list[tuple[object, ...]]:
    with _errors(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(islice(found, _ROWS_AT_ONCE))


def _shown(cell: object) -> str:
    if isinstance(cell, datetime.datetime):
        whole_day = cell.time() == datetime.time()
        return cell.date().isoformat() if whole_day else cell.isoformat(" ")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return written(cell)


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # a damaged workbook fails in every way that XML and zip can
        raise DataError(
            f"{path.name} cannot be read as a workbook ({type(error).__name__}: "
            f"{reason(error)[:160]}); save it as .xlsx or .csv again."
        ) from error
