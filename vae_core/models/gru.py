"""A sentence VAE with GRUs: max-pooled bidirectional encoder, z into every step and the output.

After Bowman et al. 2016; the skip from z to the output layer follows Dieng et al. 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config import ConfigError, ModelConfig, check_range, check_whole
from vae_core.data.dataset import Modality
from vae_core.data.tokenizer import BOS, EOS, PAD, UNK, Tokenizer
from vae_core.models.base import VAE, Items, Posterior
from vae_core.models.output_layer import token_log_likelihood


@dataclass(frozen=True)
class GruConfig(ModelConfig):
    """Sizes of the GRU model. ``max_tokens`` is the longest sentence, BOS and EOS not counted.

    ``word_dropout`` replaces decoder inputs by <unk> while training, so that the decoder needs z.
    """

    family: ClassVar[str] = "gru"

    latent_dim: int = 16
    vocabulary_size: int = 10_000
    embedding: int = 128
    encoder_hidden: int = 160
    decoder_hidden: int = 320
    dropout: float = 0.1
    word_dropout: float = 0.3
    max_tokens: int = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("vocabulary_size", self.vocabulary_size, UNK + 1, 1_000_000)
        check_whole("embedding", self.embedding, 1, 8192)
        check_whole("encoder_hidden", self.encoder_hidden, 1, 8192)
        check_whole("decoder_hidden", self.decoder_hidden, 1, 8192)
        check_range("dropout", self.dropout, 0.0, 0.95)
        check_range("word_dropout", self.word_dropout, 0.0, 1.0)
        check_whole("max_tokens", self.max_tokens, 1, 4096)


class GruVAE(VAE):
    """Batches are int64 (batch, length): BOS, tokens, EOS, PAD …; likelihoods are per sentence."""

    modality: ClassVar[Modality] = "sentences"
    config_class: ClassVar[type[ModelConfig]] = GruConfig
    decoder_parts: ClassVar[tuple[str, ...]] = (
        "initial_state", "decoder", "to_embedding", "output_bias",
    )

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        assert isinstance(config, GruConfig)
        if tokenizer is None or tokenizer.vocabulary_size != config.vocabulary_size:
            size = "none" if tokenizer is None else f"one of {tokenizer.vocabulary_size}"
            raise ConfigError(
                f"A gru model of {config.vocabulary_size} tokens needs a tokenizer of that many; "
                f"{size} came."
            )
        return cls(config, tokenizer)

    def __init__(self, config: GruConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config: GruConfig = config
        self.tokenizer = tokenizer
        latent, width = config.latent_dim, config.embedding
        self.embedding = nn.Embedding(config.vocabulary_size, width, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.encoder_forward = nn.GRU(width, config.encoder_hidden, batch_first=True)
        self.encoder_backward = nn.GRU(width, config.encoder_hidden, batch_first=True)
        self._add_latent(2 * config.encoder_hidden)
        self.initial_state = nn.Linear(latent, config.decoder_hidden)
        self.decoder = nn.GRU(width + latent, config.decoder_hidden, batch_first=True)
        self.to_embedding = nn.Linear(config.decoder_hidden + latent, width)
        self.output_bias = nn.Parameter(torch.zeros(config.vocabulary_size))
        self.dropout = nn.Dropout(config.dropout)

    def encode(self, batch: Tensor) -> Posterior:
        tokens = batch[:, 1:]
        inside = tokens != PAD
        lengths = inside.sum(dim=1, keepdim=True)
        # Each row is turned round within its own length, so the padding stays behind the words
        # and needs no packing; the order of the states does not matter to the maximum.
        at = torch.arange(tokens.shape[1], device=tokens.device)
        turned = tokens.gather(1, torch.where(inside, lengths - 1 - at, at))
        forward, _ = self.encoder_forward(self.dropout(self.embedding(tokens)))
        backward, _ = self.encoder_backward(self.dropout(self.embedding(turned)))
        states = torch.cat([forward, backward], dim=-1)
        pooled = states.masked_fill(~inside[..., None], float("-inf")).amax(dim=1)
        return self._posterior(pooled)

    def log_likelihood(self, batch: Tensor, z: Tensor) -> Tensor:
        inputs, targets = batch[:, :-1], batch[:, 1:]
        if self.training and self.config.word_dropout > 0:
            dropped = torch.rand(inputs.shape, device=inputs.device) < self.config.word_dropout
            inputs = torch.where(dropped & (inputs != BOS) & (inputs != PAD), UNK, inputs)
        length = inputs.shape[1]
        embedded = self.dropout(self.embedding(inputs))
        steps = torch.cat([embedded, z[:, None].expand(-1, length, -1)], dim=-1)
        states, _ = self.decoder(steps, self._first_state(z))
        inside = targets != PAD
        # Only real tokens reach the output layer, which is the dearest one.
        rows = inside.nonzero()[:, 0]
        features = self._features(states[inside], z[rows])
        log_likelihoods = token_log_likelihood(
            features, self.embedding.weight, self.output_bias, targets[inside]
        )
        return torch.zeros(len(batch), device=z.device).index_add(0, rows, log_likelihoods)

    def _first_state(self, z: Tensor) -> Tensor:
        return torch.tanh(self.initial_state(z))[None]

    def _features(self, states: Tensor, z: Tensor) -> Tensor:
        """What the output layer, tied to the embedding, takes: (tokens, embedding)."""
        features: Tensor = self.dropout(self.to_embedding(torch.cat([states, z], dim=-1)))
        return features

    @torch.no_grad()
    def decode(self, z: Tensor) -> Items:
        """Greedy texts at z (batch, latent_dim); <unk> is never written."""
        z = z.to(self.device)
        was_training = self.training
        self.eval()
        try:
            tokens = self._greedy(z)
        finally:
            self.train(was_training)
        return [self.tokenizer.decode(_until_end(row)) for row in tokens.tolist()]

    def _greedy(self, z: Tensor) -> Tensor:
        state = self._first_state(z)
        token = torch.full((len(z),), BOS, device=z.device)
        ended = torch.zeros(len(z), dtype=torch.bool, device=z.device)
        written = []
        for _ in range(self.config.max_tokens):
            step = torch.cat([self.embedding(token), z], dim=-1)[:, None]
            states, state = self.decoder(step, state)
            features = self._features(states[:, 0], z)
            logits = F.linear(features, self.embedding.weight, self.output_bias)
            logits[:, [PAD, BOS, UNK]] = float("-inf")
            token = torch.where(ended, PAD, logits.argmax(dim=-1))
            ended = ended | (token == EOS)
            written.append(token)
            if bool(ended.all()):
                break
        return torch.stack(written, dim=1)


def _until_end(row: list[int]) -> list[int]:
    return row[: row.index(EOS)] if EOS in row else row
