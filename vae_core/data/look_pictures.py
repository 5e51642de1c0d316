"""Samples of pictures: how many, how large, of which folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vae_core.data import limits
from vae_core.data.archives import ZIP, folders_below_common, open_archive
from vae_core.data.dataset import DataError
from vae_core.data.look import Sample
from vae_core.data.opened import magic
from vae_core.data.picture_files import PictureFile, folder_files, sizes_of, zip_files
from vae_core.data.pictures import open_pictures

_PICTURES = 60
# Sides that models learn well and quickly; the suggested one is among them.
_USUAL_SIDES = (64, 48, 32, 28, 16)


def suggested_side(sizes: Sequence[tuple[int, int, int]]) -> int | None:
    """The side to make pictures of such ``sizes`` (height, width, how many) equal with.

    The largest usual one that at least half of them have in full; None where they are of one size
    that can be trained on as it is.
    """
    if not sizes or (len(sizes) == 1 and max(sizes[0][:2]) <= limits.MAX_SIDE):
        return None
    shorter = sorted(min(height, width) for height, width, count in sizes for _ in range(count))
    middle = shorter[(len(shorter) - 1) // 2]
    return next((side for side in _USUAL_SIDES if side <= middle), middle)


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
        count, height, width = found.shape[:3]
        rows: list[tuple[str, ...]] = [
            (str(number), label) for number, label in enumerate(labels[:_PICTURES])
        ]
        return Sample(
            ["picture", "label"], rows, found.shape[0], True, found.notes,
            picture_shape=found.shape[1:],
            picture_sizes=((height, width, count),),
        )  # fmt: skip


def _sample(files: list[PictureFile], name: str, others: str) -> Sample:
    if not files:
        raise DataError(
            f"{name} has no pictures: .png or .jpg files are expected, in folders that say their "
            "labels."
        )
    count = min(len(files), _PICTURES)
    some = [files[len(files) * number // count] for number in range(count)]
    sizes, colours, _ = sizes_of(some, name)
    notes = [others] if others else []
    shape: tuple[int, ...] | None = None
    if len(sizes) == 1:
        ((width, height),) = sizes
        shape = (height, width, 3) if colours else (height, width)
    else:
        notes.append(
            f"The pictures of {name} differ in size; choose a side to which all are made equal "
            "(--side)."
        )
    folders = folders_below_common([file.name for file in files])
    rows: list[tuple[str, ...]] = [*zip((file.name for file in files), folders, strict=True)]
    return Sample(
        ["picture", "label"], rows, len(files), True, notes,
        picture_shape=shape,
        picture_sizes=tuple((h, w, count) for (w, h), count in sizes.most_common()),
        takes_side=True,
    )  # fmt: skip
