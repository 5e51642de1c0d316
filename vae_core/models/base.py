"""What every model family offers: one interface, whatever the modality."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vae_core.config import ConfigError, ModelConfig
from vae_core.data.dataset import Modality
from vae_core.data.tensors import ItemTensors
from vae_core.data.tokenizer import Tokenizer
from vae_core.models.prior import Mixture, mixture_log_prob, mixture_sample

Items = npt.NDArray[np.float32] | list[str]


class Posterior(NamedTuple):
    """q(z|x) = N(mean, diag(exp(log_variance))); both (batch, latent_dim)."""

    mean: Tensor
    log_variance: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """One reparameterised draw of z, (batch, latent_dim)."""
        noise = torch.empty_like(self.mean).normal_(generator=generator)
        return self.mean + noise * torch.exp(0.5 * self.log_variance)

    def kl(self) -> Tensor:
        """KL(q ‖ N(0, I)) of each dimension, (batch, latent_dim), nats. Kingma & Welling 2014."""
        mean, log_variance = self
        return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)

    def log_prob(self, z: Tensor) -> Tensor:
        """log q(z|x), (batch,), nats."""
        mean, log_variance = self
        squares = (z - mean) ** 2 * torch.exp(-log_variance)
        return -0.5 * (squares + log_variance + math.log(2 * math.pi)).sum(dim=-1)


@contextmanager
def measuring(model: nn.Module) -> Iterator[None]:
    """Eval mode without gradients; afterwards the model is in the mode that it was in."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def fitting_tokenizer(config: ModelConfig, size: int, tokenizer: Tokenizer | None) -> Tokenizer:
    """``tokenizer``, of as many tokens as the model. Raises ConfigError where it is not."""
    if tokenizer is None or tokenizer.vocabulary_size != size:
        found = "none" if tokenizer is None else f"one of {tokenizer.vocabulary_size}"
        raise ConfigError(
            f"A {config.family} model of {size} tokens needs a tokenizer of that many; "
            f"{found} came."
        )
    return tokenizer


class VAE(nn.Module, ABC):
    """A variational autoencoder: q(z|x) normal with diagonal covariance, p(z) as configured.

    A family calls ``_add_latent(width)`` in its constructor, and makes its posterior of features
    (batch, width) by ``_posterior``. ``decoder_parts`` names the attributes that only the decoder
    uses; every other parameter belongs to the encoder.
    """

    modality: ClassVar[Modality]
    config_class: ClassVar[type[ModelConfig]]
    decoder_parts: ClassVar[tuple[str, ...]]
    config: ModelConfig

    @classmethod
    @abstractmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        """A model of this family. Raises ConfigError where config and tokenizer do not fit."""

    @property
    def latent_dim(self) -> int:
        return self.config.latent_dim

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @abstractmethod
    def encode(self, batch: Tensor) -> Posterior:
        """q(z|x) of a batch as ItemTensors.batch gives it."""

    @abstractmethod
    def log_likelihood(self, batch: Tensor, z: Tensor) -> Tensor:
        """log p(x|z), summed over pixels or tokens, (batch,), nats."""

    @abstractmethod
    def decode(self, z: Tensor) -> Items:
        """The most likely items at z (batch, latent_dim).

        Images: float32 (batch, height, width), mean ink in [0, 1], with a last axis of colours
        where there are any. Sentences and documents: a list of texts.
        """

    def start_from(self, items: ItemTensors) -> None:
        """Set what the averages of the training items decide; once, before training."""

    def log_prior(self, z: Tensor) -> Tensor:
        """log p(z) of each row of z (n, latent_dim): (n,), nats."""
        if self.config.prior == "normal":
            return -0.5 * (z**2 + math.log(2 * math.pi)).sum(dim=-1)
        return mixture_log_prob(z, *self._prior_components())

    def sample_prior(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """``count`` draws of p(z): (count, latent_dim), on the model's device.

        The generator must be of that device.
        """
        if self.config.prior == "normal":
            empty = torch.empty(count, self.latent_dim, device=self.device)
            return empty.normal_(generator=generator)
        with torch.no_grad():
            return mixture_sample(count, *self._prior_components(), generator)

    def pseudo_item_shape(self) -> tuple[int, ...]:
        """The shape of one item, where items are numbers in [0, 1] that can be learned."""
        raise ConfigError(
            f"prior must be normal or mixture for the model {self.config.family}, but is 'vamp': "
            "that prior learns items, and words cannot be learned so."
        )

    def is_decoder(self, parameter: str) -> bool:
        """Whether the parameter or buffer of that name belongs to the decoder alone."""
        return parameter.split(".")[0] in self.decoder_parts

    def _add_latent(self, width: int) -> None:
        """The layers from features (batch, width) to the posterior, and the prior."""
        config = self.config
        self.mean_head = nn.Linear(width, config.latent_dim)
        self.log_variance_head = nn.Linear(width, config.latent_dim)
        if config.mean_batch_norm > 0:
            self.mean_norm = nn.BatchNorm1d(config.latent_dim)
            nn.init.constant_(self.mean_norm.weight, config.mean_batch_norm)
            self.mean_norm.weight.requires_grad_(False)
        if config.prior == "mixture":
            self.prior = Mixture(config.prior_components, config.latent_dim)
        elif config.prior == "vamp":
            shape = (config.prior_components, *self.pseudo_item_shape())
            # Through a sigmoid: grey to start with, a little different each.
            self.pseudo_items = nn.Parameter(torch.randn(shape) * 0.5 - 1.0)

    def _posterior(self, features: Tensor) -> Posterior:
        mean = self.mean_head(features)
        if self.config.mean_batch_norm > 0:
            mean = self.mean_norm(mean)
        return Posterior(mean, self.log_variance_head(features))

    def _prior_components(self) -> tuple[Tensor, Tensor, Tensor]:
        if self.config.prior == "mixture":
            return self.prior.components()
        mean, log_variance = self.encode(torch.sigmoid(self.pseudo_items))
        even = torch.full((len(mean),), -math.log(len(mean)), device=mean.device)
        return mean.float(), log_variance.float(), even
