"""items.parquet: the texts, labels, metadata and split of a run's items, in their order."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vae_core.errors import UserError, reason
from vae_core.files import write_whole

_RESERVED = ("text", "label", "split")
_DECODED = b"texts_are_decoded"
_PREFIX = "metadata."


class RunError(UserError, ValueError):
    """A run folder that cannot be opened or written; the message says why."""


@dataclass(frozen=True)
class ItemTable:
    """Columns that describe ``count`` items. ``texts_are_decoded``: the model wrote the texts."""

    count: int
    texts: Sequence[str] | None
    labels: Sequence[str] | None
    metadata: Mapping[str, Sequence[str]] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    texts_are_decoded: bool = False


def write_items(path: Path, table: ItemTable) -> None:
    """Write the table as Parquet, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    split = table.split or ("train",) * table.count
    columns: dict[str, Any] = {"split": pa.array(split).dictionary_encode()}
    if table.texts is not None:
        columns["text"] = pa.array(table.texts, pa.string())
    if table.labels is not None:
        columns["label"] = pa.array(table.labels, pa.string()).dictionary_encode()
    for name, values in table.metadata.items():
        columns[f"{_PREFIX}{name}"] = pa.array(values, pa.string()).dictionary_encode()
    arrow = pa.table(columns).replace_schema_metadata(
        {_DECODED: b"true" if table.texts_are_decoded else b"false"}
    )
    buffer = io.BytesIO()
    pq.write_table(arrow, buffer, compression="zstd")
    write_whole(path, buffer.getvalue())


def read_items(path: Path, count: int) -> ItemTable:
    """Read what ``write_items`` wrote. Raises RunError where it is not that, or not ``count``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pq.ParquetFile(io.BytesIO(path.read_bytes())).read()
        columns = {
            name: tuple("" if value is None else str(value) for value in column.to_pylist())
            for name, column in zip(arrow.column_names, arrow.columns, strict=True)
            if name in _RESERVED or name.startswith(_PREFIX)
        }
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise RunError(f"{path} cannot be read ({reason(error)}); the run is damaged.") from error
    if arrow.num_rows != count:
        raise RunError(f"{path} has {arrow.num_rows} rows for {count} items; the run is damaged.")
    marks = arrow.schema.metadata or {}
    return ItemTable(
        count=count,
        texts=columns.get("text"),
        labels=columns.get("label"),
        metadata={
            name.removeprefix(_PREFIX): values
            for name, values in columns.items()
            if name.startswith(_PREFIX)
        },
        split=columns.get("split", ("train",) * count),
        texts_are_decoded=marks.get(_DECODED) == b"true",
    )
