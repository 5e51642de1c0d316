"""Points with and without clusters."""

from __future__ import annotations

import numpy as np

Vectors = np.ndarray


def blobs(
    count: int, width: int, k: int, *, apart: float = 8.0, seed: int = 0
) -> tuple[Vectors, np.ndarray]:
    """Return `count` points of `k` heaps with centres on far corners, and the heap of each."""
    draw = np.random.default_rng(seed)
    centres = np.zeros((k, width))
    # On the corners of a simplex, or along a line where there are fewer dimensions.
    for number in range(k):
        centres[number, number % width] = apart * (1 + number // width)
    of = np.sort(draw.integers(0, k, count))
    points = centres[of] + draw.standard_normal((count, width))
    return points.astype(np.float32), of


def cloud(count: int, width: int, *, seed: int = 0) -> Vectors:
    """Return `count` points of one Gaussian, wider in some dimensions than in others."""
    draw = np.random.default_rng(seed)
    return (draw.standard_normal((count, width)) * np.linspace(1, 3, width)).astype(np.float32)
