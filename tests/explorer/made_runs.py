"""Run folders to open: written directly, with untrained models, since pages only read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vae_core import checkpoint
from vae_core.data.dataset import Dataset
from vae_core.data.tokenizer import train_tokenizer
from vae_core.models import VAE, DenseConfig, GruConfig, build_model

# Everything that Markdown, LaTeX, Streamlit's directives or HTML would turn into something else.
HOSTILE = "**bold** :red[x] $x$ <b>b</b> <script>alert(1)</script> :smile: [a](http://b) `c` &lt;"


def write_run(folder: Path, dataset: Dataset, latent_dim: int = 2, seed: int = 0) -> Path:
    """Write a finished run of an untrained model, with random posteriors, into `folder`."""
    folder.mkdir(parents=True)
    model = _model(dataset, latent_dim)
    draw = np.random.default_rng(seed)
    mean = draw.standard_normal((len(dataset), latent_dim), np.float32)
    spread = np.full_like(mean, -2.0)
    split = tuple(("train", "validation", "test")[i % 3] for i in range(len(dataset)))
    checkpoint.write_latents(folder, checkpoint.Latents(mean, spread))
    checkpoint.write_dataset(folder, dataset, split)
    result = {"elbo": -20.0, "weights_sha256": checkpoint.write_model(folder, model)}
    record = {
        "name": folder.name,
        "created": "2025-01-01T00:00:00+00:00",
        "modality": dataset.modality,
        "items": len(dataset),
        "dataset": {"name": dataset.name},
        "model": model.config.to_json(),
        "result": result,
    }
    checkpoint.write_config(folder, record)
    return folder


def _model(dataset: Dataset, latent_dim: int) -> VAE:
    if dataset.images is not None:
        _, height, width = dataset.images.shape
        return build_model(DenseConfig(latent_dim, height, width, hidden=8))
    tokenizer = train_tokenizer(list(dataset.texts or ()), kind="word", vocabulary_size=200)
    config = GruConfig(
        latent_dim=latent_dim,
        vocabulary_size=tokenizer.vocabulary_size,
        embedding=8,
        encoder_hidden=8,
        decoder_hidden=8,
        max_tokens=8,
    )
    return build_model(config, tokenizer)


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
