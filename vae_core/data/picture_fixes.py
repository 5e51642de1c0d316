"""Pictures without their repeats, in our cache (``cache.py``) as the pictures themselves are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vae_core.data import cache
from vae_core.data.arrow_store import arrow_writer, open_columns
from vae_core.data.dataset import Dataset
from vae_core.data.picture_profile import mark_of
from vae_core.data.text_column import take

ARRAY = "images.npy"
_BLOCK = 256


def without_repeats(dataset: Dataset) -> Dataset:
    """The data set of pictures without those that one before them is equal to, pixel by pixel.

    ``source`` records that, ``notes`` say how many there were; labels and metadata go along.
    """
    assert dataset.images is not None
    key = cache.key_of(dataset.fingerprint(), {"fixes": {"drop_repeats": True}})
    folder, about = cache.cached(key, lambda aside: _write(aside, dataset))
    names, labelled = list(dataset.metadata), dataset.labels is not None
    width = labelled + len(names)
    columns = open_columns(folder, width, about["rows"]) if width else []
    labels = columns.pop(0) if labelled else None
    notes = dataset.notes
    if dropped := len(dataset) - about["rows"]:
        pictures = "picture was" if dropped == 1 else "pictures were"
        notes = (*notes, f"{dropped:,} repeated {pictures} left out.")
    return replace(
        dataset,
        images=np.load(folder / ARRAY, mmap_mode="r", allow_pickle=False),
        labels=labels,
        metadata=dict(zip(names, columns, strict=True)),
        source={**dataset.source, "fixes": {"drop_repeats": True}},
        test_indices=None,
        notes=notes,
    )


def _write(folder: Path, dataset: Dataset) -> dict[str, Any]:
    images = dataset.images
    assert images is not None
    kept = _first_of_each(images)
    shape = (len(kept), *images.shape[1:])
    header: dict[str, Any] = {"descr": "|u1", "fortran_order": False, "shape": shape}
    with (folder / ARRAY).open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for part in _parts(kept):
            stream.write(np.ascontiguousarray(images[part]).data)
    labels = [] if dataset.labels is None else [dataset.labels]
    columns = [*labels, *dataset.metadata.values()]
    if columns:
        with arrow_writer(folder, len(columns)) as writer:
            for part in _parts(kept):
                writer.write([take(column, part) for column in columns])
    return {"rows": len(kept)}


def _first_of_each(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The numbers of the pictures that no picture before them is equal to, in order."""
    seen: set[bytes] = set()
    kept: list[int] = []
    for number, picture in enumerate(images):
        mark = mark_of(picture)
        if mark not in seen:
            seen.add(mark)
            kept.append(number)
    return np.array(kept, dtype=np.int64)


def _parts(kept: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    return (kept[start : start + _BLOCK] for start in range(0, len(kept), _BLOCK))
