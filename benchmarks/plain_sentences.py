"""A sentence VAE written as tutorials write it, for others to be compared with."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.data.tokenizer import BOS, PAD, UNK
from vae_core.models.output_layer import token_log_likelihood
from vae_core.models.recurrent import GruConfig


class Parts(NamedTuple):
    """What a loop does otherwise than the plain one."""

    buckets: bool = False
    real_tokens: bool = False
    sliced: bool = False
    half: bool = False


class PlainVAE(nn.Module):
    """The GRU sentence VAE as a tutorial would write it: the loss of a padded batch.

    Layer by layer the same as vae_core's GruVAE, so that only the loop differs.
    """

    def __init__(self, config: GruConfig, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.word_dropout = config.word_dropout
        width, latent, hidden = config.embedding, config.latent_dim, config.decoder_hidden
        self.embedding = nn.Embedding(config.vocabulary_size, width, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.GRU(width, config.encoder_hidden, batch_first=True, bidirectional=True)
        self.mean = nn.Linear(2 * config.encoder_hidden, latent)
        self.log_variance = nn.Linear(2 * config.encoder_hidden, latent)
        self.initial_state = nn.Linear(latent, hidden)
        self.decoder = nn.GRU(width + latent, hidden, batch_first=True)
        self.to_embedding = nn.Linear(hidden + latent, width)
        self.output_bias = nn.Parameter(torch.zeros(config.vocabulary_size))

    def forward(self, batch: Tensor) -> Tensor:
        """−ELBO of ``batch`` (batch, length), a scalar, nats per sentence."""
        inputs, targets = batch[:, :-1], batch[:, 1:]
        states, _ = self.encoder(self.dropout(self.embedding(targets)))
        pooled = states.masked_fill((targets == PAD)[..., None], float("-inf")).amax(dim=1)
        mean, log_variance = self.mean(pooled).float(), self.log_variance(pooled).float()
        kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum()
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        loss: Tensor = (kl + self._cross_entropy(inputs, targets, z)) / len(batch)
        return loss

    def _cross_entropy(self, inputs: Tensor, targets: Tensor, z: Tensor) -> Tensor:
        dropped = torch.rand(inputs.shape, device=inputs.device) < self.word_dropout
        inputs = torch.where(dropped & (inputs != BOS) & (inputs != PAD), UNK, inputs)
        every = z[:, None].expand(-1, inputs.shape[1], -1)
        steps = torch.cat([self.dropout(self.embedding(inputs)), every], dim=-1)
        states, _ = self.decoder(steps, torch.tanh(self.initial_state(z))[None])
        both = torch.cat([states, every], dim=-1)
        if self.parts.real_tokens:
            inside = targets != PAD
            both, targets = both[inside], targets[inside]
        features: Tensor = self.dropout(self.to_embedding(both))
        weight, bias = self.embedding.weight, self.output_bias
        if self.parts.sliced:
            found: Tensor = -token_log_likelihood(features, weight, bias, targets).sum()
            return found
        logits = F.linear(features, weight, bias).flatten(0, -2)
        loss: Tensor = F.cross_entropy(logits, targets.flatten(), ignore_index=PAD, reduction="sum")
        return loss
