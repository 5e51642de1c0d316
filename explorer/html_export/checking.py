"""How far decodes with the weights as a file holds them are from those of the model itself."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.html_export.storing import read_back

if TYPE_CHECKING:
    from explorer.html_export.decoders import Decoder
    from vae_core.checkpoint import Run
    from vae_core.models import VAE

PICTURES, TEXTS = "pixels", "texts that differ"
_EACH = 64


def some_z(run: Run, count: int = _EACH, seed: int = 0) -> NDArray[np.float32]:
    """Return `count` posterior means of a run, or all, and as many draws of a normal prior."""
    draw = np.random.default_rng(seed)
    mean = run.latents.mean
    items = draw.choice(len(mean), min(count, len(mean)), replace=False)
    prior = draw.standard_normal((count, mean.shape[1]))
    return np.concatenate([mean[np.sort(items)], prior]).astype(np.float32)


def differences(
    run: Run, decoder: Decoder, sections: Mapping[str, NDArray[Any]]
) -> dict[str, float]:
    """Return the largest difference of a pixel (0 to 1), or the share of texts that differ."""
    import torch

    z = torch.from_numpy(some_z(run))
    with torch.inference_mode():
        own, other = run.model.decode(z), as_stored(run.model, decoder, sections).decode(z)
    if isinstance(own, np.ndarray):
        return {PICTURES: float(np.abs(own - np.asarray(other)).max())}
    differ = sum(one != another for one, another in zip(own, other, strict=True))
    return {TEXTS: differ / len(own)}


def words(found: Mapping[str, float]) -> str:
    """Say what `differences` found."""
    if PICTURES in found:
        most = found[PICTURES]
        differ = f"no pixel differs by more than {most:.1g}, of 0 to 1" if most else "none differs"
        return f"Pictures were compared with the model's own: {differ}."
    return f"Of texts compared with the model's own, {1 - found[TEXTS]:.0%} are the same to a word."


def as_stored(model: VAE, decoder: Decoder, sections: Mapping[str, NDArray[Any]]) -> VAE:
    """Return a model with the weights that a browser reads in the sections of a file."""
    import torch

    changed = copy.deepcopy(model)
    state = changed.state_dict()
    for name in decoder.weights:
        if name in state:
            state[name] = torch.from_numpy(read_back(f"weights.{name}", sections).copy())
    changed.load_state_dict(state)
    return changed
