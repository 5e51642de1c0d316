"""Samples of pictures: how many, how large, of which folders."""

from __future__ import annotations

from pathlib import Path

from vae_core.data.archives import ZIP, folders_below_common, open_archive
from vae_core.data.dataset import DataError
from vae_core.data.look import Sample
from vae_core.data.opened import magic
from vae_core.data.picture_files import PictureFile, folder_files, sizes_of, zip_files
from vae_core.data.pictures import open_pictures

_PICTURES = 60


def sample_pictures(path: Path) -> Sample:
    """What ``path`` holds, by some of its pictures; rows are names and labels. Raises DataError."""
    if path.is_dir():
        files, others = folder_files(path)
        return _sample(files, path.name, others)
    if magic(path).startswith(ZIP) and path.suffix.lower() != ".npz":
        with open_archive(path) as archive:
            files, others = zip_files(archive)
            return _sample(files, path.name, others)
    with open_pictures(path, False, None) as found:
        labels = found.labels or [""] * min(found.shape[0], _PICTURES)
        rows: list[tuple[str, ...]] = [
            (str(number), label) for number, label in enumerate(labels[:_PICTURES])
        ]
        return Sample(
            ["picture", "label"], rows, found.shape[0], True, found.notes,
            picture_shape=found.shape[1:],
        )  # fmt: skip


def _sample(files: list[PictureFile], name: str, others: str) -> Sample:
    if not files:
        raise DataError(
            f"{name} has no pictures: .png or .jpg files are expected, in folders that say their "
            "labels."
        )
    some = files[:: max(1, len(files) // _PICTURES)][:_PICTURES]
    sizes, colours, _ = sizes_of(some, name)
    notes = [others] if others else []
    shape: tuple[int, ...] | None = None
    if len(sizes) == 1:
        ((width, height),) = sizes
        shape = (height, width, 3) if colours else (height, width)
    else:
        notes.append(f"The pictures of {name} differ in size; choose a side to make them equal.")
    folders = folders_below_common([file.name for file in files])
    rows: list[tuple[str, ...]] = [*zip((file.name for file in files), folders, strict=True)]
    return Sample(["picture", "label"], rows, len(files), True, notes, picture_shape=shape)
