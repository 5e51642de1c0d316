"""What models of sentences share: tokens in, likelihoods of tokens, and texts written from z."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config import ConfigError, ModelConfig, check_range, check_whole
from vae_core.data.dataset import Modality
from vae_core.data.tokenizer import BOS, EOS, PAD, UNK, Tokenizer
from vae_core.models.base import VAE, fitting_tokenizer, measuring
from vae_core.models.output_layer import token_log_likelihood

MAX_TEMPERATURE = 100.0
# Texts written at a time: the logits of each step are (texts, vocabulary).
_WRITTEN_AT_ONCE = 512


@dataclass(frozen=True)
class SentenceConfig(ModelConfig):
    """What every model of sentences has.

    ``max_tokens`` is the longest sentence, BOS and EOS not counted; ``embedding`` the width of a
    word. ``word_dropout`` replaces decoder inputs by <unk> while training, so that the decoder
    needs z (Bowman et al. 2016).
    """

    latent_dim: int = 16
    vocabulary_size: int = 10_000
    embedding: int = 128
    dropout: float = field(default=0.1, kw_only=True)
    word_dropout: float = field(default=0.3, kw_only=True)
    max_tokens: int = field(default=32, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("vocabulary_size", self.vocabulary_size, UNK + 1, 1_000_000)
        check_whole("embedding", self.embedding, 1, 8192)
        check_range("dropout", self.dropout, 0.0, 0.95)
        check_range("word_dropout", self.word_dropout, 0.0, 1.0)
        check_whole("max_tokens", self.max_tokens, 1, 4096)
        if self.prior == "vamp":
            raise ConfigError(
                f"prior must be normal or mixture for the model {self.family}, but is 'vamp': that "
                "prior learns items, and words cannot be learned so."
            )


class SentenceVAE(VAE):
    """Batches are int64 (batch, length): BOS, tokens, EOS, PAD …; likelihoods are per sentence.

    A family offers ``encode``; ``_features``, the decoder over whole sentences; and the same step
    by step, ``_start`` and ``_step``. The decoder only ever knows the tokens before the one it
    predicts: ``_features`` is causal in every family, without a setting for it.
    """

    modality: ClassVar[Modality] = "sentences"
    decoder_parts: ClassVar[tuple[str, ...]] = ("output_bias", "to_embedding")
    config: SentenceConfig

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        assert isinstance(config, SentenceConfig)
        tokenizer = fitting_tokenizer(config, config.vocabulary_size, tokenizer)
        return cls(config, tokenizer)

    def __init__(self, config: SentenceConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config = config
        self.tokenizer = tokenizer
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=config.embedding**-0.5)
        self.dropout = nn.Dropout(config.dropout)

    @abstractmethod
    def _features(self, inputs: Tensor, z: Tensor) -> Tensor:
        """The decoder's states (batch, length, width) after each of ``inputs`` (batch, length)."""

    @abstractmethod
    def _start(self, z: Tensor) -> Any:
        """The decoder's memory before the first token, at z (batch, latent_dim)."""

    @abstractmethod
    def _step(self, token: Tensor, z: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """The state (batch, width) after one more token (batch,), and the memory then."""

    def log_likelihood(self, batch: Tensor, z: Tensor) -> Tensor:
        return self.token_log_likelihoods(batch, z).sum(dim=1)

    def token_log_likelihoods(self, batch: Tensor, z: Tensor) -> Tensor:
        """log p(token | tokens before, z) of every token after BOS: (batch, length − 1), nats.

        Padding has 0.
        """
        inputs, targets = batch[:, :-1], batch[:, 1:]
        states = self._features(self._with_words_dropped(inputs), z)
        inside = targets != PAD
        # Only real tokens reach the output layer, which is the dearest one.
        features = self._to_output(states[inside], z[inside.nonzero()[:, 0]])
        found = token_log_likelihood(
            features, self.embedding.weight, self.output_bias, targets[inside]
        )
        return torch.zeros(targets.shape, device=z.device).index_put((inside,), found)

    def decode(self, z: Tensor) -> list[str]:
        """Greedy texts at z (batch, latent_dim); <unk> is never written."""
        return self.generate(z)

    def generate(
        self,
        z: Tensor,
        *,
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> list[str]:
        """Texts at z (batch, latent_dim); <unk> is never written.

        At temperature 0 each token is the likeliest; above, it is drawn from p^(1/temperature).
        The generator must be of the model's device. Raises ConfigError for a bad temperature.
        """
        check_range("temperature", temperature, 0.0, MAX_TEMPERATURE)
        with measuring(self):
            parts = [
                self._write(part, temperature, generator).tolist()
                for part in torch.split(z.to(self.device), _WRITTEN_AT_ONCE)
            ]
        return [self.tokenizer.decode(_until_end(row)) for part in parts for row in part]

    def _write(self, z: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
        """Token rows (batch, at most max_tokens), PAD after EOS."""
        memory = self._start(z)
        token = torch.full((len(z),), BOS, device=z.device)
        ended = torch.zeros(len(z), dtype=torch.bool, device=z.device)
        written = []
        for _ in range(self.config.max_tokens):
            state, memory = self._step(token, z, memory)
            features = self._to_output(state, z)
            logits = F.linear(features, self.embedding.weight, self.output_bias).float()
            logits[:, [PAD, BOS, UNK]] = float("-inf")
            token = torch.where(ended, PAD, _choose(logits, temperature, generator))
            ended = ended | (token == EOS)
            written.append(token)
            if bool(ended.all()):
                break
        return torch.stack(written, dim=1)

    def _add_output(self, width: int) -> None:
        """The output layer on states (…, width) and z, tied to the embedding.

        The skip from z is of Dieng et al. 2019.
        """
        config = self.config
        self.to_embedding = nn.Linear(width + config.latent_dim, config.embedding)
        self.output_bias = nn.Parameter(torch.zeros(config.vocabulary_size))

    def _to_output(self, states: Tensor, z: Tensor) -> Tensor:
        """What the tied output layer takes: (tokens, embedding)."""
        features: Tensor = self.dropout(self.to_embedding(torch.cat([states, z], dim=-1)))
        return features

    def _with_words_dropped(self, inputs: Tensor) -> Tensor:
        if not self.training or self.config.word_dropout == 0:
            return inputs
        dropped = torch.rand(inputs.shape, device=inputs.device) < self.config.word_dropout
        return torch.where(dropped & (inputs != BOS) & (inputs != PAD), UNK, inputs)


def _choose(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    if temperature == 0:
        return logits.argmax(dim=-1)
    # In double precision a temperature near 0 does not overflow.
    shares = torch.softmax(logits.double() / temperature, dim=-1)
    return torch.multinomial(shares, 1, generator=generator)[:, 0]


def _until_end(row: list[int]) -> list[int]:
    return row[: row.index(EOS)] if EOS in row else row
