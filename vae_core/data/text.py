"""Text files: one item a line, or a column of a table with a header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from pathlib import Path

from vae_core.data.dataset import DataError, Dataset
from vae_core.errors import reason

MAX_BYTES = 2 * 1024**3
MAX_ITEM_CHARACTERS = 100_000
_DELIMITERS = {".tsv": "\t", ".csv": ","}
# Their lines are no items.
_OTHER_FORMATS = {
    ".arrow", ".doc", ".docx", ".feather", ".htm", ".html", ".json", ".jsonl", ".ndjson", ".ods",
    ".parquet", ".pdf", ".rtf", ".tar", ".xls", ".xlsx", ".xml", ".zip",
}  # fmt: skip


def read_text_file(
    path: str | Path, *, text_column: str | None = None, label_column: str | None = None
) -> Dataset:
    """Read a corpus: .txt (one item a line), .tsv or .csv (header line), each also as .gz.

    Lines with no text in them are left out; the others keep their order. Other columns of a
    table are kept as metadata. Raises DataError with one sentence on anything unreadable.
    """
    path = Path(path).expanduser()
    if (kind := _kind(path)) in _OTHER_FORMATS:
        raise DataError(
            f"{path.name} ends in {kind}, but a text file is expected: .txt with one item a line, "
            "or .tsv or .csv with a header. Save it as one of these."
        )
    content = _decode(_read_bytes(path), path)
    delimiter = _DELIMITERS.get(kind)
    if delimiter is None:
        if text_column or label_column:
            raise DataError(
                f"{path.name} is read one item a line and has no columns; "
                "give a .tsv or .csv file, or leave the column names out."
            )
        dataset = _from_lines(content, path)
    else:
        dataset = _from_table(content, path, delimiter, text_column, label_column)
    if not len(dataset):
        empty = "there is no text in any line" + (" below the header" if delimiter else "")
        raise DataError(f"{path.name} has no items: {empty}. Give a file with text.")
    return dataset


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _read_bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise DataError(f"The text file {path} does not exist; check the path.")
        if path.is_dir():
            raise DataError(f"{path} is a folder; give one text file (.txt, .tsv or .csv).")
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as stream:
                raw = stream.read(MAX_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{path.name} looks like gzip but cannot be unpacked ({reason(error)}); download it "
            "again."
        ) from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not raw.removeprefix(codecs.BOM_UTF8).strip():
        raise DataError(f"{path.name} is empty; give a file with one item a line.")
    if len(raw) > MAX_BYTES:
        raise DataError(f"{path.name} holds over 2 GiB of text; give a smaller file.")
    return raw


def _decode(raw: bytes, path: Path) -> str:
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{path.name} is UTF-16, but UTF-8 is expected; save it as UTF-8.")
    if b"\x00" in raw:
        raise DataError(
            f"{path.name} has NUL bytes, so it is not plain text; save it as UTF-8 text."
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path.name} is not UTF-8 text: line {line} has the byte 0x{raw[error.start]:02x}; "
            "save it as UTF-8."
        ) from error


def _check_item(text: str, line: int, path: Path) -> None:
    if len(text) > MAX_ITEM_CHARACTERS:
        raise DataError(
            f"Line {line} of {path.name} has {len(text):,} characters; an item may have "
            f"{MAX_ITEM_CHARACTERS:,}. Split it into sentences, one a line."
        )


def _from_lines(content: str, path: Path) -> Dataset:
    items, empty = [], 0
    # Only \n ends a line: str.splitlines would also cut at form feeds and U+2028 inside a text.
    for number, line in enumerate(content.removesuffix("\n").split("\n"), start=1):
        text = line.strip()
        _check_item(text, number, path)
        if text:
            items.append(text)
        else:
            empty += 1
    return Dataset(
        name=path.name,
        modality="sentences",
        texts=tuple(items),
        source={"text": str(path.resolve())},
        empty_items=empty,
    )


def _from_table(
    content: str, path: Path, delimiter: str, text_column: str | None, label_column: str | None
) -> Dataset:
    # A tab-separated file has no quoting: a quotation mark in it is part of the text.
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))
    rows = csv.reader(
        io.StringIO(content, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL,
        strict=True,
    )
    try:
        header = [name.strip() for name in next(filter(_has_text, rows), [])]
        text_at = _column(header, text_column or "text", path)
        label_at = None if label_column is None else _column(header, label_column, path)
        kept: list[list[str]] = []
        empty = 0
        for row in rows:
            if not _has_text(row):
                continue
            if len(row) != len(header):
                raise DataError(
                    f"Line {rows.line_num} of {path.name} has {len(row)} columns, but the header "
                    f"has {len(header)}; mend the line."
                )
            _check_item(row[text_at], rows.line_num, path)
            if row[text_at].strip():
                kept.append(row)
            else:
                empty += 1
    except csv.Error as error:
        raise DataError(
            f"{path.name} cannot be read as a table near line {rows.line_num}: {error}; "
            "check the quotation marks."
        ) from error
    # A column without a name, as a trailing comma makes it, cannot be asked for.
    others = [_column(header, name, path) for i, name in enumerate(header)
              if name and i not in (text_at, label_at)]  # fmt: skip
    return Dataset(
        name=path.name,
        modality="sentences",
        texts=tuple(row[text_at].strip() for row in kept),
        labels=None if label_at is None else tuple(row[label_at].strip() for row in kept),
        metadata={header[i]: tuple(row[i] for row in kept) for i in others},
        source={
            "text": str(path.resolve()),
            "text_column": header[text_at],
            "label_column": label_column,
        },
        empty_items=empty,
    )


def _has_text(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _column(header: list[str], name: str, path: Path) -> int:
    if name not in header:
        shown = ", ".join(repr(column[:40]) for column in header[:12])
        raise DataError(
            f"{path.name} has no column {name!r}; its columns are {shown}. Choose one of them."
        )
    if header.count(name) > 1:
        raise DataError(f"{path.name} has {header.count(name)} columns {name!r}; rename them.")
    return header.index(name)
