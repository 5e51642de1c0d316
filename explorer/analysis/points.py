"""Points of a latent space: drawn from the prior, encoded from a text, or chosen as a pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def drawn_point(latent_dim: int, temperature: float, seed: int) -> NDArray[np.float32]:
    """Draw one point from N(0, temperature² I), (latent_dim,)."""
    from vae_core.latent import sample_prior

    point: NDArray[np.float32] = sample_prior(
        1, latent_dim, temperature=temperature, seed=seed
    ).numpy()[0]
    return point


def point_of_text(run: Run, text: str) -> NDArray[np.float32]:
    """Encode one sentence to the mean of its posterior, (latent_dim,)."""
    import torch

    from vae_core.runs import sentence_tensors

    with torch.inference_mode():
        batch = sentence_tensors(run.model, [text]).batch(torch.tensor([0]))
        mean: NDArray[np.float32] = run.model.encode(batch).mean[0].cpu().numpy()
    return mean


def unknown_words(run: Run, text: str) -> list[str]:
    """Return the words of `text` that the model has never seen, in order, each once."""
    return [] if run.tokenizer is None else run.tokenizer.unknown_words(text)


def unlike_pair(labels: Sequence[str] | None, count: int, seed: int) -> tuple[int, int]:
    """Draw two different items of `count`, of different labels where there are several."""
    generator = np.random.default_rng(seed)
    first = int(generator.integers(count))
    others = np.delete(np.arange(count), first)
    if labels is not None:
        names = np.array(labels, dtype=object)
        unlike = np.flatnonzero(names != names[first])
        others = unlike if len(unlike) else others
    return first, int(generator.choice(others)) if len(others) else first
