"""Pictures as arrays in files: IDX, .npy and .npz, read block by block."""

from __future__ import annotations

import math
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from vae_core.data import limits
from vae_core.data.archives import Archive, open_archive
from vae_core.data.dataset import DataError
from vae_core.data.opened import opened
from vae_core.errors import reason

Blocks = Iterator[npt.NDArray[np.uint8]]
_BLOCK_BYTES = 8 * limits.CHUNK_BYTES
_IDX_BYTES = 0x08
_IMAGE_NAMES = ("images", "x", "X", "data", "x_train", "arr_0")
_LABEL_NAMES = ("labels", "label", "y", "Y", "targets", "y_train")
_LABELS_MOST = 64


@dataclass
class Pictures:
    """Pictures that are about to be read: their shape (items, height, width[, 3]) and blocks of
    them in order; ``labels`` and ``files``, where they are known, one for each."""

    name: str
    shape: tuple[int, ...]
    blocks: Blocks
    labels: list[str] | None = None
    files: list[str] | None = None
    notes: list[str] = field(default_factory=list)


def check_shape(shape: tuple[int, ...], name: str) -> None:
    """Raise DataError where pictures of ``shape`` are too many, too large or of no size."""
    count, height, width = shape[:3]
    if not count:
        raise DataError(f"{name} holds no pictures; give a file with some.")
    if count > limits.MAX_PICTURES:
        raise DataError(
            f"{name} holds {count:,} pictures, but {limits.MAX_PICTURES:,} may be; give a part."
        )
    if not (1 <= height <= limits.MAX_SIDE and 1 <= width <= limits.MAX_SIDE):
        raise DataError(
            f"The pictures of {name} have {height:,} × {width:,} pixels, but each side may have 1 "
            f"to {limits.MAX_SIDE:,}; choose a side to which they are made smaller (--side 64)."
        )
    if math.prod(shape) > limits.MAX_UNPACKED_BYTES:
        raise DataError(
            f"The pictures of {name} take {limits.size(math.prod(shape))}, but may take "
            f"{limits.size(limits.MAX_UNPACKED_BYTES)}; give fewer, or choose a smaller side "
            "(--side)."
        )


@contextmanager
def idx_pictures(path: Path) -> Iterator[Pictures]:
    """An IDX file of pictures, plain or .gz, with the labels of the IDX file beside it, if any."""
    with opened(path) as stream:
        shape = _idx_shape(stream, path)
        if len(shape) not in (3, 4) or shape[3:] not in ((), (1,), (3,)):
            raise DataError(
                f"{path.name} holds numbers of shape {shape}, not pictures; give the IDX file with "
                "the pictures, such as train-images-idx3-ubyte."
            )
        check_shape(shape, path.name)
        raw = _raw_blocks(stream, shape, np.dtype(np.uint8), path.name, whole=True)
        found = Pictures(path.name, _plain(shape), _as_bytes(raw, shape, path.name))
        if (beside := _idx_labels_beside(path)) is not None:
            found.labels = _idx_labels(beside, shape[0], path)
        yield found


def _idx_shape(stream: IO[bytes], path: Path) -> tuple[int, ...]:
    head = stream.read(4)
    if len(head) < 4 or head[:3] != bytes([0, 0, _IDX_BYTES]):
        raise DataError(f"{path.name} is not an IDX file of bytes; give one such as MNIST's.")
    sizes = stream.read(4 * head[3])
    if not 1 <= head[3] <= 4 or len(sizes) < 4 * head[3]:
        raise DataError(f"{path.name} has a broken IDX header; download it again.")
    return struct.unpack(f">{head[3]}I", sizes)


def _idx_labels_beside(path: Path) -> Path | None:
    if "images" not in path.name:
        return None
    stem = path.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    found = [path.with_name(name) for name in (stem, f"{stem}.gz")]
    return next((each for each in found if each.is_file()), None)


def _idx_labels(path: Path, count: int, pictures: Path) -> list[str]:
    with opened(path) as stream:
        shape = _idx_shape(stream, path)
        content = stream.read(count + 1)
    if shape != (count,) or len(content) != count:
        raise DataError(
            f"{path.name} beside {pictures.name} does not hold a label for each of its {count:,} "
            "pictures; download both again, or move the labels away."
        )
    return [str(label) for label in content]


@contextmanager
def npy_pictures(path: Path) -> Iterator[Pictures]:
    """A .npy file of pictures (items, height, width[, colours])."""
    with opened(path) as stream:
        shape, dtype = _npy_header(stream, path.name)
        yield _from_array(stream, shape, dtype, path.name)


@contextmanager
def npz_pictures(path: Path) -> Iterator[Pictures]:
    """A .npz file with an array of pictures and perhaps one of labels, found by their names."""
    with open_archive(path) as archive:
        entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.entries}
        shapes = {}
        for name, entry in entries.items():
            with archive.opened(entry) as stream:
                shapes[name] = _npy_header(stream, f"{name} of {path.name}")[0]
        images = _first(_IMAGE_NAMES, shapes, (3, 4)) or _first(tuple(shapes), shapes, (3, 4))
        if images is None:
            shown = ", ".join(f"{name[:40]} {shape}" for name, shape in list(shapes.items())[:6])
            raise DataError(
                f"{path.name} has no array of pictures (items, height, width), but "
                f"{shown or 'none'}; save one under the name images."
            )
        labels = _first(_LABEL_NAMES, shapes, (1,))
        with archive.opened(entries[images]) as stream:
            shape, dtype = _npy_header(stream, path.name)
            found = _from_array(stream, shape, dtype, f"{images} of {path.name}")
            if labels is not None:
                found.labels = _npz_labels(archive, entries[labels], shape[0])
            others = [name for name in shapes if name not in (images, labels)]
            if others:
                shown = ", ".join(repr(name[:40]) for name in others[:6])
                found.notes.append(
                    f"{path.name} was read from its array {images!r}; it also has {shown}."
                )
            found.name = path.name
            yield found


