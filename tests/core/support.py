"""What the tests of vae_core share: small data, small models, what a good message looks like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from vae_core.checkpoint import RunError, load_run
from vae_core.data.dataset import Dataset
from vae_core.data.tensors import SentenceTensors
from vae_core.data.tokenizer import Tokenizer, train_tokenizer
from vae_core.models import GruConfig, GruVAE, build_model

CPU = torch.device("cpu")
SENTENCES = tuple(
    f"the {size} {animal} {verb} on the mat"
    for size in ("big", "small", "old")
    for animal in ("cat", "dog", "cow", "pig")
    for verb in ("sat", "slept")
)


def one_sentence(error: BaseException) -> str:
    """The message of `error`, which must be fit to be shown as it is: one line, a full stop."""
    message = str(error)
    assert "\n" not in message, message
    assert message.endswith("."), message
    assert not message.endswith(".."), message
    assert "Traceback" not in message, message
    return message


def sentences() -> Dataset:
    """24 sentences with labels and one column of metadata, all distinguishable."""
    return Dataset(
        name="animals",
        modality="sentences",
        texts=SENTENCES,
        labels=tuple(text.split()[2] for text in SENTENCES),
        metadata={"number": tuple(str(i) for i in range(len(SENTENCES)))},
        source={"text": "animals.tsv"},
    )


def pictures(count: int = 40, size: int = 4, seed: int = 0) -> Dataset:
    """Black and white pictures: a bright column whose place is the label."""
    rng = np.random.default_rng(seed)
    places = rng.integers(size, size=count)
    images = np.zeros((count, size, size), dtype=np.uint8)
    images[np.arange(count), :, places] = 255
    return Dataset(
        name="bars",
        modality="images",
        images=images,
        labels=tuple(str(place) for place in places),
        metadata={"number": tuple(str(i) for i in range(count))},
    )


def tiny_gru(
    texts: tuple[str, ...] = SENTENCES, *, latent_dim: int = 2, max_tokens: int = 12
) -> GruVAE:
    """An untrained sentence model in eval mode, with noticeable weights."""
    tokenizer: Tokenizer = train_tokenizer(texts, kind="word")
    config = GruConfig(
        latent_dim=latent_dim,
        vocabulary_size=tokenizer.vocabulary_size,
        embedding=6,
        encoder_hidden=5,
        decoder_hidden=7,
        max_tokens=max_tokens,
    )
    model = build_model(config, tokenizer, seed=3)
    assert isinstance(model, GruVAE)
    with torch.no_grad():
        model.output_bias.normal_(generator=torch.Generator().manual_seed(4))
    return model.eval()


def sentence_items(model: GruVAE, texts: tuple[str, ...] = SENTENCES) -> SentenceTensors:
    """`texts` as `model` takes them."""
    return SentenceTensors(model.tokenizer.encode(texts, model.config.max_tokens), CPU)


Copy = Callable[[str], Path]
Edit = Callable[[dict[str, Any]], None]
BOTH = ("images", "sentences")


def refused(path: Path) -> str:
    with pytest.raises(RunError) as caught:
        load_run(path)
    return one_sentence(caught.value)


def edit_config(path: Path, edit: Edit) -> None:
    config = json.loads((path / "config.json").read_text())
    edit(config)
    (path / "config.json").write_text(json.dumps(config))


def sign_weights(path: Path) -> None:
    """Enter the hash of the weights that are there, as whoever tampers with them would."""
    digest = hashlib.sha256((path / "model.safetensors").read_bytes()).hexdigest()
    edit_config(path, lambda config: config["result"].update(weights_sha256=digest))


def change_weights(path: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    state = safetensors.torch.load((path / "model.safetensors").read_bytes())
    change(state)
    (path / "model.safetensors").write_bytes(safetensors.torch.save(state))
    sign_weights(path)
