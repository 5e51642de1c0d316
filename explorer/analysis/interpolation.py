"""From one item to another through the latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.decoding import decode

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def between(
    run: Run,
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    steps: int,
    *,
    spherical: bool = False,
) -> Any:
    """Decode `steps` points from `start` to `end` (latent_dim,), both included.

    Returns float32 pictures (steps, height, width[, colours]) in [0, 1] or `steps` texts.
    """
    return decode(run, way(start, end, steps, spherical=spherical))


def way(
    start: NDArray[np.float32], end: NDArray[np.float32], steps: int, *, spherical: bool = False
) -> NDArray[np.float32]:
    """Return `steps` points from `start` to `end` (latent_dim,), both included."""
    import torch

    from vae_core.latent import interpolate

    path: NDArray[np.float32] = interpolate(
        torch.from_numpy(start.copy()), torch.from_numpy(end.copy()), steps, spherical=spherical
    ).numpy()
    return path
