"""A residual convolutional image VAE, for pictures of any size and any number of colours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config import ModelConfig, check_choice, check_whole
from vae_core.data.tokenizer import Tokenizer
from vae_core.models.base import Posterior
from vae_core.models.image import ImageConfig, ImageVAE

NORMS = ("group", "none")
# Halving stops where the longer side is at most this; what is left is flattened.
_SMALLEST = 7
_MOST_TIMES_WIDTH = 4
_GROUP = 8


@dataclass(frozen=True)
class ConvConfig(ImageConfig):
    """Sizes of the convolutional model.

    ``width``: channels after the first halving of the picture, twice as many after the second,
    four times from the third on. ``depth``: residual blocks at each size. ``hidden``: width of
    the dense layers between z and the smallest maps. ``norm``: GroupNorm (Wu & He 2018) or none.
    """

    family: ClassVar[str] = "conv"

    width: int = field(default=32, kw_only=True)
    depth: int = field(default=1, kw_only=True)
    hidden: int = field(default=256, kw_only=True)
    norm: str = field(default="group", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("width", self.width, 1, 1024)
        check_whole("depth", self.depth, 1, 32)
        check_whole("hidden", self.hidden, 1, 8192)
        check_choice("norm", self.norm, NORMS)

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Height and width of the maps: the picture's first, each next one half, rounded up."""
        found = [(self.image_height, self.image_width)]
        while max(found[-1]) > _SMALLEST:
            height, width = found[-1]
            found.append(((height + 1) // 2, (width + 1) // 2))
        return found

    @property
    def channels(self) -> list[int]:
        """Channels of the maps of each of ``sizes`` but the picture itself; at least one entry."""
        count = max(len(self.sizes) - 1, 1)
        return [self.width * min(2**stage, _MOST_TIMES_WIDTH) for stage in range(count)]


class ConvVAE(ImageVAE):
    """Residual convolutions that halve the picture step by step, and others that double it."""

    config_class: ClassVar[type[ModelConfig]] = ConvConfig
    config: ConvConfig

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        assert isinstance(config, ConvConfig)
        return cls(config)

    def __init__(self, config: ConvConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = _Encoder(config)
        self._add_latent(config.hidden)
        self.decoder = _Decoder(config)
        self._add_likelihood()

    def encode(self, batch: Tensor) -> Posterior:
        maps = batch[:, None] if self.config.image_channels == 1 else batch.movedim(-1, 1)
        return self._posterior(self.encoder(maps))

    def _draw(self, z: Tensor) -> Tensor:
        maps: Tensor = self.decoder(z)
        return maps[:, 0] if self.config.image_channels == 1 else maps.movedim(1, -1)

    def _start_at(self, pixels: Tensor) -> None:
        colours = pixels.reshape(-1, self.config.image_channels).mean(dim=0)
        self.decoder.start_at(self._as_drawn(colours))


class _Encoder(nn.Module):
    """Maps (batch, colours, height, width) → features (batch, hidden)."""

    def __init__(self, config: ConvConfig) -> None:
        super().__init__()
        halved = len(config.sizes) > 1
        stages: list[nn.Module] = []
        before = config.image_channels
        for channels in config.channels:
            stages.append(nn.Conv2d(before, channels, 3, stride=2 if halved else 1, padding=1))
            stages += [Block(channels, config) for _ in range(config.depth)]
            before = channels
        self.stages = nn.Sequential(*stages, _norm(before, config), nn.SiLU())
        height, width = config.sizes[-1]
        self.dense = nn.Sequential(
            nn.Flatten(), nn.Linear(before * height * width, config.hidden), nn.SiLU()
        )

    def forward(self, maps: Tensor) -> Tensor:
        # The fast order of convolutions on CPUs.
        maps = (maps * 2 - 1).contiguous(memory_format=torch.channels_last)
        features: Tensor = self.dense(self.stages(maps))
        return features


class _Decoder(nn.Module):
    """z (batch, latent_dim) → maps (batch, colours, height, width)."""

    def __init__(self, config: ConvConfig) -> None:
        super().__init__()
        channels, (height, width) = config.channels[::-1], config.sizes[-1]
        self.smallest = (channels[0], height, width)
        self.dense = nn.Sequential(
            nn.Linear(config.latent_dim, config.hidden),
            nn.SiLU(),
            nn.Linear(config.hidden, config.hidden),
            nn.SiLU(),
            nn.Linear(config.hidden, channels[0] * height * width),
        )
        stages: list[nn.Module] = []
        for stage, before in enumerate(channels):
            stages += [Block(before, config) for _ in range(config.depth)]
            stages += [_norm(before, config), nn.SiLU()]
            after = [*channels[1:], config.image_channels][stage]
            if len(config.sizes) > 1:
                # The blocks that follow join neighbours; the last one has none to follow.
                reach = 3 if stage == len(channels) - 1 else 1
                stages.append(Enlarge(before, after, config.sizes[-2 - stage], reach))
            else:
                stages.append(nn.Conv2d(before, after, 3, padding=1))
        self.stages = nn.Sequential(*stages)

    def start_at(self, colours: Tensor) -> None:
        """A convolution is the same everywhere: it can start at one value (colours,) of each."""
        last = self.stages[-1]
        bias = (last.convolution if isinstance(last, Enlarge) else last).get_parameter("bias")
        bias.copy_(colours.repeat_interleave(len(bias) // len(colours)))

    def forward(self, z: Tensor) -> Tensor:
        maps = self.dense(z).view(len(z), *self.smallest)
        drawn: Tensor = self.stages(maps.contiguous(memory_format=torch.channels_last))
        return drawn


class Block(nn.Module):
    """x + convolutions of x, normalised first (He et al. 2016); near the identity at first."""

    def __init__(self, channels: int, config: ConvConfig) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _norm(channels, config),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 1),
        )
        self.gain = nn.Parameter(torch.full((channels, 1, 1), 0.3))

    def forward(self, maps: Tensor) -> Tensor:
        changed: Tensor = maps + self.gain * self.layers(maps)
        return changed


class Enlarge(nn.Module):
    """Four numbers a place become a square of four (Shi et al. 2016), cropped to ``size``."""

    def __init__(self, before: int, after: int, size: tuple[int, int], reach: int) -> None:
        super().__init__()
        self.size = size
        self.convolution = nn.Conv2d(before, 4 * after, reach, padding=reach // 2)

    def forward(self, maps: Tensor) -> Tensor:
        height, width = self.size
        return F.pixel_shuffle(self.convolution(maps), 2)[..., :height, :width]


def _norm(channels: int, config: ConvConfig) -> nn.Module:
    if config.norm == "none":
        return nn.Identity()
    return nn.GroupNorm(max(1, channels // _GROUP) if channels % _GROUP == 0 else 1, channels)
