"""The classic image VAE: one hidden layer each way, Bernoulli pixels (Kingma & Welling 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config import ModelConfig, check_whole
from vae_core.data.dataset import Modality
from vae_core.data.tokenizer import Tokenizer
from vae_core.models.base import VAE, Items, Posterior


@dataclass(frozen=True)
class DenseConfig(ModelConfig):
    """Sizes of the dense model; ``hidden`` is the width of both hidden layers."""

    family: ClassVar[str] = "dense"

    image_height: int = 8
    image_width: int = 8
    hidden: int = 256

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("image_height", self.image_height, 1, 1024)
        check_whole("image_width", self.image_width, 1, 1024)
        check_whole("hidden", self.hidden, 1, 8192)


class DenseVAE(VAE):
    """pixels → hidden ReLU → (μ, log σ²) by separate linear heads; z → hidden ReLU → pixels."""

    modality: ClassVar[Modality] = "images"
    config_class: ClassVar[type[ModelConfig]] = DenseConfig
    decoder_parts: ClassVar[tuple[str, ...]] = ("decoder",)

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        assert isinstance(config, DenseConfig)
        return cls(config)

    def __init__(self, config: DenseConfig) -> None:
        super().__init__()
        self.config: DenseConfig = config
        pixels = config.image_height * config.image_width
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, config.hidden), nn.ReLU())
        self._add_latent(config.hidden)
        self.decoder = nn.Sequential(
            nn.Linear(config.latent_dim, config.hidden), nn.ReLU(), nn.Linear(config.hidden, pixels)
        )

    def encode(self, batch: Tensor) -> Posterior:
        return self._posterior(self.encoder(batch))

    def log_likelihood(self, batch: Tensor, z: Tensor) -> Tensor:
        logits = self.decoder(z)
        losses = F.binary_cross_entropy_with_logits(logits, batch.flatten(1), reduction="none")
        return -losses.sum(dim=1)

    @torch.no_grad()
    def decode(self, z: Tensor) -> Items:
        shape = (len(z), self.config.image_height, self.config.image_width)
        pixels: Tensor = torch.sigmoid(self.decoder(z.to(self.device)))
        return pixels.view(shape).float().cpu().numpy()
