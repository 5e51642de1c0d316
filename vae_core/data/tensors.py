"""Items held as tensors on the device, batched by index: no per-item loader in the way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vae_core.data.tokenizer import PAD

# Sentences are sorted by length within this many batches, then the batches are shuffled:
# little padding, and still a different mix every epoch.
_POOL_BATCHES = 64


class ItemTensors(ABC):
    """All items of a data set on one device."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def batch(self, indices: Tensor) -> Tensor:
        """The items at ``indices`` (batch,), int64 on any device, as the model takes them."""

    @abstractmethod
    def part(self, indices: Tensor) -> Self:
        """The items at ``indices`` (n,) as a set of their own, in that order."""

    def batches(self, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
        """Index tensors (≤ batch_size,) that visit every item once, in a random order."""
        yield from torch.split(torch.randperm(len(self), generator=generator), batch_size)

    def in_order(self, batch_size: int) -> Iterator[Tensor]:
        """Index tensors (≤ batch_size,) that visit every item once, in item order."""
        yield from torch.split(torch.arange(len(self)), batch_size)


class ImageTensors(ItemTensors):
    """Pictures; a batch is float32 (batch, height, width) in [0, 1]."""

    def __init__(self, images: npt.NDArray[np.uint8], device: torch.device) -> None:
        super().__init__(device)
        self._images = torch.from_numpy(np.array(images, order="C")).to(device)

    def __len__(self) -> int:
        return len(self._images)

    def part(self, indices: Tensor) -> Self:
        return type(self)(self._images[indices.to(self.device)].cpu().numpy(), self.device)

    def batch(self, indices: Tensor) -> Tensor:
        return self._images[indices.to(self.device)].float() / 255


class SentenceTensors(ItemTensors):
    """Token rows, stored end to end; a batch is int64 (batch, longest), PAD at the end."""

    def __init__(self, rows: Sequence[Sequence[int]], device: torch.device) -> None:
        super().__init__(device)
        self._rows = rows
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        flat = np.fromiter((token for row in rows for token in row), dtype=np.int32)
        self.lengths = torch.from_numpy(lengths)
        self._lengths = self.lengths.to(device)
        self._starts = torch.from_numpy(np.cumsum(lengths) - lengths).to(device)
        self._tokens = torch.from_numpy(flat).to(device)

    def __len__(self) -> int:
        return len(self.lengths)

    def part(self, indices: Tensor) -> Self:
        return type(self)([self._rows[i] for i in indices.tolist()], self.device)

    def batch(self, indices: Tensor) -> Tensor:
        longest = int(self.lengths[indices.cpu()].max())
        indices = indices.to(self.device)
        at = torch.arange(longest, device=self.device)
        inside = at < self._lengths[indices, None]
        places = (self._starts[indices, None] + at).clamp(max=len(self._tokens) - 1)
        return torch.where(inside, self._tokens[places].long(), PAD)

    def batches(self, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
        found: list[Tensor] = []
        for pool in super().batches(batch_size * _POOL_BATCHES, generator):
            by_length = pool[torch.argsort(self.lengths[pool], stable=True)]
            found.extend(torch.split(by_length, batch_size))
        for number in torch.randperm(len(found), generator=generator).tolist():
            yield found[number]
