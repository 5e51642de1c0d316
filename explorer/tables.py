"""Items and their latents as a table to take away."""

from __future__ import annotations

import io
from typing import Any

from vae_core.checkpoint import Latents
from vae_core.data.dataset import Dataset


def latent_table_bytes(data: Dataset, latents: Latents) -> bytes:
    """A Parquet file: item, label if any, metadata, mu_0 …, log_var_0 …; one row an item.

    ``item`` is the text, or the number of the picture.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {
        "item": pa.array(data.texts if data.texts is not None else range(len(data)))
    }
    if data.labels is not None:
        columns["label"] = pa.array(data.labels, pa.string())
    for name, values in data.metadata.items():
        columns.setdefault(name, pa.array(values, pa.string()))
    for prefix, array in (("mu", latents.mean), ("log_var", latents.log_variance)):
        for dimension, column in enumerate(array.T):
            columns[f"{prefix}_{dimension}"] = pa.array(column)
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    return buffer.getvalue()
