"""Items held as tensors on the device, batched by index: no per-item loader in the way."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from vae_core.config import TrainConfig
from vae_core.data.token_rows import TokenRows, token_rows
from vae_core.data.tokenizer import EOS, PAD, UNK

# Sentences are sorted by length within this many batches, then the batches are shuffled:
# little padding, and still a different mix every epoch.
_POOL_BATCHES = 64
_BINARISATION_SEED = 0
_COUNTED_AT_ONCE = 4096


class ItemTensors(ABC):
    """All items of a data set on one device."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def batch(self, indices: Tensor) -> Tensor:
        """The items at ``indices`` (batch,), int64 on any device, as the model takes them."""

    def training_batch(
        self, indices: Tensor, config: TrainConfig, generator: torch.Generator
    ) -> Tensor:
        """The items at ``indices`` with what training draws anew each time; else as ``batch``."""
        return self.batch(indices)

    @abstractmethod
    def part(self, indices: Tensor) -> Self:
        """The items at ``indices`` (n,) as a set of their own, in that order."""

    def batches(self, batch_size: int, generator: torch.Generator) -> list[Tensor]:
        """Index tensors that visit every item once, in a random order.

        Each has ``batch_size`` entries, the last one fewer, but never 1 where it can join another:
        layers that normalise over the batch need two.
        """
        return _split(torch.randperm(len(self), generator=generator), batch_size)

    def in_order(self, batch_size: int) -> Iterator[Tensor]:
        """Index tensors (≤ batch_size,) that visit every item once, in item order."""
        yield from torch.split(torch.arange(len(self)), batch_size)


def _split(indices: Tensor, batch_size: int) -> list[Tensor]:
    parts = list(torch.split(indices, batch_size))
    if len(parts) > 1 and len(parts[-1]) == 1 < batch_size:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


class ImageTensors(ItemTensors):
    """Pictures; a batch is float32 (batch, height, width[, channels]) in [0, 1].

    ``binarisation`` "static" draws each pixel once, black or white with its ink as probability
    (Salakhutdinov & Murray 2008); "dynamic" draws it anew for each training batch, and ``batch``
    gives the one fixed draw, so that measurements repeat. "none" keeps the grey.
    """

    def __init__(
        self, images: npt.NDArray[np.uint8], device: torch.device, binarisation: str = "none"
    ) -> None:
        super().__init__(device)
        self.binarisation = binarisation
        self._images = torch.from_numpy(np.array(images, order="C")).to(device)
        self._fixed: Tensor | None = None
        if binarisation != "none":
            generator = torch.Generator().manual_seed(_BINARISATION_SEED)
            parts = [_bernoulli(part.cpu().float() / 255, generator).to(torch.uint8)
                     for part in torch.split(self._images, 4096)]  # fmt: skip
            self._fixed = torch.cat(parts).to(device) if parts else self._images

    def __len__(self) -> int:
        return len(self._images)

    def part(self, indices: Tensor) -> Self:
        # Not through the constructor: an item keeps the draw it has.
        chosen = type(self).__new__(type(self))
        ItemTensors.__init__(chosen, self.device)
        indices = indices.to(self.device)
        chosen.binarisation = self.binarisation
        chosen._images = self._images[indices]
        chosen._fixed = None if self._fixed is None else self._fixed[indices]
        return chosen

    def batch(self, indices: Tensor) -> Tensor:
        indices = indices.to(self.device)
        if self._fixed is not None:
            return self._fixed.index_select(0, indices).float()
        return self._images.index_select(0, indices) / 255

    def average(self) -> Tensor:
        """The mean picture, float32 (height, width[, channels]); before any binarisation."""
        total = torch.zeros(self._images.shape[1:], dtype=torch.float64, device=self.device)
        for part in torch.split(self._images, 4096):
            total += part.sum(dim=0)
        return (total / (255 * len(self))).float()

    def training_batch(
        self, indices: Tensor, config: TrainConfig, generator: torch.Generator
    ) -> Tensor:
        moves = config.augment_shift > 0 or config.augment_rotation > 0
        if self.binarisation == "static" or (self.binarisation == "none" and not moves):
            return self.batch(indices)
        pictures = self._images.index_select(0, indices.to(self.device)) / 255
        if moves:
            pictures = augment(pictures, config.augment_shift, config.augment_rotation, generator)
        return _bernoulli(pictures, generator) if self.binarisation == "dynamic" else pictures


