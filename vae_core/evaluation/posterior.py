"""Measures of q(z|x) over a whole set: active units and mutual information."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from vae_core.data.tensors import ItemTensors
from vae_core.models.base import VAE, Posterior, measuring

ACTIVE_VARIANCE = 0.01
_SLICE = 256
_DRAWS, _MOST_ROUNDS = 10_000, 32


def encode_items(model: VAE, items: ItemTensors, batch_size: int = 512) -> Posterior:
    """The posterior of every item, in item order, on the CPU: (items, latent_dim) each."""
    parts = list(encoded_parts(model, items, batch_size))
    return Posterior(
        torch.cat([part.mean for part in parts]), torch.cat([part.log_variance for part in parts])
    )


def encoded_parts(model: VAE, items: ItemTensors, batch_size: int = 512) -> Iterator[Posterior]:
    """What ``encode_items`` returns, in parts (≤ batch_size, latent_dim)."""
    for rows in items.in_order(batch_size):
        with measuring(model):
            part = model.encode(items.batch(rows))
        yield Posterior(part.mean.float().cpu(), part.log_variance.float().cpu())


def active_units(mean: Tensor) -> int:
    """Dimensions whose posterior mean (items, latent_dim) varies: Σ_d 1[Var_x(μ_d) ≥ 0.01].

    Unbiased variance over the set; Burda et al. 2016. One item has no variance: 0.
    """
    if len(mean) < 2:
        return 0
    return int((mean.double().var(dim=0) >= ACTIVE_VARIANCE).sum())


def mutual_information(posterior: Posterior, *, seed: int = 0) -> float:
    """I(x; z) under q over the full set, nats, at most ln(items).

    mean_i[log q(z_i|x_i)] − mean_i[logsumexp_j log q(z_i|x_j) − ln N], one z per item.
    Hoffman & Johnson 2016; He et al. 2019, eq. 5. Of few items it is the mean over so many draws
    of z that there are thousands in all: one draw alone strays by tenths of a nat.
    """
    rounds = max(1, min(_MOST_ROUNDS, _DRAWS // max(len(posterior.mean), 1)))
    found = [_information(posterior, seed + number) for number in range(rounds)]
    return sum(found) / rounds


def _information(posterior: Posterior, seed: int) -> float:
    mean = posterior.mean.double()
    log_variance = posterior.log_variance.double()
    generator = torch.Generator().manual_seed(seed)
    z = Posterior(mean, log_variance).sample(generator)
    precision = torch.exp(-log_variance)
    # log q(z|x_j) expanded into products of matrices, so that no (items, items, dim) is made.
    constant = -0.5 * (mean**2 * precision + log_variance + math.log(2 * math.pi)).sum(dim=1)
    weighted = (mean * precision).T
    total = 0.0
    for points in torch.split(z, _SLICE):
        log_q = points @ weighted - 0.5 * (points**2) @ precision.T + constant
        total += float(log_q.logsumexp(dim=1).sum())
    conditional = float(Posterior(mean, log_variance).log_prob(z).mean())
    return conditional - (total / len(z) - math.log(len(z)))
