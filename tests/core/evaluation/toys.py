"""Models whose likelihood is known in closed form, and items for them."""

from __future__ import annotations

import math
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from vae_core.config import ModelConfig
from vae_core.data.dataset import Modality
from vae_core.data.tensors import ItemTensors
from vae_core.data.tokenizer import Tokenizer
from vae_core.models.base import VAE, Items, Posterior

CPU = torch.device("cpu")


class Numbers(ItemTensors):
    """Rows of numbers, as they are."""

    def __init__(self, rows: Tensor) -> None:
        super().__init__(CPU)
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, indices: Tensor) -> Tensor:
        return self.rows[indices]

    def part(self, indices: Tensor) -> Self:
        return type(self)(self.rows[indices])


class LinearGaussian(VAE):
    """x = W z + b + σ ε with z ~ N(0, I), so p(x) = N(b, W Wᵀ + σ² I).

    The columns of W are orthogonal, so the exact posterior has a diagonal covariance; `shift` and
    `widening` (of the log variance) take q(z|x) away from it.
    """

    modality: ClassVar[Modality] = "images"
    decoder_parts: ClassVar[tuple[str, ...]] = ("weight", "bias")

    def __init__(
        self,
        pixels: int = 5,
        latent_dim: int = 3,
        noise: float = 0.5,
        *,
        shift: float = 0.0,
        widening: float = 0.0,
        seed: int = 0,
        prior: str = "normal",
    ) -> None:
        super().__init__()
        self.config = ModelConfig(latent_dim=latent_dim, prior=prior, prior_components=2)
        generator = torch.Generator().manual_seed(seed)
        columns = torch.linalg.qr(torch.randn(pixels, latent_dim, generator=generator))[0]
        lengths = torch.linspace(0.5, 2.0, latent_dim)
        self.weight = nn.Parameter(columns * lengths)
        self.bias = nn.Parameter(torch.randn(pixels, generator=generator))
        self.noise, self.shift, self.widening = noise, shift, widening
        self.most_rows = 0
        if prior == "mixture":
            self._add_latent(1)

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        raise NotImplementedError

    def encode(self, batch: Tensor) -> Posterior:
        squares = (self.weight**2).sum(dim=0)
        mean = (batch - self.bias) @ self.weight / (squares + self.noise**2)
        variance = self.noise**2 / (squares + self.noise**2)
        wider = (variance.log() + self.widening).expand_as(mean)
        return Posterior(mean + self.shift, wider)

    def log_likelihood(self, batch: Tensor, z: Tensor) -> Tensor:
        self.most_rows = max(self.most_rows, len(batch))
        assert len(batch) == len(z)
        squares = ((batch - z @ self.weight.T - self.bias) / self.noise) ** 2
        return -0.5 * (squares + math.log(2 * math.pi * self.noise**2)).sum(dim=1)

    def decode(self, z: Tensor) -> Items:
        raise NotImplementedError

    def exact_nll(self, batch: Tensor) -> Tensor:
        """−log p(x) under the prior N(0, I), (batch,), float64."""
        weight = self.weight.detach().double()
        covariance = weight @ weight.T + self.noise**2 * torch.eye(len(weight)).double()
        marginal = torch.distributions.MultivariateNormal(self.bias.detach().double(), covariance)
        return -marginal.log_prob(batch.double())

    def draw(self, count: int, seed: int = 1) -> Numbers:
        """Items of this very model."""
        generator = torch.Generator().manual_seed(seed)
        z = torch.randn(count, self.latent_dim, generator=generator)
        noise = torch.randn(count, len(self.bias), generator=generator)
        return Numbers((z @ self.weight.T + self.bias + self.noise * noise).detach())
