"""The validation of each epoch, and the weights that it finds best."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from vae_core.config import TrainConfig
from vae_core.data.tensors import ItemTensors
from vae_core.models.base import VAE
from vae_core.objectives import elbo_terms, language_model_terms
from vae_core.progress import Means

_VALIDATION_SEED = 1


class Best:
    """A copy of the weights with the highest validation ELBO so far."""

    def __init__(self) -> None:
        self.elbo = -math.inf
        self.epoch = 0
        self.weights: dict[str, Tensor] | None = None

    @property
    def found(self) -> bool:
        return self.weights is not None

    def offer(self, model: VAE, elbo: float, epoch: int) -> bool:
        if not elbo > self.elbo:
            return False
        self.elbo, self.epoch = elbo, epoch
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
        return True

    def restore(self, model: VAE) -> None:
        if self.weights is not None:
            model.load_state_dict(self.weights)

    def values(self) -> dict[str, Any]:
        return {"elbo": self.elbo if self.found else None, "epoch": self.epoch}

    def put_back(self, values: dict[str, Any], weights: dict[str, Tensor]) -> None:
        if values["elbo"] is not None:
            self.elbo, self.epoch = float(values["elbo"]), int(values["epoch"])
            self.weights = weights


@torch.no_grad()
def validate(model: VAE, items: ItemTensors, config: TrainConfig) -> Means:
    """ELBO terms over all items, with the same noise every time so that epochs compare."""
    generator = torch.Generator(device=model.device).manual_seed(_VALIDATION_SEED)
    alone = config.objective.kind == "language-model"
    model.eval()
    try:
        sums = [0.0, 0.0]
        for indices in items.in_order(config.batch_size):
            batch = items.batch(indices)
            terms = (
                language_model_terms(model, batch) if alone else elbo_terms(model, batch, generator)
            )
            sums[0] += float(terms.reconstruction.sum(dtype=torch.float64))
            sums[1] += float(terms.kl.sum(dtype=torch.float64))
    finally:
        model.train()
    reconstruction, kl = sums[0] / len(items), sums[1] / len(items)
    return Means(reconstruction - kl, reconstruction, kl)
