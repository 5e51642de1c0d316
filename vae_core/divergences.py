"""How far the codes of a batch are from where they should be, estimated from samples."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vae_core.models.base import Posterior

# Scales of the kernel, as multiples of 2 · latent_dim (Tolstikhin et al. 2018, their code).
_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def total_correlation(z: Tensor, posterior: Posterior, items: int) -> Tensor:
    """KL(q(z) ‖ Π_d q(z_d)) estimated on a batch: a scalar, nats. Chen et al. 2018.

    Minibatch-weighted sampling: ``z`` (batch, latent_dim) are draws of ``posterior`` of the same
    batch, out of a set of ``items``. It is too large by a constant, (latent_dim − 1) · ln items
    when the batch is the whole set, which has no gradient.
    """
    mean, log_variance = posterior
    offsets = z[:, None] - mean[None]
    squares = offsets**2 * torch.exp(-log_variance)[None]
    # (draw, item, dimension): log q(z_d of the draw | item)
    log_q = -0.5 * (squares + log_variance[None] + math.log(2 * math.pi))
    scale = math.log(len(z) * items)
    joint = log_q.sum(dim=2).logsumexp(dim=1) - scale
    marginals = (log_q.logsumexp(dim=1) - scale).sum(dim=1)
    return (joint - marginals).mean()


def maximum_mean_discrepancy(x: Tensor, y: Tensor) -> Tensor:
    """Squared MMD of two samples (n, dim) and (m, dim), without bias: a scalar, no unit.

    Gretton et al. 2012, with the inverse multiquadratic kernel Σ_s C_s / (C_s + |a − b|²) of
    Tolstikhin et al. 2018, C_s = s · 2 · dim. Needs two rows of each.
    """
    within = _off_diagonal_mean(_kernel(x, x)) + _off_diagonal_mean(_kernel(y, y))
    return within - 2 * _kernel(x, y).mean()


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    squares = torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    width = 2 * x.shape[1]
    parts = [scale * width / (scale * width + squares) for scale in _SCALES]
    return torch.stack(parts).sum(dim=0)


def _off_diagonal_mean(kernel: Tensor) -> Tensor:
    count = len(kernel)
    return (kernel.sum() - kernel.diagonal().sum()) / (count * (count - 1))
