"""items.parquet: the texts, labels, metadata and split of a run's items, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vae_core.data.text_column import TextColumn, take
from vae_core.errors import UserError, reason
from vae_core.files import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

_RESERVED = ("text", "label", "split")
_DECODED = b"texts_are_decoded"
_PREFIX = "metadata."
_BLOCK = 50_000


class RunError(UserError, ValueError):
    """A run folder that cannot be opened or written; the message says why."""


@dataclass(frozen=True)
class ItemTable:
    """Columns that describe ``count`` items. ``texts_are_decoded``: the model wrote the texts."""

    count: int
    texts: Sequence[str] | None
    labels: Sequence[str] | None
    metadata: Mapping[str, Sequence[str]] = field(default_factory=dict)
    split: Sequence[str] = ()
    texts_are_decoded: bool = False


def write_items(path: Path, table: ItemTable) -> None:
    """Write the table as Parquet, whole or not at all, a block of rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Sequence[str]] = {"split": table.split or ("train",) * table.count}
    if table.texts is not None:
        columns["text"] = table.texts
    if table.labels is not None:
        columns["label"] = table.labels
    columns |= {f"{_PREFIX}{name}": values for name, values in table.metadata.items()}
    # Texts seldom repeat; everything else does.
    coded = pa.dictionary(pa.int32(), pa.string())
    kinds = {name: pa.string() if name == "text" else coded for name in columns}
    schema = pa.schema(
        list(kinds.items()), {_DECODED: b"true" if table.texts_are_decoded else b"false"}
    )
    with (
        whole_file(path) as stream,
        pq.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        for start in range(0, table.count, _BLOCK):
            # By number: columns may lie in pieces of any length.
            rows = np.arange(start, min(start + _BLOCK, table.count))
            arrays = {
                name: pa.array(take(values, rows), kinds[name]) for name, values in columns.items()
            }
            writer.write_table(pa.table(arrays, schema=schema))


def read_items(path: Path, count: int) -> ItemTable:
    """Read what ``write_items`` wrote. Raises RunError where it is not that, or not ``count``.

    Texts become Python strings only when they are asked for: a column of millions of items takes
    what its letters take.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            if rows != count:
                raise RunError(f"{path} has {rows} rows for {count} items; the run is damaged.")
            names = [
                name
                for name in file.schema_arrow.names
                if name in _RESERVED or name.startswith(_PREFIX)
            ]
            arrow = file.read(columns=names)
        arrow.validate(full=True)
        columns = {name: _texts(column) for name, column in zip(names, arrow.columns, strict=True)}
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise RunError(f"{path} cannot be read ({reason(error)}); the run is damaged.") from error
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


def read_labels(path: Path) -> Sequence[str] | None:
    """The labels alone of what ``write_items`` wrote; None where it has none. Raises RunError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            if "label" not in table.schema_arrow.names:
                return None
            column = table.read(columns=["label"]).column(0)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise RunError(f"{path} cannot be read ({reason(error)}); the run is damaged.") from error
    return _texts(column)


def _texts(column: pa.ChunkedArray) -> Sequence[str]:
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return TextColumn(column)
    return tuple("" if value is None else str(value) for value in column.to_pylist())
