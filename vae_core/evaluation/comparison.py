"""How a sentence model compares with its own decoder trained as a plain language model."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from vae_core.config import MAX_SAMPLES
from vae_core.data.tensors import ItemTensors
from vae_core.evaluation.collapse import MAX_LANGUAGE_MODEL_GAP
from vae_core.evaluation.likelihood import importance_weighted_nll
from vae_core.evaluation.passes import Progress, silent
from vae_core.models.base import VAE

# The IW-NLL only comes down with more draws. A model that is this little above the limit gets so
# many times as many, on at most so many items, before it counts as worse than a language model.
REACH, TIGHTER, TIGHTER_ITEMS = 2.0, 5, 1_000


def language_model_gap(
    model: VAE,
    items: ItemTensors,
    nll: Tensor,
    plain: Tensor,
    samples: int,
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Mean of IW-NLL less the language model's NLL, nats an item, as JSON values.

    ``nll`` (items,) is the IW-NLL of ``samples`` draws, ``plain`` (items,) the exact NLL of the
    language model. With it come the standard error of the paired differences, and the draws and
    items it was measured with: more draws where the first ones leave it open.
    """
    gap = nll - plain
    if MAX_LANGUAGE_MODEL_GAP < float(gap.mean()) <= MAX_LANGUAGE_MODEL_GAP + REACH:
        some = torch.arange(min(len(items), TIGHTER_ITEMS))
        samples = min(TIGHTER * samples, MAX_SAMPLES)
        again = importance_weighted_nll(
            model, items.part(some), samples, seed=seed, progress=progress
        )
        gap = again - plain[some]
    error = float(gap.std()) / math.sqrt(len(gap)) if len(gap) > 1 else 0.0
    return {
        "language_model_gap": float(gap.mean()),
        "language_model_gap_standard_error": error,
        "language_model_gap_samples": samples,
        "language_model_gap_items": len(gap),
    }
