"""Encoder and decoder of each modality as modules of tensors alone, fit to become ONNX graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.data.tokenizer import BOS, EOS, PAD
from vae_core.models import (
    VAE,
    BagOfWordsVAE,
    ImageVAE,
    SentenceVAE,
    TransformerVAE,
)
from vae_core.models.writing import NEVER_WRITTEN


class Encoder(nn.Module):
    """A batch as ``VAE.encode`` takes it → mean and log variance, (batch, latent_dim) each."""

    def __init__(self, model: VAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.model.encode(batch)
        return mean.float(), log_variance.float()


class PictureDecoder(nn.Module):
    """z → mean ink of every pixel in [0, 1], (batch, height, width[, colours])."""

    def __init__(self, model: ImageVAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor) -> Tensor:
        drawn = self.model._draw(z).float()
        logistic = self.model.config.likelihood == "logistic"
        return drawn.clamp(0, 1) if logistic else torch.sigmoid(drawn)


class WordDecoder(nn.Module):
    """z → the probability of every word of the vocabulary, (batch, words)."""

    def __init__(self, model: BagOfWordsVAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor) -> Tensor:
        return self.model._logits(z).float().softmax(dim=1)


class Writer(nn.Module):
    """z → the greedy text: token numbers and the probability of each, (batch, max_tokens).

    PAD and 0 after the end. As ``SentenceVAE._write``, but every text goes on to the last step, so
    that no shape depends on what is written.
    """

    def __init__(self, model: SentenceVAE) -> None:
        super().__init__()
        self.model = model
        self.never: Tensor
        never = torch.zeros(model.config.vocabulary_size)
        never[list(NEVER_WRITTEN)] = float("-inf")
        self.register_buffer("never", never)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        scan = _scan()
        model = self.model

        def step(carried: Any, place: Tensor) -> tuple[Any, tuple[Tensor, Tensor]]:
            token, ended, memory = carried
            state, memory = self._step(token, z, memory, place)
            features = model._to_output(state, z)
            logits = F.linear(features, model.embedding.weight, model.output_bias).float()
            share = logits.softmax(dim=1)
            token = torch.where(ended, PAD, (logits + self.never).argmax(dim=1))
            found = torch.where(ended, 0.0, share.gather(1, token[:, None])[:, 0])
            return (token, ended | (token == EOS), memory), (token.clone(), found)

        first = torch.full_like(z[:, 0], BOS, dtype=torch.int64)
        start = (first, torch.zeros_like(first, dtype=torch.bool), self._start(z))
        places = torch.arange(model.config.max_tokens, device=z.device)
        _, (tokens, shares) = scan(step, start, places)
        return tokens.T, shares.T

    def _start(self, z: Tensor) -> tuple[Tensor, ...]:
        memory = self.model._start(z)
        return (memory,) if isinstance(memory, Tensor) else tuple(memory)

    def _step(
        self, token: Tensor, z: Tensor, memory: tuple[Tensor, ...], place: Tensor
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """One more token; a memory of tensors that keep their shapes."""
        state, after = self.model._step(token, z, memory[0] if len(memory) == 1 else memory)
        return state, (after,) if isinstance(after, Tensor) else tuple(after)


class TransformerWriter(Writer):
    """The same of the transformer, whose memory grows: here it has all its places from the start.

    Keys and values of every layer, (batch, heads, max_tokens + 1, width of a head); z has place 0.
    """

    model: TransformerVAE

    def _start(self, z: Tensor) -> tuple[Tensor, ...]:
        keys, values = self.model._start(z)
        room = self.model.config.max_tokens
        return tuple(F.pad(part, (0, 0, 0, room)) for part in (*keys, *values))

    def _step(
        self, token: Tensor, z: Tensor, memory: tuple[Tensor, ...], place: Tensor
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        model, layers = self.model, len(memory) // 2
        at = torch.arange(model.config.max_tokens + 1, device=z.device)
        here, seen = (at == place + 1)[:, None], (at <= place + 1)[None, None, None]
        states = model._words(token[:, None]) + model.decoder_positions(place)
        states = states + model.latent_to_words(z)[:, None]
        keys, values = list(memory[:layers]), list(memory[layers:])
        for layer, block in enumerate(model.decoder):
            query, key, value = block._split(states)
            keys[layer] = torch.where(here, key, keys[layer])
            values[layer] = torch.where(here, value, values[layer])
            attended = F.scaled_dot_product_attention(query, keys[layer], values[layer], seen)
            states = block._add(states, attended)
        return model.decoder_norm(states[:, 0]), (*keys, *values)


def decoder_of(model: VAE) -> nn.Module:
    """The decoder of a model of any modality."""
    if isinstance(model, ImageVAE):
        return PictureDecoder(model)
    if isinstance(model, BagOfWordsVAE):
        return WordDecoder(model)
    if isinstance(model, TransformerVAE):
        return TransformerWriter(model)
    assert isinstance(model, SentenceVAE)
    return Writer(model)


def _scan() -> Callable[..., Any]:
    """A loop that ONNX has too, so that a text of 500 tokens is no graph of 500 steps.

    torch has it under this name only.
    """
    from torch._higher_order_ops.scan import scan

    found: Callable[..., Any] = scan
    return found
