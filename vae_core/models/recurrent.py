"""Sentence VAEs of GRUs and LSTMs: max-pooled both-ways encoder, z into every step and the output.

After Bowman et al. 2016.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from vae_core.config import ModelConfig, check_whole
from vae_core.data.tokenizer import PAD, Tokenizer
from vae_core.models.base import Posterior
from vae_core.models.sentence import SentenceConfig, SentenceVAE


@dataclass(frozen=True)
class RecurrentConfig(SentenceConfig):
    """Sizes of a recurrent model: ``encoder_hidden`` units each way, ``decoder_hidden`` units."""

    encoder_hidden: int = 160
    decoder_hidden: int = 320

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("encoder_hidden", self.encoder_hidden, 1, 8192)
        check_whole("decoder_hidden", self.decoder_hidden, 1, 8192)


@dataclass(frozen=True)
class GruConfig(RecurrentConfig):
    """Sizes of the GRU model."""

    family: ClassVar[str] = "gru"


@dataclass(frozen=True)
class LstmConfig(RecurrentConfig):
    """Sizes of the LSTM model."""

    family: ClassVar[str] = "lstm"


class RecurrentVAE(SentenceVAE):
    """What GRU and LSTM share: all but the cell and the state it starts from."""

    # How many vectors of decoder_hidden the state of the cell has.
    state_vectors: ClassVar[int]
    decoder_parts: ClassVar[tuple[str, ...]] = (
        *SentenceVAE.decoder_parts, "initial_state", "decoder",
    )  # fmt: skip
    config: RecurrentConfig

    def __init__(self, config: RecurrentConfig, tokenizer: Tokenizer) -> None:
        super().__init__(config, tokenizer)
        width, latent, hidden = config.embedding, config.latent_dim, config.decoder_hidden
        self.encoder_forward = self._cell(width, config.encoder_hidden)
        self.encoder_backward = self._cell(width, config.encoder_hidden)
        self._add_latent(2 * config.encoder_hidden)
        self.initial_state = nn.Linear(latent, self.state_vectors * hidden)
        self.decoder = self._cell(width + latent, hidden)
        self._add_output(hidden)

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

    def _features(self, inputs: Tensor, z: Tensor) -> Tensor:
        words = self.dropout(self.embedding(inputs))
        steps = torch.cat([words, z[:, None].expand(-1, inputs.shape[1], -1)], dim=-1)
        states: Tensor = self.decoder(steps, self._start(z))[0]
        return states

    def _start(self, z: Tensor) -> Any:
        return torch.tanh(self.initial_state(z))[None]

    def _step(self, token: Tensor, z: Tensor, memory: Any) -> tuple[Tensor, Any]:
        return self._cell_step(torch.cat([self.embedding(token), z], dim=-1), memory)

    def _kept(self, memory: Any, rows: Tensor) -> Any:
        return memory[:, rows]

    @abstractmethod
    def _cell(self, inputs: int, hidden: int) -> nn.RNNBase:
        """A layer of cells, batch first."""

    @abstractmethod
    def _cell_step(self, step: Tensor, memory: Any) -> tuple[Tensor, Any]:
        """One step of the decoder's cell, which costs less than a sequence of one."""


class GruVAE(RecurrentVAE):
    """Gated recurrent units read the sentence both ways, and write it word by word."""

    config_class: ClassVar[type[ModelConfig]] = GruConfig
    state_vectors: ClassVar[int] = 1
    config: GruConfig

    def _cell(self, inputs: int, hidden: int) -> nn.RNNBase:
        return nn.GRU(inputs, hidden, batch_first=True)

    def _cell_step(self, step: Tensor, memory: Any) -> tuple[Tensor, Any]:
        state = torch.gru_cell(step, memory[0], *self.decoder.all_weights[0])
        return state, state[None]


class LstmVAE(RecurrentVAE):
    """Long short-term memories read the sentence both ways, and write it word by word."""

    config_class: ClassVar[type[ModelConfig]] = LstmConfig
    state_vectors: ClassVar[int] = 2
    config: LstmConfig

    def _start(self, z: Tensor) -> Any:
        # Both in [−1, 1]: the cell itself has no bounds, but starts from small numbers.
        hidden, cell = torch.tanh(self.initial_state(z)).chunk(2, dim=-1)
        return hidden[None].contiguous(), cell[None].contiguous()

    def _kept(self, memory: Any, rows: Tensor) -> Any:
        return tuple(part[:, rows] for part in memory)

    def _cell(self, inputs: int, hidden: int) -> nn.RNNBase:
        made = nn.LSTM(inputs, hidden, batch_first=True)
        # Open forget gates to start with (Jozefowicz et al. 2015); PyTorch's order is i, f, g, o.
        nn.init.ones_(made.get_parameter("bias_ih_l0").data[hidden : 2 * hidden])
        return made

    def _cell_step(self, step: Tensor, memory: Any) -> tuple[Tensor, Any]:
        hidden, cell = (part[0] for part in memory)
        hidden, cell = torch.lstm_cell(step, (hidden, cell), *self.decoder.all_weights[0])
        return hidden, (hidden[None], cell[None])
