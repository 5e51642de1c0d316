"""Decode latent points with a loaded run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vae_core.checkpoint import Run
    from vae_core.models import Items


def decode(run: Run, z: NDArray[np.floating[Any]]) -> Items:
    """Decode `z` (count, latent_dim) into items of the run's modality.

    Returns float32 pictures (count, height, width[, colours]) in [0, 1] or `count` texts.
    """
    import torch

    # A copy: latents are shared and read-only, and torch wants neither.
    points = torch.from_numpy(np.array(z, dtype=np.float32, order="C"))
    with torch.inference_mode():
        return run.model.decode(points)
