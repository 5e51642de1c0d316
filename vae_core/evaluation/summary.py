"""One call that measures a model on a set of items."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from vae_core.data.tensors import ItemTensors, SentenceTensors
from vae_core.evaluation.posterior import active_units, encode_items, mutual_information
from vae_core.models.base import VAE, Posterior

# A sentence model that keeps less than this about its input has collapsed.
COLLAPSE_NATS = 2.0
# The full-set mutual information compares every item with every other.
MAX_INFORMATION_ITEMS = 10_000


def evaluate(model: VAE, items: ItemTensors, *, seed: int = 0) -> dict[str, Any]:
    """ELBO and its terms (one z per item), active units, mutual information; nats per item.

    Sentences add perplexity and the collapse check: ``collapsed`` is true when z tells less than
    2 nats about its sentence, or when the words lose less than 2 nats by exchanging z among items;
    it is None for fewer than eight items, which cannot tell.
    """
    posterior = encode_items(model, items)
    generator = torch.Generator().manual_seed(seed)
    z = posterior.sample(generator)
    log_likelihood = _log_likelihood(model, items, z)
    kl = float(posterior.kl().double().sum(dim=1).mean())
    reconstruction = float(log_likelihood.mean())
    compared = min(len(items), MAX_INFORMATION_ITEMS)
    information = mutual_information(Posterior(*(t[:compared] for t in posterior)), seed=seed)
    result: dict[str, Any] = {
        "items": len(items),
        "elbo": reconstruction - kl,
        "reconstruction": reconstruction,
        "kl": kl,
        "active_units": active_units(posterior.mean),
        "latent_dim": model.latent_dim,
        "mutual_information": information,
        "mutual_information_items": compared,
    }
    if isinstance(items, SentenceTensors):
        tokens = int((items.lengths - 1).sum())
        exchanged = _log_likelihood(model, items, z.roll(1, dims=0))
        drop = reconstruction - float(exchanged.mean())
        result["perplexity"] = math.exp(min(-(reconstruction - kl) * len(items) / tokens, 700.0))
        result["reconstruction_drop_when_z_exchanged"] = drop
        # ln(items) bounds the information, so a handful of items cannot show a collapse.
        enough = math.log(compared) > COLLAPSE_NATS
        result["collapsed"] = bool(min(information, drop) < COLLAPSE_NATS) if enough else None
    return result


@torch.no_grad()
def _log_likelihood(model: VAE, items: ItemTensors, z: Tensor) -> Tensor:
    was_training = model.training
    model.eval()
    try:
        parts = [
            model.log_likelihood(items.batch(rows), z[rows].to(model.device)).double().cpu()
            for rows in items.in_order(512)
        ]
    finally:
        model.train(was_training)
    return torch.cat(parts)
