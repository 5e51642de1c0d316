"""Going through all items with a model that is being measured."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from vae_core.data.tensors import ItemTensors, SentenceTensors
from vae_core.models.base import VAE, measuring

# What is measured, how many parts of it are done, and how many there are.
Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, of: int) -> None:
    """Report nothing."""


def even_batches(items: ItemTensors, batch_size: int) -> tuple[Tensor, ...]:
    """Index tensors (≤ batch_size,) that visit every item once; sentences of a length together."""
    if isinstance(items, SentenceTensors):
        order = torch.argsort(items.lengths, stable=True)
        return torch.split(order, batch_size)
    return tuple(items.in_order(batch_size))


def repeated(batch: Tensor, times: int) -> Tensor:
    """The batch again and again: (times · batch, …)."""
    return batch.repeat(times, *[1] * (batch.ndim - 1))


def log_likelihoods(model: VAE, items: ItemTensors, z: Tensor, batch_size: int = 512) -> Tensor:
    """log p(x_i|z_i) of every item at its row of z (items, latent_dim): (items,), float64, nats."""
    found = torch.empty(len(items), dtype=torch.float64)
    with measuring(model):
        for rows in even_batches(items, batch_size):
            likelihood = model.log_likelihood(items.batch(rows), z[rows].to(model.device))
            found[rows] = likelihood.cpu().double()
    return found
