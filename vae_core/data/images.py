"""Image sets: scikit-learn's digits, and MNIST from IDX files or from the hub."""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vae_core.data.dataset import DataError, Dataset
from vae_core.errors import reason

_MNIST_PARTS = {"train": "train", "test": "t10k"}
HUB_NAME = "ylecun/mnist"


def as_bytes(pictures: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Ink of 0 to 1, of any shape, as bytes of 0 to 255; what lies outside counts as its end."""
    scaled: npt.NDArray[np.uint8] = np.rint(np.clip(pictures, 0, 1) * 255).astype(np.uint8)
    return scaled


def load_digits(folder: Path | None = None) -> Dataset:
    """The 1,797 handwritten 8 x 8 digits that ship with scikit-learn (UCI, Alpaydin & Kaynak).

    Their pixels are 0 to 16; here 0 to 255.
    """
    from sklearn.datasets import load_digits as sklearn_digits

    bunch = sklearn_digits()
    images = np.round(bunch.images * (255 / 16)).astype(np.uint8)
    return Dataset(
        name="digits",
        modality="images",
        images=images,
        labels=tuple(str(label) for label in bunch.target),
        source={"dataset": "digits"},
    )


def load_mnist(folder: Path | None = None) -> Dataset:
    """MNIST, 60,000 training and then 10,000 test digits of 28 x 28 pixels.

    Read from ``folder`` (the four IDX files, plain or .gz), else from the folder that the
    environment variable LATENTSCAPE_DATA names, else through the hub.
    """
    if folder is None and (root := os.environ.get("LATENTSCAPE_DATA")):
        candidate = Path(root) / "mnist"
        folder = candidate if candidate.is_dir() else None
    if folder is None:
        images, labels, test = _mnist_from_hub()
        source: dict[str, str] = {"dataset": "mnist"}
    else:
        images, labels, test = _mnist_from_folder(Path(folder).expanduser())
        source = {"dataset": "mnist", "folder": str(Path(folder).expanduser().resolve())}
    return Dataset(
        name="mnist",
        modality="images",
        images=images,
        labels=tuple(str(label) for label in labels),
        source=source,
        test_indices=test,
    )


_Parts = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def _join(images: list[npt.NDArray[np.uint8]], labels: list[npt.NDArray[np.uint8]]) -> _Parts:
    test = np.arange(len(images[0]), len(images[0]) + len(images[1]), dtype=np.int64)
    return np.concatenate(images), np.concatenate(labels), test


def _mnist_from_folder(folder: Path) -> _Parts:
    images, labels = [], []
    for part in _MNIST_PARTS.values():
        pictures = read_idx(_find(folder, f"{part}-images-idx3-ubyte"))
        digits = read_idx(_find(folder, f"{part}-labels-idx1-ubyte"))
        if pictures.ndim != 3 or digits.ndim != 1 or len(pictures) != len(digits):
            raise DataError(
                f"The {part} files in {folder} do not belong together: images have shape "
                f"{pictures.shape} and labels {digits.shape}; download them again."
            )
        images.append(pictures)
        labels.append(digits)
    if images[0].shape[1:] != images[1].shape[1:]:
        raise DataError(
            f"The train and t10k pictures in {folder} differ in size: {images[0].shape[1:]} and "
            f"{images[1].shape[1:]}; download them again."
        )
    return _join(images, labels)


def _find(folder: Path, name: str) -> Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise DataError(
        f"{folder} has no file {name} (or {name}.gz); give a folder with the four MNIST IDX files."
    )


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes (LeCun's format), plain or gzip.

    Raises DataError where the header is not IDX or the size does not match it.
    """
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({reason(error)}); download it again.") from error
    if len(raw) < 4 or raw[:3] != b"\x00\x00\x08":
        raise DataError(f"{path} is not an IDX file of bytes; give one of the MNIST files.")
    rank = raw[3]
    start = 4 + 4 * rank
    if not 1 <= rank <= 3 or len(raw) < start:
        raise DataError(f"{path} has a broken IDX header; download it again.")
    shape = struct.unpack(f">{rank}I", raw[4:start])
    expected = 1
    for size in shape:
        expected *= size
    if len(raw) - start != expected:
        raise DataError(
            f"{path} should hold {expected:,} bytes for shape {shape}, but holds "
            f"{len(raw) - start:,}; download it again."
        )
    return np.frombuffer(raw, dtype=np.uint8, offset=start).reshape(shape)


def _mnist_from_hub() -> _Parts:
    from datasets import load_dataset as hub_load

    try:
        data = hub_load(HUB_NAME)
    except Exception as error:  # the hub client raises many kinds; all mean the same to the user
        raise DataError(
            f"MNIST could not be downloaded ({type(error).__name__}); go online, or give the "
            "folder of the four IDX files with --folder or the LATENTSCAPE_DATA variable."
        ) from error
    return mnist_from_splits(data)


def mnist_from_splits(data: object) -> _Parts:
    """Arrays from a ``datasets`` dictionary with train and test, columns image and label."""
    images, labels = [], []
    for part in _MNIST_PARTS:
        rows = data[part]  # type: ignore[index]
        images.append(np.stack([np.asarray(picture, dtype=np.uint8) for picture in rows["image"]]))
        labels.append(np.asarray(rows["label"], dtype=np.uint8))
    return _join(images, labels)
