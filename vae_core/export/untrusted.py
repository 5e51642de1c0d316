"""Checks of what strangers wrote, before it is opened as our own files are."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import IO, Any

from vae_core.data.tokenizer import KINDS, train_tokenizer
from vae_core.export.errors import RunImportError
from vae_core.run_config import ITEMS, TOKENIZER

_MOST_AT_ONCE = 2 * 1024 * 1024
_MOST_TEXT_BYTES = 4 * 1024**3
_MOST_COLUMNS, _MOST_CELLS = 1000, 50_000_000
_ROWS_AT_ONCE = 4096


class GuardedFile(io.RawIOBase):
    """A file of which no more than 2 MiB are read at once.

    ``zipfile`` reads a directory whole, and makes an object of each entry, before anything can be
    asked of it; a run's has ten entries.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self.size = stream.seek(0, io.SEEK_END)
        stream.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(self.size - self._stream.tell(), 0)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > _MOST_AT_ONCE:
            raise RunImportError("its table of contents is too large for a run.")
        return self._stream.read(wanted)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def check_tokenizer(folder: Path) -> None:
    """Refuse a tokenizer with regular expressions other than ours: some never come to an end."""
    path = folder / TOKENIZER
    if not path.is_file():
        return
    foreign = _patterns(json.loads(path.read_text(encoding="utf-8"))) - _own_patterns()
    if foreign:
        raise RunImportError(
            f"{TOKENIZER} splits words by a rule that is not Latentscape's ({min(foreign)[:80]!r})"
        )


def _own_patterns() -> set[str]:
    return set().union(
        *(_patterns(json.loads(train_tokenizer(["a"], kind=kind).to_json())) for kind in KINDS)
    )


def _patterns(value: Any) -> set[str]:
    """Every regular expression anywhere in a tokenizer."""
    if isinstance(value, list):
        return set().union(*map(_patterns, value))
    if not isinstance(value, dict):
        return set()
    here = {str(value["Regex"])} if "Regex" in value else set()
    return here.union(*map(_patterns, value.values()))


def check_items(folder: Path, items: int) -> None:
    """Refuse a table that is not of ``items`` rows of strings, or unpacks to more than it may.

    Parquet keeps a string that repeats only once: a small file can hold terabytes of text. So the
    lengths are added up, a few rows at a time, before the table is read as a whole.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder / ITEMS
    names = pq.read_schema(path).names
    with pq.ParquetFile(path, read_dictionary=names) as table:
        about = table.metadata
        if about.num_rows != items:
            raise RunImportError(f"{ITEMS} has {about.num_rows} rows for {items} items")
        if about.num_columns > _MOST_COLUMNS or items * about.num_columns > _MOST_CELLS:
            raise RunImportError(f"{ITEMS} has {about.num_columns} columns, which is too many")
        groups = (about.row_group(number) for number in range(about.num_row_groups))
        if sum(group.total_byte_size for group in groups) > _MOST_TEXT_BYTES:
            raise RunImportError(f"{ITEMS} unpacks to more than it may")
        total = 0
        for batch in table.iter_batches(_ROWS_AT_ONCE):
            for column in batch.columns:
                kind = column.type.value_type if pa.types.is_dictionary(column.type) else None
                if kind is None or not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
                    raise RunImportError(f"{ITEMS} has a column that is not of texts")
                lengths = pc.binary_length(column.dictionary)
                total += pc.sum(pc.cast(lengths.take(column.indices), pa.int64())).as_py() or 0
            if total > _MOST_TEXT_BYTES:
                raise RunImportError(f"{ITEMS} unpacks to more than it may")
