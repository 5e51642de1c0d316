"""Priors over z that are learned: mixtures of normals, free or made of posteriors."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Mixture(nn.Module):
    """p(z) = Σ_k w_k N(z; μ_k, diag σ²_k), all learned; ``components`` (K, latent_dim) each."""

    def __init__(self, components: int, latent_dim: int) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.randn(components, latent_dim))
        self.log_variance = nn.Parameter(torch.zeros(components, latent_dim))
        self.logits = nn.Parameter(torch.zeros(components))

    def components(self) -> tuple[Tensor, Tensor, Tensor]:
        """Means, log variances (K, latent_dim) and log weights (K,)."""
        return self.mean, self.log_variance, self.logits.log_softmax(dim=0)


def mixture_log_prob(z: Tensor, mean: Tensor, log_variance: Tensor, log_weight: Tensor) -> Tensor:
    """log Σ_k w_k N(z; μ_k, diag σ²_k) of each row of z (n, latent_dim): (n,), nats."""
    precision = torch.exp(-log_variance)
    # (z − μ)²/σ² expanded into products of matrices, so that no (n, K, latent_dim) is made.
    squares = (z**2) @ precision.T - 2 * z @ (mean * precision).T + (mean**2 * precision).sum(dim=1)
    constant = log_variance.sum(dim=1) + z.shape[1] * math.log(2 * math.pi)
    return torch.logsumexp(log_weight - 0.5 * (squares + constant), dim=1)


def mixture_sample(
    count: int,
    mean: Tensor,
    log_variance: Tensor,
    log_weight: Tensor,
    generator: torch.Generator | None = None,
) -> Tensor:
    """``count`` draws of the mixture: (count, latent_dim)."""
    chosen = torch.multinomial(log_weight.exp(), count, replacement=True, generator=generator)
    noise = torch.empty_like(mean[chosen]).normal_(generator=generator)
    return mean[chosen] + noise * torch.exp(0.5 * log_variance[chosen])
