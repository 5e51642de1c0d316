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
from vae_core.models.writing import Chooser, TokenText, checked_temperatures, token_text

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
    by step, ``_start``, ``_step`` and ``_kept``. The decoder only ever knows the tokens before the
    one it predicts: ``_features`` is causal in every family, without a setting for it.
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
    def _kept(self, memory: Any, rows: Tensor) -> Any:
        """The memory of the texts ``rows`` (n,) alone."""

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
        temperature: float | Tensor = 0.0,
        generator: torch.Generator | None = None,
    ) -> list[str]:
        """Texts at z (batch, latent_dim); <unk> is never written.

        At temperature 0 each token is the likeliest; above, it is drawn from p^(1/temperature).
        A tensor (batch,) has a temperature for each text. The generator must be of the model's
        device. Raises ConfigError for a bad temperature.
        """
        rows = self._written(z, temperature, generator, with_shares=False)
        return [self.tokenizer.decode(tokens) for tokens, _ in rows]

    def decode_tokens(
        self,
        z: Tensor,
        temperature: float | Tensor = 0.0,
        generator: torch.Generator | None = None,
    ) -> list[TokenText]:
        """As ``generate``, with the tokens of each text and p(token | tokens before, z).

        The probability is the model's own, whatever the temperature. The end has no token.
        """
        rows = self._written(z, temperature, generator, with_shares=True)
        return [token_text(self.tokenizer, tokens, shares) for tokens, shares in rows]

    def _written(
        self,
        z: Tensor,
        temperature: float | Tensor,
        generator: torch.Generator | None,
        with_shares: bool,
    ) -> list[tuple[list[int], list[float]]]:
        """The tokens before EOS of each text, and their probabilities."""
        temperatures = checked_temperatures(temperature, len(z)).to(self.device)
        z = z.to(self.device)
        rows: list[tuple[list[int], list[float]]] = []
        with measuring(self):
            for part in torch.split(torch.arange(len(z), device=self.device), _WRITTEN_AT_ONCE):
                chooser = Chooser(temperatures[part], generator)
                tokens, shares = self._write(z[part], chooser, with_shares)
                written = zip(tokens.tolist(), shares.tolist(), strict=True)
                rows += [(_until_end(row), of_row) for row, of_row in written]
        return rows

    def _write(self, z: Tensor, chooser: Chooser, with_shares: bool) -> tuple[Tensor, Tensor]:
        """Tokens (batch, max_tokens), PAD after EOS, and the probability of each, else 0."""
        size = (len(z), self.config.max_tokens)
        tokens = torch.full(size, PAD, device=z.device)
        shares = torch.zeros(size, device=z.device)
        memory = self._start(z)
        token = torch.full((len(z),), BOS, device=z.device)
        rows = torch.arange(len(z), device=z.device)
        for place in range(self.config.max_tokens):
            state, memory = self._step(token, z, memory)
            features = self._to_output(state, z)
            logits = F.linear(features, self.embedding.weight, self.output_bias).float()
            token, chosen = chooser.choose(logits, rows, with_shares)
            tokens[rows, place] = token
            if chosen is not None:
                shares[rows, place] = chosen
            # Texts that have ended cost nothing from here on.
            going = (token != EOS).nonzero()[:, 0]
            if len(going) == 0:
                break
            if len(going) < len(rows):
                rows, token, z = rows[going], token[going], z[going]
                memory = self._kept(memory, going)
        return tokens, shares

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


def _until_end(row: list[int]) -> list[int]:
    return row[: row.index(EOS)] if EOS in row else row
