"""Run folders to open: written directly, with untrained models, since pages only read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vae_core import checkpoint
from vae_core.data.dataset import Dataset, Modality
from vae_core.data.documents import document_tokenizer
from vae_core.data.tokenizer import train_tokenizer
from vae_core.models import (
    VAE,
    ConvConfig,
    DenseConfig,
    GruConfig,
    build_model,
    model_class,
)

# Everything that Markdown, LaTeX, Streamlit's directives or HTML would turn into something else.
HOSTILE = "**bold** :red[x] $x$ <b>b</b> <script>alert(1)</script> :smile: [a](http://b) `c` &lt;"


def write_run(
    folder: Path,
    dataset: Dataset,
    latent_dim: int = 2,
    seed: int = 0,
    *,
    modality: Modality | None = None,
    result: dict[str, Any] | None = None,
    **about: Any,
) -> Path:
    """Write a finished run of an untrained model, with random posteriors, into `folder`.

    `modality` "documents" makes a document model of texts; `result` and `about` join what is
    said of the result and of the data set.
    """
    folder.mkdir(parents=True)
    model = _model(dataset, latent_dim, modality or dataset.modality)
    draw = np.random.default_rng(seed)
    mean = draw.standard_normal((len(dataset), latent_dim), np.float32)
    spread = np.full_like(mean, -2.0)
    split = tuple(("train", "validation", "test")[i % 3] for i in range(len(dataset)))
    checkpoint.write_latents(folder, checkpoint.Latents(mean, spread))
    checkpoint.write_dataset(folder, dataset, split)
    weights = checkpoint.write_model(folder, model)
    record = {
        "name": folder.name,
        "created": "2025-01-01T00:00:00+00:00",
        "modality": model.modality,
        "items": len(dataset),
        "dataset": {"name": dataset.name, **about},
        "model": model.config.to_json(),
        "result": {"elbo": -20.0, "weights_sha256": weights, **(result or {})},
    }
    checkpoint.write_config(folder, record)
    return folder


def _model(dataset: Dataset, latent_dim: int, modality: Modality) -> VAE:
    if dataset.images is not None:
        _, height, width, *colours = dataset.images.shape
        if colours:
            small = ConvConfig(
                latent_dim, height, width, image_channels=colours[0], width=8, hidden=8
            )
            return build_model(small)
        return build_model(DenseConfig(latent_dim, height, width, hidden=8))
    texts = list(dataset.texts or ())
    if modality == "documents":
        words = document_tokenizer(texts, minimum_documents=1, most_documents=1.0)
        family = model_class("bag-of-words").config_class
        settings: dict[str, Any] = {"vocabulary_size": words.vocabulary_size, "hidden": 8}
        return build_model(family(latent_dim, **settings), words)
    tokenizer = train_tokenizer(texts, kind="word", vocabulary_size=200)
    config = GruConfig(
        latent_dim=latent_dim,
        vocabulary_size=tokenizer.vocabulary_size,
        embedding=8,
        encoder_hidden=8,
        decoder_hidden=8,
        max_tokens=8,
    )
    return build_model(config, tokenizer)


def coloured(count: int, labels: int = 3, colours: int = 3) -> Dataset:
    """Return `count` random 8×8 pictures in colour under `labels` labels."""
    draw = np.random.default_rng(1)
    return Dataset(
        name="coloured",
        modality="images",
        images=draw.integers(0, 256, (count, 8, 8, colours), dtype=np.uint8),
        labels=tuple(str(i % labels) for i in range(count)),
    )


def pictures(count: int, labels: int = 3) -> Dataset:
    """Return `count` random 8×8 pictures under `labels` labels."""
    draw = np.random.default_rng(1)
    return Dataset(
        name="pictures",
        modality="images",
        images=draw.integers(0, 256, (count, 8, 8), dtype=np.uint8),
        texts=None,
        labels=tuple(str(i % labels) for i in range(count)),
    )


def sentences(count: int, labels: int = 3) -> Dataset:
    """Return `count` sentences, the first of them hostile, under `labels` labels."""
    texts = (HOSTILE, *(f"item {i} says {HOSTILE}" for i in range(1, count)))
    return Dataset(
        name="sentences",
        modality="sentences",
        images=None,
        texts=texts,
        labels=tuple(f"{HOSTILE} {i % labels}" for i in range(count)),
        metadata={"length": tuple(str(len(text)) for text in texts), "<i>n</i>": ("a",) * count},
    )
