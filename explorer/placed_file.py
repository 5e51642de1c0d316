"""New items of a file on the map of a model: encoded beside the server, placed, nothing moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import side_work
from explorer.analysis.nearest import nearest
from explorer.analysis.points import knows_a_word
from explorer.canvas.guests import MOST_GUESTS
from explorer.content import key_of
from explorer.side_work import Work

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from vae_core.checkpoint import Run

MOST_SHOWN = MOST_GUESTS // 2


@dataclass(frozen=True, eq=False)
class Placed:
    """The first items of a file, at most 1,000, in a model's latent space.

    Attributes:
        items: what they say; of a picture its number.
        labels: theirs, None where the file has none.
        z: (n, latent_dim). nearest, distances: (n,) the item of the model nearest to each.
        count: how many there are in the file.
        unknown: how many of the first hold no word that the model knows.
    """

    items: Sequence[str]
    labels: Sequence[str] | None
    z: NDArray[np.float32]
    nearest: NDArray[np.int64]
    distances: NDArray[np.float32]
    count: int
    unknown: int


def latents_of(run: Run, file: Path) -> Path:
    """Return where the latents of a file of this model are kept: beside it, as Parquet."""
    return file.parent / f"{run.content_hash[:20]}.latents.parquet"


def ask(run: Run, file: Path) -> Work:
    """Have a file encoded by this model; the same one is encoded once."""
    arguments = ["encode", str(run.path), str(file), "--out", str(latents_of(run, file))]
    return side_work.works().ask(
        _key(run, file), arguments, f"Encoding {file.name}", "take a smaller file"
    )


def known(run: Run, file: Path) -> Work | None:
    """Return the encoding of a file that was asked for, None where none was."""
    return side_work.works().known(_key(run, file))


def read(run: Run, file: Path) -> Placed:
    """Return what was encoded of a file.

    Raises:
        OSError: it is not there any more.
        ValueError: it is not what `ask` had written.
    """
    latents = latents_of(run, file)
    return _read(key_of(run), str(latents), latents.stat().st_mtime_ns, run)


def places(run: Run, file: Path, placed: Placed, projection: Projection) -> NDArray[np.float32]:
    """Return where they lie on a projection, (n, its dimensions)."""
    written = latents_of(run, file)
    key = f"{written} {written.stat().st_mtime_ns} {projection.spec.id} {projection.points.shape}"
    return _places(f"{key_of(run)} {key}", placed, projection)


def _key(run: Run, file: Path) -> tuple[str, ...]:
    return ("encode", key_of(run), str(file))


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(key: str, file: str, stamp: int, _run: Run) -> Placed:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as written:
        names = set(written.schema_arrow.names)
        dimensions = [f"mu_{dimension}" for dimension in range(_run.latent_dim)]
        if not {"item", *dimensions} <= names:
            raise ValueError(f"{file} holds no latents of this model.")
        wanted = ["item", *dimensions, *({"label"} & names)]
        batch = next(written.iter_batches(MOST_SHOWN, columns=wanted), None)
        count = written.metadata.num_rows
    if batch is None:
        raise ValueError(f"{file} holds no items.")
    columns = {name: batch.column(name) for name in wanted}
    z = np.column_stack([columns[name].to_numpy() for name in dimensions]).astype(np.float32)
    near = nearest(z, _run.latents.mean, 1)
    labels = [text or "" for text in columns["label"].to_pylist()] if "label" in names else None
    items = [str(item) for item in columns["item"].to_pylist()]
    unknown = sum(not knows_a_word(_run, text) for text in items)
    return Placed(items, labels, z, near.items[:, 0], near.distances[:, 0], count, unknown)


@st.cache_resource(max_entries=16, show_spinner="Placing the items…")
def _places(key: str, _placed: Placed, _projection: Projection) -> NDArray[np.float32]:
    return _projection.place(_placed.z)
