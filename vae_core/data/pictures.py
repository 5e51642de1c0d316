"""Pictures of one's own, of whatever kind, as a data set in a memory-mapped array."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from vae_core.data import cache, limits
from vae_core.data.archives import ZIP, is_litter, open_archive
from vae_core.data.arrow_store import arrow_writer, open_columns
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.opened import check_file, magic, unreadable
from vae_core.data.picture_arrays import Pictures, idx_pictures, npy_pictures, npz_pictures
from vae_core.data.picture_files import PICTURE_ENDINGS, folder_pictures, zip_pictures

ARRAY = "images.npy"
_NPY, _IDX = b"\x93NUMPY", b"\x00\x00\x08"


def read_pictures(path: str | Path, side: int | None = None) -> Dataset:
    """Read pictures: a folder or .zip of PNG and JPEG (folders are labels), IDX, .npy or .npz.

    All must have one size, unless ``side`` is given, to which files of pictures are made equal.
    The pixels stay on the disk, in our cache. Raises DataError with one sentence.
    """
    path = Path(path).expanduser()
    check_pictures(path, side)
    try:
        path = path.resolve()
        is_folder = path.is_dir()
        content = _hash_folder(path) if is_folder else _hash_with_labels(path)
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(path, error) from error
    key = cache.key_of(content, {"pictures": path.name, "side": side})
    for _ in range(2):
        folder, about = cache.cached(key, lambda aside: _write(aside, path, is_folder, side))
        try:
            return _dataset(path, side, folder, about)
        except (DataError, OSError, ValueError):
            cache.discard(key)
    raise DataError(f"{path.name} cannot be held in the cache {folder.parent}; empty that folder.")


def check_pictures(path: Path, side: int | None = None) -> None:
    """Raises DataError where there is nothing at ``path``, or ``side`` cannot be."""
    path = path.expanduser()
    if side is not None and not 1 <= side <= limits.MAX_SIDE:
        raise DataError(f"The side must be between 1 and {limits.MAX_SIDE:,}, but is {side}.")
    try:
        if not path.is_dir():
            check_file(path)
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(path, error) from error


def is_pictures(path: Path) -> bool:
    """Whether ``path`` seems to hold pictures rather than texts. Raises DataError."""
    if not path.is_file():
        return path.is_dir()
    start = magic(path)
    if start.startswith(ZIP):
        with open_archive(path) as archive:
            endings = [Path(entry.filename).suffix.lower() for entry in archive.entries]
        found = sum(ending in (*PICTURE_ENDINGS, ".npy") for ending in endings)
        return found > sum(ending == ".txt" for ending in endings)
    return start.startswith((_NPY, _IDX))


def open_pictures(
    path: Path, is_folder: bool, side: int | None
) -> AbstractContextManager[Pictures]:
    """The reader for what ``path`` holds. Raises DataError where that is no pictures."""
    if is_folder:
        return folder_pictures(path, side)
    start, ending = magic(path), path.suffix.lower()
    if start.startswith(ZIP) and ending != ".npz":
        return zip_pictures(path, side)
    if side is not None:
        raise DataError(
            f"A side is for folders and archives of PNG and JPEG files; {path.name} keeps its own."
        )
    if start.startswith(ZIP):
        return npz_pictures(path)
    if start.startswith(_NPY):
        return npy_pictures(path)
    if start.startswith(_IDX):
        return idx_pictures(path)
    hint = " (one picture alone is no data set)" if ending in PICTURE_ENDINGS else ""
    raise DataError(
        f"{path.name} is not pictures as they are read{hint}: give a folder or a .zip of PNG or "
        "JPEG files, an IDX file, or .npy or .npz."
    )


def _write(folder: Path, path: Path, is_folder: bool, side: int | None) -> dict[str, Any]:
    with open_pictures(path, is_folder, side) as pictures:
        header: dict[str, Any] = {
            "descr": "|u1", "fortran_order": False, "shape": pictures.shape,
        }  # fmt: skip
        with (folder / ARRAY).open("wb") as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            for block in pictures.blocks:
                stream.write(np.ascontiguousarray(block).data)
        columns = [column for column in (pictures.labels, pictures.files) if column is not None]
        if columns:
            with arrow_writer(folder, len(columns)) as writer:
                for start in range(0, pictures.shape[0], limits.BATCH_ROWS):
                    writer.write([column[start : start + limits.BATCH_ROWS] for column in columns])
        return {
            "shape": list(pictures.shape),
            "labelled": pictures.labels is not None,
            "named": pictures.files is not None,
            "notes": pictures.notes,
        }


def _dataset(path: Path, side: int | None, folder: Path, about: dict[str, Any]) -> Dataset:
    images = np.load(folder / ARRAY, mmap_mode="r", allow_pickle=False)
    width = about["labelled"] + about["named"]
    columns = open_columns(folder, width, len(images)) if width else []
    labels = columns.pop(0) if about["labelled"] else None
    source: dict[str, Any] = {"pictures": str(path)}
    return Dataset(
        name=path.name,
        modality="images",
        images=images,
        labels=labels,
        metadata={"file": columns[0]} if about["named"] else {},
        source=source if side is None else {**source, "side": side},
        notes=tuple(about["notes"]),
    )


def _hash_folder(path: Path) -> str:
    digest = hashlib.sha256(str(path).encode("utf-8", "surrogateescape"))
    for file in _files(path):
        found = file.stat()
        name = file.relative_to(path).as_posix().encode("utf-8", "surrogateescape")
        # Not what they hold: to read a million files twice takes longer than to read them once.
        digest.update(b"%d %d %d " % (found.st_size, found.st_mtime_ns, len(name)) + name)
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    return (file for file in sorted(path.rglob("*")) if not is_litter(file.name) and file.is_file())


def _hash_with_labels(path: Path) -> str:
    """Of the file and of every IDX file of labels that may lie beside it."""
    digest = hashlib.sha256(cache.hash_file(path).encode())
    if "images" in path.name:
        stem = path.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
        for name in (stem, f"{stem}.gz"):
            if (beside := path.with_name(name)).is_file():
                digest.update(cache.hash_file(beside).encode())
    return digest.hexdigest()
