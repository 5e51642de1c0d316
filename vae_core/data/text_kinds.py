"""Of which kind a file of texts is, and the reader for it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from vae_core.data import limits
from vae_core.data.archives import ZIP, open_archive
from vae_core.data.dataset import DataError
from vae_core.data.encodings import find_encoding
from vae_core.data.json_rows import json_table
from vae_core.data.lines import lines_table
from vae_core.data.opened import GZIP, magic, opened
from vae_core.data.parquet import parquet_table
from vae_core.data.rows import Table
from vae_core.data.tables import find_dialect, text_table
from vae_core.data.text_archives import documents_table
from vae_core.data.text_options import TextOptions
from vae_core.data.workbooks import PARTS, chosen_sheet, open_workbook, sheet_table

TEXT_ENDINGS = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".zip")
_KINDS = {
    ".csv": "table", ".tsv": "table", ".tab": "table",
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
    ".parquet": "parquet", ".pq": "parquet", ".xlsx": "workbook", ".xlsm": "workbook",
    ".zip": "documents",
}  # fmt: skip
_TABS = (".tsv", ".tab")
# Their lines are no items.
_OTHER_FORMATS = {
    ".arrow", ".bz2", ".doc", ".docx", ".epub", ".feather", ".htm", ".html", ".numbers", ".ods",
    ".odt", ".pdf", ".rtf", ".tar", ".tgz", ".xls", ".xml", ".xz", ".7z", ".rar", ".sqlite", ".db",
    ".pkl", ".pickle", ".npy", ".npz", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp3", ".mp4",
}  # fmt: skip
_PARQUET, _OLE = b"PAR1", b"\xd0\xcf\x11\xe0"
_TEXT_KINDS = ("lines", "table", "json")
_EXPECTED = "give .txt, .csv, .tsv, .jsonl, .json, .parquet, .xlsx or a .zip of .txt files"


def ending(path: Path) -> str:
    """The last part of a name that says what is in a file, less .gz: ".csv" of "a.CSV.gz"."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def find_kind(path: Path) -> str:
    """One of ``KINDS``, by what the file begins with and by its name.

    Raises DataError for a format that is not read, and where name and content do not agree.
    """
    kind, start = _KINDS.get(ending(path), "lines"), magic(path)
    packed = _begins(path, GZIP)
    if start.startswith(_PARQUET) or kind == "parquet":
        _refuse_packed(path, packed, "Parquet")
        if not start.startswith(_PARQUET):
            raise _not_what_it_says(path, "Parquet")
        return "parquet"
    if start.startswith(ZIP) and (start[2:4] in (b"\x03\x04", b"\x05\x06")):
        _refuse_packed(path, packed, "an archive")
        return _kind_of_zip(path)
    if kind in ("workbook", "documents"):
        raise _not_what_it_says(path, "a workbook" if kind == "workbook" else "a zip archive")
    if start.startswith(_OLE):
        raise DataError(
            f"{path.name} is an old Office file (.xls or .doc); save it as .xlsx, .csv or .txt."
        )
    if ending(path) in _OTHER_FORMATS:
        raise DataError(
            f"{path.name} ends in {ending(path)}, which is not read as texts; {_EXPECTED}."
        )
    return kind


def _begins(path: Path, mark: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(mark)) == mark


def _refuse_packed(path: Path, packed: bool, what: str) -> None:
    if packed:
        raise DataError(f"{path.name} is {what} packed with gzip; unpack it first.")


def _not_what_it_says(path: Path, what: str) -> DataError:
    return DataError(
        f"{path.name} ends in {ending(path)}, but is not {what}; rename it, or save it anew."
    )


def _kind_of_zip(path: Path) -> str:
    with open_archive(path) as archive:
        names = {entry.filename for entry in archive.entries}
    if PARTS in names:
        return "workbook"
    if "word/document.xml" in names or "mimetype" in names or "ppt/presentation.xml" in names:
        raise DataError(f"{path.name} is an Office or book file, not texts; {_EXPECTED}.")
    return "documents"


@contextmanager
def open_table(path: Path, options: TextOptions) -> Iterator[tuple[Table, TextOptions]]:
    """The table in ``path``, and ``options`` with all that was found out to read it so.

    Its batches are read while this is open. Raises DataError, as going through them does.
    """
    kind = options.kind or find_kind(path)
    found = replace(options, kind=kind)
    _check_options(path, found)
    if kind == "parquet":
        yield parquet_table(path, options.text_column), found
    elif kind == "workbook":
        with open_workbook(path) as book:
            sheet = chosen_sheet(book, options.sheet, path)
            table = sheet_table(book, sheet, path, header=options.header is not False)
            yield table, replace(found, sheet=sheet)
    elif kind == "documents":
        with open_archive(path) as archive:
            yield documents_table(archive, options.encoding), found
    else:
        encoding = find_encoding(partial(opened, path), path.name, options.encoding)
        found = replace(found, encoding=encoding.name)
        with opened(path) as stream:
            if kind == "table":
                with opened(path) as beginning:
                    head = _head(beginning.read(limits.CHUNK_BYTES), encoding.name)
                dialect = find_dialect(
                    head, tabs=ending(path) in _TABS, delimiter=options.delimiter,
                    quoting=options.quoting,
                )  # fmt: skip
                found = replace(found, delimiter=dialect.delimiter, quoting=dialect.quoting)
                table = text_table(
                    stream, encoding.name, dialect, path.name, header=options.header is not False
                )
            elif kind == "json":
                table = json_table(stream, encoding, path.name)
            else:
                table = lines_table(stream, encoding, path.name)
            if encoding.note:
                table.notes.insert(0, encoding.note)
            yield table, found


def _head(content: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("ignore").decode(content)


def _check_options(path: Path, options: TextOptions) -> None:
    """Refuse what the kind of the file does not look at."""
    kind = options.kind
    if kind == "lines" and (options.text_column or options.label_column):
        raise DataError(
            f"{path.name} is read one item a line and has no columns; give a table, or leave the "
            "column names out."
        )
    useless = {
        "sheet": options.sheet is not None and kind != "workbook",
        "delimiter": options.delimiter is not None and kind != "table",
        "header": options.header is not None and kind not in ("table", "workbook"),
        "encoding": options.encoding is not None and kind not in (*_TEXT_KINDS, "documents"),
    }
    for name, odd in useless.items():
        if odd:
            raise DataError(
                f"The {name} does nothing for {path.name}, which is read as {kind}; leave it out."
            )
