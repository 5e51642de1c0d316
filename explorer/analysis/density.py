"""How crowded a map is around each of its points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SIDE = 256
# A bell of about two cells, cut off after six.
_BELL = np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2)


def around(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return how many points lie around each of (n, 2), as a share of the densest place: (n,).

    Counted in a grid of 256 × 256 cells and smoothed over about two of them.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    cells = np.minimum((points - low) / span * _SIDE, _SIDE - 1).astype(np.intp)
    counts = np.zeros((_SIDE, _SIDE))
    np.add.at(counts, (cells[:, 0], cells[:, 1]), 1.0)
    for axis in (0, 1):
        counts = np.apply_along_axis(np.convolve, axis, counts, _BELL, mode="same")
    found = counts[cells[:, 0], cells[:, 1]]
    return np.asarray(found / found.max(), dtype=np.float32)
