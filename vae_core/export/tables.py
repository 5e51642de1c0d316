"""Items and their latents as one table: Parquet and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

    from vae_core.checkpoint import Run


def write_parquet(run: Run, path: Path) -> None:
    """One row an item, in item order; see ``item_table``."""
    import pyarrow.parquet as pq

    pq.write_table(item_table(run, repeated=True), path, compression="zstd")


def write_csv(run: Run, path: Path) -> None:
    """The same with a header line, in UTF-8; quotation marks round texts are doubled inside."""
    import pyarrow.csv

    pyarrow.csv.write_csv(item_table(run), path)


def item_table(run: Run, *, repeated: bool = False) -> pa.Table:
    """Columns item (its number), text, label, split, metadata, mu_0 …, sigma_0 …; float32.

    ``repeated``: columns of few values are stored as such.
    """
    import pyarrow as pa

    described = described_columns(run)
    columns: dict[str, Any] = {"item": pa.array(np.arange(len(run)))}
    for name, values in described.items():
        column = pa.chunked_array([pa.array(list(values), pa.string())])
        keep = not repeated or name in ("text", "decoded_text")
        columns[name] = column if keep else column.dictionary_encode()
    for name, numbers in zip(latent_names(run.latent_dim), latent_columns(run), strict=True):
        columns[name] = pa.array(numbers)
    return pa.table(columns)


def described_columns(run: Run) -> dict[str, Sequence[str]]:
    """What is known of each item: text, label, split and metadata, under names all different.

    Texts that the model itself wrote, where the originals are not in the run, are "decoded_text".
    """
    table = run.table
    columns: dict[str, Sequence[str]] = {}
    if table.texts is not None:
        columns["decoded_text" if table.texts_are_decoded else "text"] = table.texts
    if table.labels is not None:
        columns["label"] = table.labels
    columns["split"] = table.split
    taken = {"item", "text", "decoded_text", "label", "split", *latent_names(run.latent_dim)}
    for name, values in table.metadata.items():
        while name in taken:
            name = f"metadata.{name}"
        taken.add(name)
        columns[name] = values
    return columns


def latent_names(latent_dim: int) -> list[str]:
    """mu_0 … and sigma_0 …"""
    return [f"{part}_{number}" for part in ("mu", "sigma") for number in range(latent_dim)]


def latent_columns(run: Run) -> Iterable[npt.NDArray[np.float32]]:
    """The columns of ``latent_names``, each (items,)."""
    for array in (run.latents.mean, sigma(run)):
        yield from (np.ascontiguousarray(column) for column in array.T)


def sigma(run: Run) -> npt.NDArray[np.float32]:
    """Standard deviations of the posteriors, (items, latent_dim)."""
    found: npt.NDArray[np.float32] = np.exp(np.float32(0.5) * run.latents.log_variance)
    return found