def _first(
    names: tuple[str, ...], shapes: dict[str, tuple[int, ...]], ranks: tuple[int, ...]
) -> str | None:
    return next((name for name in names if name in shapes and len(shapes[name]) in ranks), None)


def _npz_labels(archive: Archive, entry: zipfile.ZipInfo, count: int) -> list[str]:
    name = f"{entry.filename} of {archive.name}"
    with archive.opened(entry, limits.MAX_PICTURES * 4 * _LABELS_MOST) as stream:
        (length,), dtype = _npy_header(stream, name)
        if length != count or dtype.kind not in "biuUS" or dtype.itemsize > 4 * _LABELS_MOST:
            raise DataError(
                f"{name} holds {length:,} entries of {dtype}, but a whole number or a word for "
                f"each of the {count:,} pictures is expected; mend it, or leave it out."
            )
        content = b"".join(block.tobytes() for block in
                           _raw_blocks(stream, (length,), dtype, name, whole=True))  # fmt: skip
    values = np.frombuffer(content, dtype)
    try:
        if dtype.kind == "S":
            return [value.decode("utf-8") for value in values.tolist()]
        found = [str(value) for value in values.tolist()]
        "".join(found).encode("utf-8")
        return found
    except (UnicodeError, ValueError) as error:
        raise DataError(f"{name} holds words that are no text; save it again.") from error


def _npy_header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and kind of an array. Raises DataError for objects, which only a pickle can hold."""
    try:
        version = np.lib.format.read_magic(stream)
        read: Any = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read(stream)
    except DataError:
        raise
    except Exception as error:  # its header is Python's own notation, and fails as that does
        raise DataError(
            f"{name} is not an array as numpy.save writes it ({reason(error)[:120]}); save it "
            "again."
        ) from error
    if dtype.hasobject:
        raise DataError(
            f"{name} holds Python objects, which are not opened; save it as an array of numbers."
        )
    if fortran and len(shape) > 1:
        raise DataError(
            f"{name} is saved column by column; save numpy.ascontiguousarray of it instead."
        )
    if any(length < 0 for length in shape):
        raise DataError(f"{name} has a broken header; save it again.")
    return shape, dtype


def _from_array(
    stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any], name: str
) -> Pictures:
    if len(shape) not in (3, 4) or shape[3:] not in ((), (1,), (3,)):
        channels = len(shape) == 4 and shape[1] in (1, 3)
        hint = (
            "move the colours to the end (numpy.moveaxis(x, 1, -1))" if channels else "reshape it"
        )
        raise DataError(
            f"{name} has shape {shape}, but pictures are expected as (items, height, width) or "
            f"(items, height, width, 3); {hint}."
        )
    if dtype.kind not in "buif":
        raise DataError(f"{name} holds {dtype}, but pixels are numbers; save it as uint8.")
    check_shape(shape, name)
    raw = _raw_blocks(stream, shape, dtype, name, whole=False)
    return Pictures(name, _plain(shape), _as_bytes(raw, shape, name))


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    """One colour is none."""
    return shape[:3] if shape[3:] == (1,) else shape


def _raw_blocks(
    stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any], name: str, *, whole: bool
) -> Iterator[npt.NDArray[Any]]:
    """The items in blocks. ``whole``: nothing may follow them."""
    each = math.prod(shape[1:]) * dtype.itemsize
    at_once = max(1, _BLOCK_BYTES // max(each, 1))
    for start in range(0, shape[0], at_once):
        count = min(at_once, shape[0] - start)
        content = stream.read(count * each)
        if len(content) != count * each:
            raise DataError(
                f"{name} ends after {start + len(content) // max(each, 1):,} of its {shape[0]:,} "
                "items; download or save it again."
            )
        yield np.frombuffer(content, dtype).reshape(count, *shape[1:])
    if whole and stream.read(1):
        raise DataError(f"{name} goes on after its {shape[0]:,} items; download it again.")


def _as_bytes(raw: Iterator[npt.NDArray[Any]], shape: tuple[int, ...], name: str) -> Blocks:
    for block in raw:
        yield _bytes(block, name).reshape(len(block), *_plain(shape)[1:])


def _bytes(block: npt.NDArray[Any], name: str) -> npt.NDArray[np.uint8]:
    if block.dtype == np.uint8:
        return block
    if block.dtype.kind == "b":
        return block.astype(np.uint8) * np.uint8(255)
    if block.dtype.kind == "f":
        if not np.isfinite(block).all():
            raise DataError(
                f"{name} has pixels that are no numbers (NaN or infinite); replace them, by 0 for "
                "example."
            )
        if not (block.min() >= 0 and block.max() <= 1):
            raise DataError(
                f"{name} has pixels outside of 0 to 1, which numbers with a point must keep to; "
                "divide them by their largest, or save them as uint8."
            )
        return np.round(block.astype(np.float64) * 255).astype(np.uint8)
    if block.min() < 0 or block.max() > 255:
        raise DataError(f"{name} has pixels outside of 0 to 255; scale them, and save as uint8.")
    return block.astype(np.uint8)
