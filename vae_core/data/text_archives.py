"""A zip of .txt files: each file a document, its folder the label."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO

from vae_core.data import limits
from vae_core.data.archives import NESTED, Archive, folders_below_common
from vae_core.data.dataset import DataError
from vae_core.data.encodings import Opener, find_encoding
from vae_core.data.rows import Row, Table, batched

# The first of these that there is: beside texts, a readme.md is no document.
_ENDINGS = ((".txt", ".text"), (".md",))
FOLDER, FILE = "folder", "file"


def text_entries(archive: Archive) -> list[zipfile.ZipInfo]:
    """The entries that are documents, in the order of their names."""
    for endings in _ENDINGS:
        found = [entry for entry in archive.entries
                 if PurePosixPath(entry.filename).suffix.lower() in endings]  # fmt: skip
        if found:
            return found
    return []


def documents_table(archive: Archive, encoding: str | None, most: int | None = None) -> Table:
    """Columns text, file and, where the files lie in several folders, folder.

    ``most``: only so many of the files, evenly spread over all.
    Every file that is not UTF-8 is read in the same encoding: ``encoding``, else the likeliest for
    all of them together. Raises DataError where there is no text file, and reading at one that
    cannot be read.
    """
    entries = text_entries(archive)
    _check_some(archive, entries)
    folders = folders_below_common([entry.filename for entry in entries])
    columns = ["text", FILE, *([FOLDER] if len(set(folders)) > 1 else [])]
    table = Table(archive.name, columns, iter(()), unit="File",
                  most_characters=limits.MAX_DOCUMENT_CHARACTERS)  # fmt: skip
    others = len(archive.entries) - len(entries)
    if others:
        nested = sum(PurePosixPath(entry.filename).suffix.lower() in NESTED
                     for entry in archive.entries)  # fmt: skip
        inner = f", {nested:,} of them archives, which are not opened" if nested else ""
        table.notes.append(
            f"{archive.name} has {others:,} files that are not .txt{inner}; they were left out."
        )
    if most is not None and len(entries) > most:
        chosen = [len(entries) * number // most for number in range(most)]
        entries = [entries[number] for number in chosen]
        folders = [folders[number] for number in chosen]
    table.batches = batched(
        _rows(archive, entries, folders, encoding, len(columns) > 2, table), len(columns)
    )
    return table


def _check_some(archive: Archive, entries: list[zipfile.ZipInfo]) -> None:
    if entries:
        return
    kinds = sorted({PurePosixPath(entry.filename).suffix.lower() or "no ending"
                    for entry in archive.entries})[:6]  # fmt: skip
    inside = f"only files with {', '.join(kinds)}" if kinds else "no files"
    raise DataError(
        f"{archive.name} holds {inside}, but .txt files are expected, one document each; unpack "
        "it and give the file itself."
    )


def _rows(
    archive: Archive,
    entries: list[zipfile.ZipInfo],
    folders: list[str],
    encoding: str | None,
    labelled: bool,
    table: Table,
) -> Iterator[tuple[int, Row]]:
    # In any encoding a letter has at most four bytes.
    most = 4 * limits.MAX_DOCUMENT_CHARACTERS + 4
    other: str | None = encoding
    converted = 0
    for number, (entry, folder) in enumerate(zip(entries, folders, strict=True), start=1):
        content = archive.content(entry, most)
        text = _utf8(content) if encoding is None else None
        if text is None and content:
            if other is None:
                other = _encoding_of_all(archive, entries[number - 1 :], most)
            text, mark = _decoded(content, other, entry.filename, archive.name)
            converted += not mark
        yield number, [text or "", entry.filename, *([folder] if labelled else [])]
    if converted and encoding is None:
        table.notes.append(
            f"{converted:,} of the {len(entries):,} files in {archive.name} are not UTF-8 and were "
            f"read as {other}, which is a guess; name another encoding (--encoding) where letters "
            "look wrong."
        )


def _utf8(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def _encoding_of_all(archive: Archive, entries: list[zipfile.ZipInfo], most: int) -> str:
    """The likeliest encoding of what is not UTF-8, from the first such files together."""
    sample: list[bytes] = []
    for entry in entries:
        content = archive.content(entry, most)
        if content[:2] not in _WIDE_MARKS and b"\x00" not in content and _utf8(content) is None:
            sample.append(content)
        if sum(map(len, sample)) > 200_000:
            break
    if not sample:
        return "utf-16"
    return find_encoding(opener(b"\n".join(sample)), f"Text in {archive.name}").name


_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def _decoded(content: bytes, other: str, entry: str, name: str) -> tuple[str, bool]:
    """The text, and whether its encoding was certain."""
    shown = f"{entry[:60]} of {name}"
    if content[:2] in _WIDE_MARKS or b"\x00" in content:
        found = find_encoding(opener(content), shown)
        return content.decode(found.name), True
    try:
        return content.decode(other), False
    except UnicodeDecodeError as error:
        raise DataError(
            f"{shown} is neither UTF-8 nor {other} text; save all files as UTF-8, or name the "
            "encoding (--encoding)."
        ) from error


def opener(content: bytes) -> Opener:
    """A function that opens ``content`` as a stream, as often as it is called."""

    @contextmanager
    def open_content() -> Iterator[IO[bytes]]:
        yield io.BytesIO(content)

    return open_content
