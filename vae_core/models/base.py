"""What every model family offers: one interface, whatever the modality."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vae_core.config import ModelConfig
from vae_core.data.dataset import Modality
from vae_core.data.tokenizer import Tokenizer

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


class VAE(nn.Module, ABC):
    """A variational autoencoder with a standard normal prior over z."""

    modality: ClassVar[Modality]
    config_class: ClassVar[type[ModelConfig]]
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

        Images: float32 (batch, height, width), mean ink in [0, 1]. Sentences: a list of texts.
        """
