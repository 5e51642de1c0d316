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
from vae_core.data.tensors import ImageTensors, ItemTensors, SentenceTensors
from vae_core.data.tokenizer import Tokenizer, train_tokenizer
from vae_core.models import VAE, GruVAE, ImageVAE, SentenceVAE, build_model, model_class

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
    model = tiny_sentence_model("gru", texts, latent_dim=latent_dim, max_tokens=max_tokens)
    assert isinstance(model, GruVAE)
    return model


# The sizes of the smallest sensible model of each family, all unlike each other.
TINY_SIZES: dict[str, dict[str, int]] = {
    "gru": {"embedding": 6, "encoder_hidden": 5, "decoder_hidden": 7},
    "lstm": {"embedding": 6, "encoder_hidden": 5, "decoder_hidden": 7},
    "transformer": {"embedding": 8, "heads": 2, "encoder_layers": 1, "decoder_layers": 2},
    "dense": {"hidden": 5},
    "conv": {"hidden": 5, "width": 4},
}
SENTENCE_FAMILIES = ("gru", "lstm", "transformer")
IMAGE_FAMILIES = ("dense", "conv")


def tiny_sentence_model(
    family: str,
    texts: tuple[str, ...] = SENTENCES,
    *,
    latent_dim: int = 2,
    max_tokens: int = 12,
    **settings: Any,
) -> SentenceVAE:
    """An untrained sentence model of any family in eval mode, with noticeable weights."""
    tokenizer: Tokenizer = train_tokenizer(texts, kind="word")
    config = model_class(family).config_class(
        latent_dim=latent_dim,
        vocabulary_size=tokenizer.vocabulary_size,
        max_tokens=max_tokens,
        **{**TINY_SIZES[family], **settings},
    )
    model = build_model(config, tokenizer, seed=3)
    assert isinstance(model, SentenceVAE)
    with torch.no_grad():
        model.output_bias.normal_(generator=torch.Generator().manual_seed(4))
    return model.eval()


def tiny_image_model(
    family: str, shape: tuple[int, ...] = (4, 4), *, latent_dim: int = 3, **settings: Any
) -> ImageVAE:
    """An untrained image model of any family in eval mode, for pictures of `shape`."""
    channels = shape[2] if len(shape) == 3 else 1
    config = model_class(family).config_class(
        latent_dim=latent_dim,
        image_height=shape[0],
        image_width=shape[1],
        image_channels=channels,
        **{**TINY_SIZES[family], **settings},
    )
    model = build_model(config, seed=1)
    assert isinstance(model, ImageVAE)
    return model.eval()


def sentence_items(model: SentenceVAE, texts: tuple[str, ...] = SENTENCES) -> SentenceTensors:
    """`texts` as `model` takes them."""
    return SentenceTensors(model.tokenizer.encode(texts, model.config.max_tokens), CPU)


UNEQUAL_TEXTS = (
    "the cat", "the big dog sat on the mat", "cow", "mat the on slept", "a zebra", "the",
)  # fmt: skip


def model_and_batch(family: str, **settings: Any) -> tuple[VAE, torch.Tensor]:
    """A small model in eval mode and a batch of six items, sentences of unequal length."""
    if family in IMAGE_FAMILIES:
        images = pictures(6).images
        assert images is not None
        items: ItemTensors = ImageTensors(images, CPU)
        return tiny_image_model(family, **settings), items.batch(torch.arange(6))
    model = tiny_sentence_model(family, latent_dim=3, **settings)
    return model, sentence_items(model, UNEQUAL_TEXTS).batch(torch.arange(6))


def some_z(count: int, latent_dim: int = 3) -> torch.Tensor:
    return torch.randn(count, latent_dim, generator=torch.Generator().manual_seed(9))


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
