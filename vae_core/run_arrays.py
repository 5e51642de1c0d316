"""The arrays of a run: latents.npy and images.npy, checked before any memory is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vae_core.config import ModelConfig
from vae_core.errors import reason
from vae_core.files import whole_file
from vae_core.run_items import RunError

LATENTS, IMAGES = "latents.npy", "images.npy"


@dataclass(frozen=True)
class Latents:
    """Posterior of every item, in item order; float32 (items, latent_dim) each."""

    mean: npt.NDArray[np.float32]
    log_variance: npt.NDArray[np.float32]


def write_latents(
    folder: Path, latents: Latents, dtype: type[np.floating[Any]] = np.float32
) -> None:
    """Write latents.npy: (items, 2, latent_dim), μ and then log σ²."""
    write_latent_parts(folder, latents.mean.shape, [latents], dtype)


def write_latent_parts(
    folder: Path,
    shape: tuple[int, ...],
    parts: Iterable[Latents],
    dtype: type[np.floating[Any]] = np.float32,
) -> None:
    """Write latents.npy of ``shape`` (items, latent_dim) from parts that follow each other."""
    count, latent_dim = shape
    header = {
        "descr": np.lib.format.dtype_to_descr(np.dtype(dtype)),
        "fortran_order": False,
        "shape": (count, 2, latent_dim),
    }
    written = 0
    with whole_file(folder / LATENTS) as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for part in parts:
            stacked = np.stack([part.mean, part.log_variance], axis=1).astype(dtype)
            stream.write(stacked.data)
            written += len(stacked)
        assert written == count, f"{written} latents of {count} items"


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write an array as .npy, whole or not at all."""
    with whole_file(path) as stream:
        np.save(stream, array, allow_pickle=False)


def _read_array(path: Path, expected: tuple[int, ...]) -> npt.NDArray[Any]:
    try:
        # A memory map checks the header against the file's size before any memory is taken.
        array = np.lib.format.open_memmap(path, mode="r")
    # A broken header ends in one of several kinds, TokenError and RecursionError among them.
    except Exception as error:
        raise RunError(f"{path} cannot be read ({reason(error)}); the run is damaged.") from error
    if array.shape != expected:
        raise RunError(f"{path} has shape {array.shape}, but {expected} is expected.")
    return array


def read_latents(path: Path, items: int, latent_dim: int) -> Latents:
    """Read what ``write_latents`` wrote. Raises RunError where it is not that."""
    array = _read_array(path, (items, 2, latent_dim))
    if array.dtype.kind != "f":
        raise RunError(f"{path} holds {array.dtype}, but numbers with fractions are expected.")
    with np.errstate(over="ignore"):
        values = np.asarray(array, dtype=np.float32)
    if not np.isfinite(values).all():
        raise RunError(f"{path} has values that are not numbers; the run is damaged.")
    return Latents(np.ascontiguousarray(values[:, 0]), np.ascontiguousarray(values[:, 1]))


def sample_means(
    folder: Path, items: int, latent_dim: int, most: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """At most ``most`` items, evenly chosen, and their μ (chosen, latent_dim).

    The others are not read. Raises RunError as ``read_latents`` does.
    """
    array = _read_array(folder / LATENTS, (items, 2, latent_dim))
    chosen = np.unique(np.linspace(0, items - 1, min(items, most)).round().astype(np.int64))
    mean = np.asarray(array[chosen, 0], dtype=np.float32)
    if not np.isfinite(mean).all():
        raise RunError(f"{folder / LATENTS} has values that are not numbers; the run is damaged.")
    return chosen, mean


def read_images(path: Path, config: ModelConfig, items: int) -> npt.NDArray[np.uint8] | None:
    """The pictures of a run; None where it has none. Raises RunError where they do not fit."""
    from vae_core.models.image import ImageConfig

    if not path.is_file() or not isinstance(config, ImageConfig):
        return None
    images = _read_array(path, (items, *config.item_shape))
    if images.dtype != np.uint8:
        raise RunError(f"{path} holds {images.dtype}, but bytes are expected.")
    return images
