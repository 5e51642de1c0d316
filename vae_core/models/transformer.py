"""A sentence VAE of transformers: z in every embedding, in every layer's memory and the output.

After Li et al. 2020 (Optimus); blocks normalised first, as in Radford et al. 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config import ConfigError, ModelConfig, check_whole
from vae_core.data.dataset import DataError
from vae_core.data.tokenizer import PAD, Tokenizer
from vae_core.models.base import Posterior
from vae_core.models.sentence import SentenceConfig, SentenceVAE

_FEED_FORWARD = 4


@dataclass(frozen=True)
class TransformerConfig(SentenceConfig):
    """Sizes of the transformer; ``embedding`` is the width of words and of every layer."""

    family: ClassVar[str] = "transformer"

    encoder_layers: int = field(default=1, kw_only=True)
    decoder_layers: int = field(default=2, kw_only=True)
    heads: int = field(default=4, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("encoder_layers", self.encoder_layers, 1, 64)
        check_whole("decoder_layers", self.decoder_layers, 1, 64)
        check_whole("heads", self.heads, 1, 256)
        if self.embedding % self.heads:
            raise ConfigError(
                f"embedding must be a multiple of heads, {self.heads}, but is {self.embedding}."
            )


class _Memory(NamedTuple):
    """What the decoder remembers while it writes: keys and values of each layer, z's at first."""

    keys: list[Tensor]
    values: list[Tensor]


