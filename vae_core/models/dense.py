"""The classic image VAE of dense layers (Kingma & Welling 2014; Burda et al. 2016)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from torch import Tensor, nn

from vae_core.config import ModelConfig, check_choice, check_whole
from vae_core.data.tokenizer import Tokenizer
from vae_core.models.base import Posterior
from vae_core.models.image import ImageConfig, ImageVAE

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh}


@dataclass(frozen=True)
class DenseConfig(ImageConfig):
    """Sizes of the dense model: ``layers`` hidden layers of width ``hidden`` each way."""

    family: ClassVar[str] = "dense"

    hidden: int = 256
    layers: int = field(default=1, kw_only=True)
    activation: str = field(default="relu", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("hidden", self.hidden, 1, 8192)
        check_whole("layers", self.layers, 1, 16)
        check_choice("activation", self.activation, tuple(ACTIVATIONS))


class DenseVAE(ImageVAE):
    """Dense layers from the pixels to μ and log σ², and others from z to the pixels."""

    config_class: ClassVar[type[ModelConfig]] = DenseConfig
    config: DenseConfig

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        assert isinstance(config, DenseConfig)
        return cls(config)

    def __init__(self, config: DenseConfig) -> None:
        super().__init__()
        self.config = config
        pixels = config.image_height * config.image_width * config.image_channels
        self.encoder = nn.Sequential(nn.Flatten(), *_hidden_layers(pixels, config))
        self._add_latent(config.hidden)
        self.decoder = nn.Sequential(
            *_hidden_layers(config.latent_dim, config), nn.Linear(config.hidden, pixels)
        )
        self._add_likelihood()

    def encode(self, batch: Tensor) -> Posterior:
        return self._posterior(self.encoder(batch))

    def _draw(self, z: Tensor) -> Tensor:
        pixels: Tensor = self.decoder(z)
        return pixels.view(len(z), *self.config.item_shape)

    def _start_at(self, pixels: Tensor) -> None:
        output = self.decoder[-1]
        assert isinstance(output, nn.Linear)
        output.bias.copy_(self._as_drawn(pixels).flatten())


def _hidden_layers(inputs: int, config: DenseConfig) -> list[nn.Module]:
    made: list[nn.Module] = []
    for layer in range(config.layers):
        linear = nn.Linear(config.hidden if layer else inputs, config.hidden)
        if config.activation == "tanh":
            nn.init.xavier_uniform_(linear.weight)  # as Burda et al. 2016 do
            nn.init.zeros_(linear.bias)
        made += [linear, ACTIVATIONS[config.activation]()]
    return made
