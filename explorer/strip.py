"""A row of pictures as one PNG file, to take away."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELL, GAP, PAPER = 112, 8, 255


def strip_png(pictures: NDArray[Any], cell: int = CELL) -> bytes:
    """Put bytes (n, height, width[, 3]) side by side on white, each about `cell` pixels wide.

    Pictures are enlarged by whole pixels, so that small ones stay crisp.
    """
    from PIL import Image

    factor = max(1, cell // pictures.shape[2])
    large = pictures.repeat(factor, axis=1).repeat(factor, axis=2)
    count, height, width, *colours = large.shape
    size = (height + 2 * GAP, count * (width + GAP) + GAP, *colours)
    sheet = np.full(size, PAPER, dtype=np.uint8)
    for index, picture in enumerate(large):
        left = GAP + index * (width + GAP)
        sheet[GAP : GAP + height, left : left + width] = picture
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
