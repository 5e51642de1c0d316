"""How crowded a map is around each of its points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_SIDE = 256
_REACH = 2.0


def around(points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return how many points lie around each of (n, 2), as a share of the densest place: (n,).

    Counted in a grid of 256 × 256 cells and smoothed over about two of them.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    cells = np.minimum((points - low) / span * _SIDE, _SIDE - 1).astype(np.intp)
    counts = np.zeros((_SIDE, _SIDE))
    np.add.at(counts, (cells[:, 0], cells[:, 1]), 1.0)
    smooth = ndimage.gaussian_filter(counts, _REACH, mode="constant")
    found = smooth[cells[:, 0], cells[:, 1]]
    return (found / found.max()).astype(np.float32)
