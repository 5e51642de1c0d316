"""Items and their latents as plain arrays: .npz, and a folder of .npy. No pickle in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vae_core.export.errors import ExportError
from vae_core.export.tables import described_columns, sigma

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# Names that ``write_npy`` gives its files, as patterns.
NPY_NAMES = ("*.npy",)
_MOST_BYTES = 4 * 1024**3
_OWN_NAMES = {"decoded_text": "decoded_texts", "text": "texts", "label": "labels", "split": "split"}


def write_npz(run: Run, path: Path) -> None:
    """All arrays in one file."""
    with path.open("wb") as stream:
        np.savez_compressed(stream, **item_arrays(run))  # type: ignore[arg-type]


def write_npy(run: Run, folder: Path) -> None:
    """One file for each array."""
    for name, array in item_arrays(run).items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def item_arrays(run: Run) -> dict[str, npt.NDArray[Any]]:
    """mean and sigma (items, latent_dim), float32; texts, labels, split (items,), unicode.

    Metadata are metadata_0 …, called as metadata_names says; pictures are images, uint8.
    Raises ExportError where the texts do not fit into arrays.
    """
    arrays: dict[str, npt.NDArray[Any]] = {"mean": run.latents.mean, "sigma": sigma(run)}
    others: list[str] = []
    for name, values in described_columns(run).items():
        key = _OWN_NAMES.get(name)
        if key is None:
            key = f"metadata_{len(others)}"
            others.append(name)
        arrays[key] = _unicode(values)
    if others:
        arrays["metadata_names"] = _unicode(others)
    if run.images is not None:
        arrays["images"] = np.asarray(run.images)
    return arrays


def _unicode(values: Sequence[str]) -> npt.NDArray[np.str_]:
    longest = max(map(len, values), default=0)
    size = 4 * longest * len(values)
    if size > _MOST_BYTES:
        raise ExportError(
            f"An array gives every text as much room as the longest one, {longest:,} characters: "
            f"{size / 1024**3:.0f} GiB here; choose parquet."
        )
    return np.array(list(values), dtype=f"<U{max(longest, 1)}")
