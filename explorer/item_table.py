"""Some items of a run as a table to take away: all that is known of each, and where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.decoding import decode
from vae_core.data.text_column import take
from vae_core.errors import UserError
from vae_core.export.tables import described_columns, latent_names

if TYPE_CHECKING:
    import pyarrow as pa

    from vae_core.checkpoint import Run

# Written, decoded and reported in turns of so many items.
BATCH = 2_048
AXES = ("map_x", "map_y", "map_z")
DECODED, PINNED = "rebuilt", "pinned"
FORMATS = (".csv", ".parquet")


class ItemTableError(UserError, ValueError):
    """There can be no such table; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """Which items, and what of them.

    Attributes:
        items: (n,) int64, rising.
        places: (items of the run, 2 or 3), where they lie on a map; None leaves that out.
        pinned: items that are pinned. decoded: write what the model makes of each, for texts.
    """

    items: NDArray[np.int64]
    places: NDArray[np.floating] | None = None
    pinned: frozenset[int] = frozenset()
    decoded: bool = False


def write(
    run: Run, wanted: Wanted, path: Path, progress: Callable[[int], None] = lambda done: None
) -> None:
    """Write a table as `path` ends, .csv or .parquet; `progress` hears how many rows are done.

    Raises:
        ItemTableError: decodes of pictures, which no table holds.
    """
    if wanted.decoded and run.modality == "images":
        raise ItemTableError("Decoded pictures do not fit into a table; leave them out.")
    batches = _batches(run, wanted)
    first = next(batches)
    done = 0
    with _writer(path, first.schema) as writer:
        for batch in chain([first], batches):
            writer.write_batch(batch)
            done += batch.num_rows
            progress(done)


def _writer(path: Path, schema: pa.Schema) -> Any:
    if path.suffix == ".csv":
        import pyarrow.csv

        return pyarrow.csv.CSVWriter(path, schema)
    import pyarrow.parquet as pq

    return pq.ParquetWriter(path, schema, compression="zstd")


def _batches(run: Run, wanted: Wanted) -> Iterator[pa.RecordBatch]:
    """At least one, which may be empty."""
    described = described_columns(run)
    for start in range(0, max(1, len(wanted.items)), BATCH):
        yield _batch(run, wanted, described, wanted.items[start : start + BATCH])


def _batch(
    run: Run, wanted: Wanted, described: dict[str, Sequence[str]], items: NDArray[np.int64]
) -> pa.RecordBatch:
    import pyarrow as pa

    columns: dict[str, Any] = {"item": pa.array(items)}
    for name, values in described.items():
        columns[name] = pa.array(take(values, items), pa.string())
    columns[_free(PINNED, columns)] = pa.array([item in wanted.pinned for item in items.tolist()])
    if wanted.places is not None:
        for axis, places in zip(AXES, wanted.places[items].T, strict=False):
            columns[_free(axis, columns)] = pa.array(np.ascontiguousarray(places, np.float32))
    if wanted.decoded:
        texts = decode(run, run.latents.mean[items]) if len(items) else []
        columns[_free(DECODED, columns)] = pa.array(list(texts), pa.string())
    sigma = np.exp(np.float32(0.5) * run.latents.log_variance[items])
    numbers = np.concatenate([run.latents.mean[items], sigma], axis=1).astype(np.float32)
    for name, values in zip(latent_names(run.latent_dim), numbers.T, strict=True):
        columns[name] = pa.array(np.ascontiguousarray(values))
    return pa.RecordBatch.from_pydict(columns)


def _free(name: str, taken: dict[str, Any]) -> str:
    """A name for a column of ours: those of the run's own keep theirs."""
    while name in taken:
        name = f"latentscape.{name}"
    return name