class TransformerVAE(SentenceVAE):
    """Attention reads the sentence as a whole; causal attention writes it word by word."""

    config_class: ClassVar[type[ModelConfig]] = TransformerConfig
    decoder_parts: ClassVar[tuple[str, ...]] = (
        *SentenceVAE.decoder_parts, "decoder", "decoder_positions", "decoder_norm",
        "latent_to_words", "latent_to_memory",
    )  # fmt: skip
    config: TransformerConfig

    def __init__(self, config: TransformerConfig, tokenizer: Tokenizer) -> None:
        super().__init__(config, tokenizer)
        width, layers = config.embedding, config.decoder_layers
        self.encoder_positions = _positions(config)
        self.encoder = _Blocks(config, config.encoder_layers)
        self.encoder_norm = nn.LayerNorm(width)
        self.pool = nn.Linear(width, config.heads)
        self._add_latent(width)
        self.decoder_positions = _positions(config)
        self.latent_to_words = nn.Linear(config.latent_dim, width)
        self.latent_to_memory = nn.Linear(config.latent_dim, layers * 2 * width)
        self.decoder = _Blocks(config, layers)
        self.decoder_norm = nn.LayerNorm(width)
        self._add_output(width)

    def encode(self, batch: Tensor) -> Posterior:
        tokens = batch[:, 1:]
        inside = tokens != PAD
        states = self.dropout(self._words(tokens) + self._places(self.encoder_positions, tokens))
        for block in self.encoder:
            states = block(states, inside[:, None, None])
        states = self.encoder_norm(states)
        return self._posterior(self._pooled(states, inside))

    def _pooled(self, states: Tensor, inside: Tensor) -> Tensor:
        """Means over the tokens, each head weighing its share of the width: (batch, width)."""
        weights = self.pool(states).float().masked_fill(~inside[..., None], float("-inf"))
        shares = states.view(*weights.shape, states.shape[-1] // weights.shape[-1])
        pooled: Tensor = (weights.softmax(dim=1)[..., None] * shares).sum(dim=1)
        return pooled.flatten(1)

    def _features(self, inputs: Tensor, z: Tensor) -> Tensor:
        memory = self._start(z)
        states = self._words(inputs) + self._places(self.decoder_positions, inputs)
        states = self.dropout(states + self.latent_to_words(z)[:, None])
        for block, key, value in zip(self.decoder, *memory, strict=True):
            states = block.causal(states, key, value)
        normalised: Tensor = self.decoder_norm(states)
        return normalised

    def _start(self, z: Tensor) -> _Memory:
        config = self.config
        shape = (config.decoder_layers, 2, config.heads, 1, config.embedding // config.heads)
        # (batch, layers, key and value, heads, one place, width of a head)
        of_z = self.latent_to_memory(z).view(len(z), *shape)
        return _Memory(*([part[:, which] for part in of_z.unbind(1)] for which in (0, 1)))

    def _kept(self, memory: _Memory, rows: Tensor) -> _Memory:
        return _Memory(*([layer[rows] for layer in part] for part in memory))

    def _step(self, token: Tensor, z: Tensor, memory: _Memory) -> tuple[Tensor, _Memory]:
        place = memory.keys[0].shape[2] - 1  # z has the first
        states = self._words(token[:, None]) + self.decoder_positions.weight[place]
        states = states + self.latent_to_words(z)[:, None]
        after = _Memory([], [])
        for block, key, value in zip(self.decoder, *memory, strict=True):
            states, key, value = block.step(states, key, value)
            after.keys.append(key)
            after.values.append(value)
        return self.decoder_norm(states[:, 0]), after

    def _words(self, tokens: Tensor) -> Tensor:
        # Back to unit size: the table is small, for the output layer's sake.
        words: Tensor = self.embedding(tokens) * self.config.embedding**0.5
        return words

    def _places(self, positions: nn.Embedding, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        if length > positions.num_embeddings:
            raise DataError(
                f"This model takes sentences of at most {self.config.max_tokens} tokens, but one "
                f"of {length - 1} came; cut it."
            )
        return positions.weight[:length]


class _Block(nn.Module):
    """Attention, then a feed-forward layer, each added to what comes in (batch, length, width)."""

    def __init__(self, config: TransformerConfig, layers: int) -> None:
        super().__init__()
        width = config.embedding
        self.shape = (config.heads, width // config.heads)
        self.attention_norm = nn.LayerNorm(width)
        self.to_heads = nn.Linear(width, 3 * width)
        self.from_heads = nn.Linear(width, width)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, _FEED_FORWARD * width),
            nn.GELU(),
            nn.Linear(_FEED_FORWARD * width, width),
            nn.Dropout(config.dropout),
        )
        self.dropout = nn.Dropout(config.dropout)
        # So that the sum over the layers starts at the size of one (Radford et al. 2019).
        with torch.no_grad():
            for last in ("from_heads.weight", "feed_forward.3.weight"):
                self.get_parameter(last).mul_((2 * layers) ** -0.5)

    def forward(self, states: Tensor, seen: Tensor) -> Tensor:
        """Every place sees those that ``seen`` (batch, 1, 1, length) marks."""
        query, key, value = self._split(states)
        return self._add(states, F.scaled_dot_product_attention(query, key, value, seen))

    def causal(self, states: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Every place sees ``key`` (batch, heads, 1, width of a head), those before, and itself."""
        query, keys, values = self._split(states)
        # The memory asks too, and its answer is dropped: so query and key have the same places,
        # and "causal" needs no mask.
        attended = F.scaled_dot_product_attention(
            torch.cat([torch.zeros_like(key), query], dim=2),
            torch.cat([key, keys], dim=2),
            torch.cat([value, values], dim=2),
            is_causal=True,
        )
        return self._add(states, attended[:, :, 1:])

    def step(self, states: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """One more place (batch, 1, width) after those of ``key`` and ``value``; all of them."""
        query, new_key, new_value = self._split(states)
        keys, values = torch.cat([key, new_key], dim=2), torch.cat([value, new_value], dim=2)
        attended = F.scaled_dot_product_attention(query, keys, values)
        return self._add(states, attended), keys, values

    def _split(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Query, key and value, (batch, heads, length, width of a head) each."""
        made = self.to_heads(self.attention_norm(states)).view(*states.shape[:2], 3, *self.shape)
        query, key, value = made.permute(2, 0, 3, 1, 4)
        return query, key, value

    def _add(self, states: Tensor, attended: Tensor) -> Tensor:
        joined = attended.transpose(1, 2).flatten(2)
        states = states + self.dropout(self.from_heads(joined))
        added: Tensor = states + self.feed_forward(states)
        return added


class _Blocks(nn.ModuleList):
    def __init__(self, config: TransformerConfig, layers: int) -> None:
        super().__init__(_Block(config, layers) for _ in range(layers))

    def __iter__(self) -> Iterator[_Block]:
        return cast("Iterator[_Block]", super().__iter__())


def _positions(config: TransformerConfig) -> nn.Embedding:
    """A vector for each place of a sentence with its BOS or its EOS."""
    table = nn.Embedding(config.max_tokens + 1, config.embedding)
    nn.init.normal_(table.weight, std=0.3)
    return table
