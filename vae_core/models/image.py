"""What models of pictures share: size and colours, and the probability of pixels."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config import ConfigError, ModelConfig, check_choice, check_whole
from vae_core.data.dataset import Modality
from vae_core.data.tensors import ImageTensors, ItemTensors
from vae_core.models.base import VAE, Items, measuring

BINARISATIONS = ("none", "static", "dynamic")
LIKELIHOODS = ("bernoulli", "logistic")
LEVELS = 256
MAX_CHANNELS = 64
_LEAST_INK = 0.001  # a pixel that is always white in training may not be so elsewhere


@dataclass(frozen=True)
class ImageConfig(ModelConfig):
    """What every model of pictures has; size and colours are taken from the data.

    ``binarisation`` of the data: "none" (grey), "static" (drawn once), "dynamic" (each time anew).
    ``likelihood``: "bernoulli", or "logistic" over the 256 levels, for grey and colour pictures.
    """

    image_height: int = 8
    image_width: int = 8
    image_channels: int = field(default=1, kw_only=True)
    binarisation: str = field(default="none", kw_only=True)
    likelihood: str = field(default="bernoulli", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("image_height", self.image_height, 1, 1024)
        check_whole("image_width", self.image_width, 1, 1024)
        check_whole("image_channels", self.image_channels, 1, MAX_CHANNELS)
        check_choice("binarisation", self.binarisation, BINARISATIONS)
        check_choice("likelihood", self.likelihood, LIKELIHOODS)
        if self.likelihood == "logistic" and self.binarisation != "none":
            raise ConfigError(
                "binarisation must be none with the logistic likelihood, which is over 256 levels, "
                f"but is {self.binarisation!r}."
            )
        if self.prior == "vamp" and self.mean_batch_norm > 0:
            raise ConfigError(
                "mean_batch_norm must be 0 with the vamp prior, whose learned items would be "
                f"normalised among themselves, but is {self.mean_batch_norm:g}."
            )

    @property
    def item_shape(self) -> tuple[int, ...]:
        """The shape of one picture: (height, width), with a last axis of colours above one."""
        size = (self.image_height, self.image_width)
        return size if self.image_channels == 1 else (*size, self.image_channels)


class ImageVAE(VAE):
    """Batches are float32 (batch, *item_shape) in [0, 1]. A family offers ``encode`` and ``_draw``.

    A family calls ``_add_likelihood()`` in its constructor.
    """

    modality: ClassVar[Modality] = "images"
    decoder_parts: ClassVar[tuple[str, ...]] = ("decoder", "log_scale")
    config: ImageConfig

    @abstractmethod
    def _draw(self, z: Tensor) -> Tensor:
        """What the decoder says of every pixel at z: (batch, *item_shape).

        Logits of ink for the Bernoulli likelihood, the mean in units of ink for the logistic one.
        """

    @abstractmethod
    def _start_at(self, pixels: Tensor) -> None:
        """Make decodes start near ``pixels``, (*item_shape) in [0, 1], wherever z is."""

    def start_from(self, items: ItemTensors) -> None:
        """Before it knows anything, the decoder draws the mean picture, as in Burda et al.'s code.

        Else it first learns that picture through z, and most dimensions are switched off meanwhile.
        """
        assert isinstance(items, ImageTensors)
        with torch.no_grad():
            self._start_at(items.average())

    def log_likelihood(self, batch: Tensor, z: Tensor) -> Tensor:
        drawn = self._draw(z).float()
        if self.config.likelihood == "logistic":
            pixels = discretised_logistic_log_prob(batch, drawn, self._log_scale())
        else:
            pixels = bernoulli_log_prob(batch, drawn)
        return pixels.flatten(1).sum(dim=1)

    def decode(self, z: Tensor) -> Items:
        with measuring(self):
            drawn = self._draw(z.to(self.device)).float()
        logistic = self.config.likelihood == "logistic"
        pixels = drawn.clamp(0, 1) if logistic else torch.sigmoid(drawn)
        return pixels.cpu().contiguous().numpy()

    def pseudo_item_shape(self) -> tuple[int, ...]:
        return self.config.item_shape

    def _as_drawn(self, pixels: Tensor) -> Tensor:
        """What ``_draw`` says where ``decode`` gives ``pixels``."""
        logistic = self.config.likelihood == "logistic"
        return pixels if logistic else torch.logit(pixels, eps=_LEAST_INK)

    def _add_likelihood(self) -> None:
        if self.config.likelihood == "logistic":
            # A spread of about 1/12 of the range: wide enough that every pixel pulls at first.
            self.log_scale = nn.Parameter(torch.full((self.config.image_channels,), -2.5))

    def _log_scale(self) -> Tensor:
        """As it broadcasts over pictures: of each colour, or of the only one."""
        one = self.config.image_channels == 1
        return self.log_scale.view(()) if one else self.log_scale


def bernoulli_log_prob(pixels: Tensor, logits: Tensor) -> Tensor:
    """x log p + (1 − x) log(1 − p) of every pixel, p = sigmoid(logits), nats; shapes as given.

    For grey x this is no probability of x, but the mean of that of x binarised at random.
    """
    return -F.binary_cross_entropy_with_logits(logits, pixels, reduction="none")


def discretised_logistic_log_prob(pixels: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """log P(level) of every pixel, nats; shapes as given, pixels in [0, 1].

    The logistic distribution, integrated over each of the 256 levels; the first and the last take
    the tails, so the probabilities sum to 1. Kingma et al. 2016, appendix; Salimans et al. 2017.
    """
    level = torch.round(pixels * (LEVELS - 1))
    width = torch.exp(-log_scale) / (LEVELS - 1)
    middle = (level - mean * (LEVELS - 1)) * width
    # σ(a) − σ(b) = σ(a) σ(−b) (1 − exp(b − a)): exact in the tails, where the difference is 0.
    below_top = F.logsigmoid(middle + 0.5 * width)
    above_bottom = F.logsigmoid(0.5 * width - middle)
    inner = below_top + above_bottom + torch.log(-torch.expm1(-width))
    ends = torch.where(level < 0.5, below_top, above_bottom)
    return torch.where((level < 0.5) | (level > LEVELS - 1.5), ends, inner)
