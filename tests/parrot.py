"""A sentence model that says given texts word for word: set by hand, since nothing is to learn.

Every text is one token. Its latent point lies on a circle in the direction that is the token's
embedding; the decoder answers a point with the text of the nearest direction, then ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
import torch
from tokenizers import models

from vae_core import checkpoint
from vae_core.data.dataset import Dataset
from vae_core.data.tokenizer import EOS, SPECIAL_TOKENS, Tokenizer
from vae_core.models import GruConfig, GruVAE, build_model

RADIUS = 3.0


def write_parrot(folder: Path, texts: Sequence[str]) -> Path:
    """Write a run whose items are `texts`, and whose model decodes each item to its text."""
    folder.mkdir(parents=True)
    angles = 2 * np.pi * np.arange(len(texts)) / len(texts)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    model = _parrot(texts, torch.from_numpy(directions))
    dataset = Dataset("parrot", "sentences", texts=tuple(texts), labels=tuple(texts))
    latents = checkpoint.Latents(RADIUS * directions, np.full_like(directions, -4.0))
    checkpoint.write_latents(folder, latents)
    checkpoint.write_dataset(folder, dataset, ("train",) * len(texts))
    record = {
        "name": folder.name,
        "created": "2025-01-01T00:00:00+00:00",
        "modality": "sentences",
        "items": len(texts),
        "dataset": {"name": "parrot"},
        "model": model.config.to_json(),
        "result": {"elbo": -1.0, "weights_sha256": checkpoint.write_model(folder, model)},
    }
    checkpoint.write_config(folder, record)
    return folder


def _parrot(texts: Sequence[str], directions: torch.Tensor) -> GruVAE:
    vocabulary = {text: number for number, text in enumerate((*SPECIAL_TOKENS, *texts))}
    hub = tokenizers.Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    config = GruConfig(
        latent_dim=2,
        vocabulary_size=len(vocabulary),
        embedding=4,
        encoder_hidden=4,
        decoder_hidden=2,
        max_tokens=4,
    )
    model = build_model(config, Tokenizer(hub))
    assert isinstance(model, GruVAE)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.embedding.weight[len(SPECIAL_TOKENS) :, :2] = directions
        _set_encoder(model)
        _set_decoder(model)
    return model


def _set_encoder(model: GruVAE) -> None:
    hidden = model.config.encoder_hidden
    gru: Any = model.encoder_forward
    gru.bias_ih_l0[hidden : 2 * hidden] = -50.0  # the update gate is shut: each state is new
    # tanh(x), tanh(−x), tanh(y), tanh(−y): the maximum over the tokens keeps either sign.
    for row, (column, sign) in enumerate(((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0))):
        gru.weight_ih_l0[2 * hidden + row, column] = sign
    model.mean_head.weight[0, :2] = torch.tensor([RADIUS, -RADIUS])
    model.mean_head.weight[1, 2:4] = torch.tensor([RADIUS, -RADIUS])


def _set_decoder(model: GruVAE) -> None:
    states = model.config.decoder_hidden
    model.initial_state.bias.fill_(50.0)  # a clock: the state is 1/2, then 1/4, …
    model.to_embedding.weight[0, states] = 1.0
    model.to_embedding.weight[1, states + 1] = 1.0
    model.to_embedding.weight[2, 0] = 1.0
    model.embedding.weight[EOS, 2] = -8000.0  # the end: never at 1/2, always at 1/4
    model.output_bias[EOS] = 0.375 * 8000.0
