"""From one item to another through the latent space, and evenly along a drawn way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def way(
    start: NDArray[np.float32], end: NDArray[np.float32], steps: int, *, spherical: bool = False
) -> NDArray[np.float32]:
    """Return `steps` points (steps, latent_dim) from `start` to `end`, both included.

    `spherical`: along the great circle instead of the straight line.
    """
    import torch

    from vae_core.latent import interpolate

    path: NDArray[np.float32] = interpolate(
        torch.from_numpy(start.copy()), torch.from_numpy(end.copy()), steps, spherical=spherical
    ).numpy()
    return path


def evenly(places: NDArray[np.floating], count: int) -> NDArray[np.float64]:
    """Return `count` places (count, 2), evenly apart along the line through `places` (n, 2).

    Raises:
        ValueError: fewer than two places are asked for or given, or they are all the same.
    """
    lengths = np.linalg.norm(np.diff(places.astype(np.float64), axis=0), axis=1)
    reached = np.concatenate([[0.0], np.cumsum(lengths)])
    if count < 2 or not reached[-1] > 0:
        raise ValueError(
            f"A line has two places or more that differ, but {count} were asked for of "
            f"{len(places)} over a length of {reached[-1]:g}."
        )
    wanted = np.linspace(0.0, reached[-1], count)
    return np.column_stack([np.interp(wanted, reached, places[:, axis]) for axis in (0, 1)])
