"""Items of which nothing is left but where they lie in the latent space."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor

from vae_core.data.dataset import DataError
from vae_core.data.tensors import ItemTensors
from vae_core.models.base import Posterior


class LatentItems(ItemTensors):
    """Posteriors (items, latent_dim) in the place of items that a run was published without."""

    def __init__(self, posterior: Posterior) -> None:
        super().__init__(torch.device("cpu"))
        self.posterior = posterior

    def __len__(self) -> int:
        return len(self.posterior.mean)

    def batch(self, indices: Tensor) -> Tensor:
        raise DataError("These items are known by their places alone; give the data themselves.")

    def part(self, indices: Tensor) -> Self:
        return type(self)(Posterior(*(values[indices] for values in self.posterior)))
