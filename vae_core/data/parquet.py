"""Parquet: columns of values, read in batches; what is nested is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.data.rows import Batch, Table, check_columns
from vae_core.errors import reason


def parquet_table(path: Path, wanted: str | None = None) -> Table:
    """The columns of ``path`` that are texts, numbers, dates or the like, as texts.

    Lists, structures and raw bytes are left out with a note, or refused where they are ``wanted``.
    Raises DataError where it is not Parquet, is damaged, or holds too much.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, pre_buffer=False)
        schema, rows = file.schema_arrow, file.metadata.num_rows
        unpacked = sum(file.metadata.row_group(number).total_byte_size
                       for number in range(file.metadata.num_row_groups))  # fmt: skip
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise _broken(path, error) from error
    if rows > limits.MAX_ROWS or unpacked > limits.MAX_UNPACKED_BYTES:
        raise DataError(
            f"{path.name} has {rows:,} rows of {limits.size(unpacked)}, but a table may have "
            f"{limits.MAX_ROWS:,} rows of {limits.size(limits.MAX_UNPACKED_BYTES)}; give a part."
        )
    if len(schema.names) > limits.MAX_COLUMNS:
        check_columns(schema.names, path.name)
    flat = [field.name for field in schema if not is_nested(field.type) and field.name.strip()]
    left_out = [name for name in schema.names if name not in flat]
    if wanted in left_out:
        raise DataError(
            f"The column {wanted!r} of {path.name} holds lists, structures or bytes "
            f"({schema.field(wanted).type}), not texts; choose another column."
        )
    if not flat:
        raise DataError(f"{path.name} has no column of texts; give one with a plain column.")
    check_columns(flat, path.name)
    notes = []
    if left_out:
        shown = ", ".join(repr(name[:40]) for name in left_out[:6])
        notes.append(f"{path.name} has lists, structures or bytes in {shown}, which were left out.")
    return Table(path.name, flat, _batches(file, flat, path), "row", notes)


def parquet_rows(path: Path) -> int:
    """How many rows ``path`` has, which ``parquet_table`` has opened before."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def is_nested(kind: Any) -> bool:
    """Whether an Arrow type is no plain value: lists, structures, raw bytes."""
    import pyarrow as pa

    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return (
        pa.types.is_nested(value)
        or pa.types.is_binary(value)
        or pa.types.is_large_binary(value)
        or pa.types.is_fixed_size_binary(value)
        or pa.types.is_binary_view(value)
        or isinstance(value, pa.BaseExtensionType)
    )


def _batches(file: Any, columns: list[str], path: Path) -> Iterator[Batch]:
    import pyarrow as pa

    first = 1
    try:
        for batch in file.iter_batches(limits.BATCH_ROWS, columns=columns, use_threads=False):
            cells = [batch_texts(column) for column in batch.columns]
            yield Batch(cells, range(first, first + batch.num_rows))
            first += batch.num_rows
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        if isinstance(error, DataError):
            raise
        raise _broken(path, error) from error


def batch_texts(column: Any) -> list[str]:
    """The values of an Arrow column as texts; nothing for what is missing."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_large_string(column.type):
        column = column.cast(pa.large_string())
    return ["" if text is None else text for text in column.to_pylist()]


def _broken(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path.name} cannot be read as Parquet ({reason(error)[:200]}); write it or download it "
        "again."
    )
