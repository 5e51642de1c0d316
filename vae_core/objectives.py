"""The ELBO and its terms, as sums over pixels or tokens and over latent dimensions, in nats."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from vae_core.models.base import VAE, Posterior


class ElboTerms(NamedTuple):
    """``reconstruction`` (batch,) = log p(x|z); ``kl`` (batch, latent_dim)."""

    reconstruction: Tensor
    kl: Tensor

    def elbo(self) -> Tensor:
        """The evidence lower bound of each item at β = 1, (batch,)."""
        return self.reconstruction - self.kl.sum(dim=1)


def elbo_terms(model: VAE, batch: Tensor, generator: torch.Generator | None = None) -> ElboTerms:
    """One-sample estimate of the reconstruction, closed-form KL. Kingma & Welling 2014."""
    mean, log_variance = model.encode(batch)
    # Under autocast these come in bfloat16, which rounds a small KL away.
    posterior = Posterior(mean.float(), log_variance.float())
    z = posterior.sample(generator)
    return ElboTerms(model.log_likelihood(batch, z), posterior.kl())


def loss(terms: ElboTerms, beta: float, free_bits: float = 0.0) -> Tensor:
    """−mean reconstruction + β Σ_d max(λ, batch mean of KL_d): a scalar, nats per item.

    Free bits λ after Kingma et al. 2016; β after Higgins et al. 2017.
    """
    kl = terms.kl.mean(dim=0).clamp(min=free_bits).sum()
    return beta * kl - terms.reconstruction.mean()
