"""The ELBO and its terms, as sums over pixels or tokens and over latent dimensions, in nats."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from vae_core.checks import ConfigError
from vae_core.divergences import maximum_mean_discrepancy, total_correlation
from vae_core.models.base import VAE, Posterior
from vae_core.objective_config import ObjectiveConfig


class ElboTerms(NamedTuple):
    """``reconstruction`` (batch,) = log p(x|z); ``kl`` (batch,) = KL(q(z|x) ‖ p(z)).

    ``kl_per_dimension`` (batch, latent_dim) is given where the prior is the standard normal.
    """

    reconstruction: Tensor
    kl: Tensor
    kl_per_dimension: Tensor | None = None

    def elbo(self) -> Tensor:
        """The evidence lower bound of each item at β = 1, (batch,)."""
        return self.reconstruction - self.kl


def elbo_terms(model: VAE, batch: Tensor, generator: torch.Generator | None = None) -> ElboTerms:
    """One-sample estimate of the reconstruction, and the KL. Kingma & Welling 2014.

    The KL is exact with the standard normal prior, and log q(z|x) − log p(z) at the same sample
    with a mixture.
    """
    return Draw.of(model, batch, 1, generator).terms


def language_model_terms(model: VAE, batch: Tensor) -> ElboTerms:
    """The terms of the decoder alone: z is 0 for every item, and tells nothing."""
    z = torch.zeros(len(batch), model.latent_dim, device=model.device)
    return ElboTerms(model.log_likelihood(batch, z), z.sum(dim=1), z)


def objective(
    model: VAE,
    batch: Tensor,
    config: ObjectiveConfig,
    beta: float,
    generator: torch.Generator,
    items: int,
) -> tuple[Tensor, ElboTerms]:
    """The loss of a batch (a scalar, nats per item) and the ELBO terms to report.

    ``beta`` is the weight at this step; ``items`` the size of the training set.
    """
    if config.kind == "language-model":
        terms = language_model_terms(model, batch)
        return -terms.reconstruction.mean(), terms
    draw = Draw.of(model, batch, config.samples, generator)
    return _LOSSES[config.kind](draw, config, beta, generator, items), draw.terms


def loss(terms: ElboTerms, beta: float, free_bits: float = 0.0, target_kl: float = 0.0) -> Tensor:
    """−mean reconstruction + β · KL: a scalar, nats per item. β after Higgins et al. 2017.

    With free bits λ the KL is Σ_d max(λ, batch mean of KL_d) (Kingma et al. 2016); with a target
    it is |batch mean of KL − target| (Burgess et al. 2018).
    """
    kl = terms.kl.mean()
    if target_kl > 0:
        kl = (kl - target_kl).abs()
    if free_bits > 0:
        if terms.kl_per_dimension is None:
            raise ConfigError("free_bits must be 0 with a mixture prior: it has no KL a dimension.")
        kl = terms.kl_per_dimension.mean(dim=0).clamp(min=free_bits).sum()
    return beta * kl - terms.reconstruction.mean()


@dataclass(frozen=True)
class Draw:
    """``samples`` draws of z for each item of a batch: all items once, all items again, …

    ``posterior`` (batch, latent_dim); ``z`` (samples · batch, latent_dim) from ``repeated``, the
    posterior as often; ``log_likelihood`` (samples, batch), nats.
    """

    model: VAE
    posterior: Posterior
    repeated: Posterior
    z: Tensor
    log_likelihood: Tensor

    @classmethod
    def of(cls, model: VAE, batch: Tensor, samples: int, generator: torch.Generator | None) -> Draw:
        mean, log_variance = model.encode(batch)
        # Under autocast these come in bfloat16, which rounds a small KL away.
        posterior = repeated = Posterior(mean.float(), log_variance.float())
        if samples > 1:
            repeated = Posterior(*(part.repeat(samples, 1) for part in posterior))
            batch = batch.repeat(samples, *[1] * (batch.ndim - 1))
        z = repeated.sample(generator)
        log_likelihood = model.log_likelihood(batch, z).view(samples, -1)
        return cls(model, posterior, repeated, z, log_likelihood)

    @cached_property
    def terms(self) -> ElboTerms:
        reconstruction = self.log_likelihood.mean(dim=0)
        if self.model.config.prior == "normal":
            per_dimension = self.posterior.kl()
            return ElboTerms(reconstruction, per_dimension.sum(dim=1), per_dimension)
        return ElboTerms(reconstruction, self.sampled_kl.mean(dim=0))

    @cached_property
    def sampled_kl(self) -> Tensor:
        """log q(z|x) − log p(z) of each draw, (samples, batch), nats."""
        difference = self.repeated.log_prob(self.z) - self.model.log_prior(self.z)
        return difference.view_as(self.log_likelihood)


def _elbo_loss(
    draw: Draw, config: ObjectiveConfig, beta: float, generator: torch.Generator, items: int
) -> Tensor:
    return loss(draw.terms, beta, config.free_bits, config.target_kl)


def _iwae_loss(
    draw: Draw, config: ObjectiveConfig, beta: float, generator: torch.Generator, items: int
) -> Tensor:
    """−log mean_k p(x|z_k) p(z_k) / q(z_k|x). Burda et al. 2016."""
    log_weights = draw.log_likelihood - beta * draw.sampled_kl
    return (math.log(len(log_weights)) - log_weights.logsumexp(dim=0)).mean()


def _tcvae_loss(
    draw: Draw, config: ObjectiveConfig, beta: float, generator: torch.Generator, items: int
) -> Tensor:
    """The ELBO, and the total correlation β − 1 times on top. Chen et al. 2018."""
    share = beta / config.beta if config.beta > 0 else 1.0
    first = draw.z[: len(draw.posterior.mean)]
    extra = (config.beta - 1) * total_correlation(first, draw.posterior, items)
    return loss(draw.terms, share) + share * extra


def _mmd_loss(
    draw: Draw, config: ObjectiveConfig, beta: float, generator: torch.Generator, items: int
) -> Tensor:
    """β · KL + λ · MMD(q(z), p(z)). Tolstikhin et al. 2018; Zhao et al. 2019."""
    if len(draw.z) < 2:
        raise ConfigError("batch_size must be 2 or more with the mmd objective: one z has no MMD.")
    prior = draw.model.sample_prior(len(draw.z), generator)
    discrepancy = maximum_mean_discrepancy(draw.z, prior)
    return loss(draw.terms, beta, config.free_bits) + config.mmd_weight * discrepancy


_LOSSES: dict[str, Callable[[Draw, ObjectiveConfig, float, torch.Generator, int], Tensor]] = {
    "elbo": _elbo_loss,
    "iwae": _iwae_loss,
    "tcvae": _tcvae_loss,
    "mmd": _mmd_loss,
}
