"""How well each item comes back from where it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.decoding import decode

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

_BATCH = 512
Errors = NDArray[np.float32]


def picture_errors(run: Run, images: NDArray[np.uint8]) -> Errors:
    """The mean squared difference of each picture and its decode, in pixels of [0, 1]: (items,)."""
    errors = np.empty(len(run), np.float32)
    for first in range(0, len(run), _BATCH):
        part = slice(first, first + _BATCH)
        decoded = np.asarray(decode(run, run.latents.mean[part]))
        pictures = np.asarray(images[part], np.float32) / 255.0
        errors[part] = ((decoded - pictures) ** 2).reshape(len(decoded), -1).mean(axis=1)
    return errors


def text_errors(run: Run, progress: Callable[[int, int], None] = lambda done, of: None) -> Errors:
    """How unlikely each text is where it lies: −log p(x|μ) in nats a token, (items,).

    A text without a token that the model counts has 0. The texts have to be the originals.
    """
    import torch

    from vae_core.data.tensors import SentenceTensors
    from vae_core.evaluation.passes import log_likelihoods
    from vae_core.runs import text_tensors

    texts = run.table.texts
    assert texts is not None
    errors = np.empty(len(run), np.float32)
    size = 32 * _BATCH
    for first in range(0, len(run), size):
        part = slice(first, first + size)
        items = text_tensors(run.model, texts[part])
        z = torch.from_numpy(np.array(run.latents.mean[part]))
        nats = -log_likelihoods(run.model, items, z).numpy()
        if isinstance(items, SentenceTensors):
            tokens = items.lengths.cpu().numpy() - 1.0
        else:
            rows = [items.batch(rows).sum(dim=1).cpu() for rows in items.in_order(_BATCH)]
            tokens = torch.cat(rows).numpy()
        errors[part] = np.divide(nats, tokens, out=np.zeros(len(nats)), where=tokens > 0)
        progress(min(first + size, len(run)), len(run))
    return errors


def errors(run: Run, progress: Callable[[int, int], None] = lambda done, of: None) -> Errors | None:
    """Return how badly each item comes back, (items,); None where no originals are there."""
    if run.items_are_decoded:
        return None
    if run.images is not None:
        return picture_errors(run, run.images)
    return None if run.table.texts is None else text_errors(run, progress)
