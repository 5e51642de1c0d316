"""What pictures are like, before anything is trained on them: size, repeats, blanks, labels."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from vae_core.data.dataset import Dataset
from vae_core.data.profile import MOST_LABELS, MOST_LOOKED_AT, SAMPLES, spread
from vae_core.data.text_column import Chosen

# What is read of them at most: of large pictures fewer are looked at.
MOST_BYTES = 1024**3
_BLOCK_BYTES = 16 * 1024**2
_THUMBNAIL = 112


@dataclass(frozen=True)
class PictureProfile:
    """What pictures are like. Counts are of the ``looked_at`` pictures, evenly drawn from all.

    ``height``, ``width``: in pixels, as a model would see them. ``coloured``: whether they have
    three colours. ``repeated``: pictures that another one before them is equal to, pixel by pixel.
    ``blank``: those of one single colour. ``labels``: how many pictures each has, the most frequent
    first; ``different_labels``: how many labels there are. ``samples``: some, as PNG files.
    """

    items: int
    looked_at: int
    height: int
    width: int
    coloured: bool
    repeated: int
    blank: int
    labels: Mapping[str, int] = field(default_factory=dict)
    different_labels: int = 0
    samples: tuple[bytes, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON values; the samples are in base64."""
        samples = [base64.b64encode(sample).decode("ascii") for sample in self.samples]
        return {**dataclasses.asdict(self), "labels": dict(self.labels), "samples": samples}


def profile_pictures(
    dataset: Dataset, *, most: int = MOST_LOOKED_AT, most_bytes: int = MOST_BYTES
) -> PictureProfile:
    """Look at a data set of pictures, at no more than ``most`` of them and ``most_bytes``."""
    images = dataset.images
    assert images is not None
    count, height, width, *colours = images.shape
    size = max(1, height * width * (colours[0] if colours else 1))
    chosen = spread(count, min(most, max(SAMPLES, most_bytes // size)))
    seen: set[bytes] = set()
    repeated = blank = 0
    for picture in _pictures(images, chosen, size):
        mark = mark_of(picture)
        repeated += mark in seen
        seen.add(mark)
        blank += is_blank(picture)
    labels = Counter(Chosen(dataset.labels, chosen)) if dataset.labels is not None else Counter()
    return PictureProfile(
        items=count,
        looked_at=len(chosen),
        height=height,
        width=width,
        coloured=bool(colours) and colours[0] == 3,
        repeated=repeated,
        blank=blank,
        labels=dict(labels.most_common(MOST_LABELS)),
        different_labels=len(labels),
        samples=tuple(_png(images[int(at)]) for at in spread(count, SAMPLES)),
    )


def mark_of(picture: npt.NDArray[np.uint8]) -> bytes:
    """Sixteen bytes that tell a picture from all that differ."""
    return hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=16).digest()


def is_blank(picture: npt.NDArray[np.uint8]) -> bool:
    """Whether a picture (height, width[, colours]) has one single colour."""
    return bool((picture == picture[0, 0]).all())


def _pictures(
    images: npt.NDArray[np.uint8], chosen: npt.NDArray[np.int64], size: int
) -> Iterator[npt.NDArray[np.uint8]]:
    at_once = max(1, _BLOCK_BYTES // size)
    for start in range(0, len(chosen), at_once):
        yield from images[chosen[start : start + at_once]]


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    """A small PNG file of a picture."""
    from PIL import Image

    flat = picture[..., 0] if picture.ndim == 3 and picture.shape[2] != 3 else picture
    shown = Image.fromarray(np.ascontiguousarray(flat))
    shown.thumbnail((_THUMBNAIL, _THUMBNAIL))
    stream = io.BytesIO()
    shown.save(stream, "PNG")
    return stream.getvalue()
