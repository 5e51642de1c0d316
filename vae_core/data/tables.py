"""Tables of text: .csv and .tsv, with the delimiter and the quotation marks that are found."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.data.rows import Row, Table, batched, check_columns, headed

_CANDIDATES = (",", ";", "\t", "|")
_SAMPLE_ROWS = 200
# A quotation mark that never closes would take the rest of the file for its cell.
_MAX_CELL = 2_000_000


@dataclass(frozen=True)
class Dialect:
    """What parts the cells of a table. ``quoting``: quotation marks hold a cell together."""

    delimiter: str
    quoting: bool


def find_dialect(
    head: str, *, tabs: bool, delimiter: str | None = None, quoting: bool | None = None
) -> Dialect:
    """The dialect under which most rows of ``head`` have as many cells as the header.

    ``tabs``: the name says that tabs part the cells. ``delimiter`` and ``quoting`` are taken where
    they are given.
    """
    lines = io.StringIO(head, newline="").readlines(len(head))[:_SAMPLE_ROWS]
    if delimiter is None and (marked := _marked(lines)) is not None:
        delimiter = marked
    if delimiter is None and tabs:
        delimiter = "\t"
    if delimiter is None:
        found = max(_CANDIDATES, key=lambda each: _fit(lines, Dialect(each, True)))
        delimiter = found if _fit(lines, Dialect(found, True))[1] > 1 else ","
    if quoting is None:
        # A tab-separated file mostly has no quoting: a quotation mark in it is part of the text.
        plain, quoted = (_fit(lines, Dialect(delimiter, each)) for each in (False, True))
        quoting = quoted > plain if delimiter == "\t" else True
    return Dialect(delimiter, quoting)


def _marked(lines: list[str]) -> str | None:
    """The delimiter that a spreadsheet says in a first line such as "sep=;"."""
    first = lines[0].strip("\r\n\ufeff") if lines else ""
    return first[4:] if first.lower().startswith("sep=") and len(first) == 5 else None


def _fit(lines: list[str], dialect: Dialect) -> tuple[float, int]:
    """The share of rows as wide as the header, and the width: none for a single column."""
    widths: list[int] = []
    try:
        for row in _reader(iter(lines), dialect, strict=False):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
    except csv.Error:
        pass
    if not widths or widths[0] < 2:
        return 0.0, 1
    # The last row may have been cut off.
    whole = widths[:-1] if len(widths) > 2 else widths
    return sum(width == widths[0] for width in whole) / len(whole), widths[0]


def _reader(lines: Iterator[str], dialect: Dialect, strict: bool) -> csv._reader:  # type: ignore[name-defined]
    csv.field_size_limit(_MAX_CELL)
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_MINIMAL if dialect.quoting else csv.QUOTE_NONE,
        strict=strict,
    )


def text_table(
    stream: IO[bytes],
    encoding: str,
    dialect: Dialect,
    name: str,
    *,
    header: bool = True,
    cut: bool = False,
) -> Table:
    """The rows, each as wide as the first; blank lines are left out.

    ``header``: the first row names the columns, else they are numbered. ``cut``: only a file's
    beginning is given, so that its last row may have no end. Raises DataError where there is no
    row; reading does at one of another width and where the quotation marks do not close.
    """
    # newline="": the reader of tables knows every kind of line end, also within a cell.
    text = io.TextIOWrapper(stream, encoding, newline="")
    rows = _Rows(text, dialect, name, cut)
    names, found = headed(rows.all(), header=header)
    # A column without a name, as a trailing comma makes it, cannot be asked for.
    kept = [number for number, column in enumerate(names) if column]
    columns = [names[number] for number in kept]
    check_columns(columns, name)
    every = len(kept) == len(names)
    below = rows.as_wide(found, len(names))
    chosen = below if every else ((at, [row[i] for i in kept]) for at, row in below)
    return Table(name, columns, batched(chosen, len(columns)), width=len(names))


def loose_rows(text: str, dialect: Dialect, header: int) -> Iterator[Row]:
    """Rows of ``header`` cells in a stretch from somewhere in a table; others are passed over."""
    lines = iter(io.StringIO(text, newline="").readlines())
    try:
        for row in _reader(lines, dialect, strict=False):
            if len(row) == header:
                yield row
    except csv.Error:
        return


class _Rows:
    """The rows of a table with the line that each ends on."""

    def __init__(self, text: io.TextIOWrapper, dialect: Dialect, name: str, cut: bool) -> None:
        self._text, self._name, self._delimiter = text, name, dialect.delimiter
        self._cut = cut
        self._reader = _reader(self._lines(), dialect, strict=True)
        self._began = 1

    def _lines(self) -> Iterator[str]:
        most, number = limits.MAX_LINE_CHARACTERS, 0
        while line := self._text.readline(most):
            number += 1
            if number == 1 and _marked([line]) == self._delimiter:
                line = "\n"
            if len(line) >= most:
                raise DataError(
                    f"Line {number} of {self._name} has over {most:,} characters; give "
                    "a table with a row a line."
                )
            yield line

    def all(self) -> Iterator[tuple[int, Row]]:
        try:
            for row in self._reader:
                self._began = self._reader.line_num + 1
                if "".join(row).strip():
                    yield self._reader.line_num, row
        except csv.Error as error:
            if self._cut and "unexpected end" in str(error):
                return
            raise self._refusal(error) from error

    def as_wide(self, rows: Iterator[tuple[int, Row]], width: int) -> Iterator[tuple[int, Row]]:
        """The rows; raises DataError at one that has not ``width`` cells."""
        for number, row in rows:
            if len(row) != width:
                raise DataError(
                    f"Line {number} of {self._name} has {len(row)} columns, but the first has "
                    f"{width}; mend the line, or name the delimiter (--delimiter)."
                )
            yield number, row

    def _refusal(self, error: csv.Error) -> DataError:
        said = str(error)
        if "unexpected end" in said or "field limit" in said:
            return DataError(
                f"{self._name} has a quotation mark that never closes, in the row that begins at "
                f"line {self._began}; check the quotation marks."
            )
        return DataError(
            f"{self._name} cannot be read as a table near line {self._reader.line_num}: {said}; "
            "check the quotation marks."
        )