def _bernoulli(probability: Tensor, generator: torch.Generator) -> Tensor:
    draws = torch.empty_like(probability).uniform_(generator=generator)
    return (draws < probability).float()


def augment(pictures: Tensor, shift: float, rotation: float, generator: torch.Generator) -> Tensor:
    """Pictures (batch, height, width[, channels]), each moved and turned by its own random amount.

    Up to ``shift`` pixels in each direction and ``rotation`` degrees either way, evenly drawn;
    what comes in from outside is 0.
    """
    height, width = pictures.shape[1:3]
    draws = torch.empty(len(pictures), 3, device=pictures.device).uniform_(
        -1, 1, generator=generator
    )
    angle = draws[:, 0] * math.radians(rotation)
    # affine_grid counts in half widths and half heights; the ratio keeps a turn a turn.
    cosine, sine, ratio = angle.cos(), angle.sin(), height / width
    rows = [
        torch.stack([cosine, -sine * ratio, draws[:, 1] * 2 * shift / width], dim=1),
        torch.stack([sine / ratio, cosine, draws[:, 2] * 2 * shift / height], dim=1),
    ]
    planes = pictures.reshape(len(pictures), height, width, -1).permute(0, 3, 1, 2)
    grid = F.affine_grid(torch.stack(rows, dim=1), list(planes.shape), align_corners=False)
    moved = F.grid_sample(planes, grid, align_corners=False)
    return moved.permute(0, 2, 3, 1).reshape(pictures.shape).clamp(0, 1)


class SentenceTensors(ItemTensors):
    """Token rows; a batch is int64 (batch, longest), PAD at the end."""

    def __init__(self, rows: TokenRows | Sequence[Sequence[int]], device: torch.device) -> None:
        super().__init__(device)
        stored = rows if isinstance(rows, TokenRows) else token_rows([rows])
        self.lengths = stored.lengths.cpu()
        self._rows = stored.to(device)

    def __len__(self) -> int:
        return len(self.lengths)

    def part(self, indices: Tensor) -> Self:
        return type(self)(self._rows.part(indices), self.device)

    def batch(self, indices: Tensor) -> Tensor:
        rows, longest = self._rows, int(self.lengths[indices.cpu()].max())
        indices = indices.to(self.device)
        at = torch.arange(longest, device=self.device)
        inside = at < rows.lengths[indices, None]
        places = (rows.starts[indices, None] + at).clamp(max=len(rows.tokens) - 1)
        return torch.where(inside, rows.tokens[places].long(), PAD)

    @property
    def cut(self) -> int:
        """How many texts are longer than the limit: these rows have no end mark."""
        ends = self._rows.starts + self._rows.lengths - 1
        return int((self._rows.tokens[ends] != EOS).sum()) if len(self) else 0

    @property
    def unknown(self) -> int:
        """How many tokens stand for a word that is not in the vocabulary."""
        return sum(int((self.batch(rows) == UNK).sum()) for rows in self.in_order(_COUNTED_AT_ONCE))

    def batches(self, batch_size: int, generator: torch.Generator) -> list[Tensor]:
        found: list[Tensor] = []
        for pool in super().batches(batch_size * _POOL_BATCHES, generator):
            by_length = pool[torch.argsort(self.lengths[pool], stable=True)]
            found.extend(_split(by_length, batch_size))
        order = torch.randperm(len(found), generator=generator).tolist()
        return [found[number] for number in order]
