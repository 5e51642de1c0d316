"""Small finished runs of every family, whose latents are what their models say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.core.support import (
    SENTENCES,
    pictures,
    tiny_image_model,
    tiny_sentence_model,
)
from tests.explorer.made_runs import coloured
from vae_core import checkpoint
from vae_core.data.dataset import Dataset
from vae_core.data.documents import document_tokenizer
from vae_core.models import VAE, BagOfWordsConfig, build_model
from vae_core.runs import encode_dataset

FAMILIES = ("dense", "conv", "gru", "lstm", "transformer", "bag-of-words")
# What tables, lines and quotation marks can trip over.
AWKWARD = (
    'the "big" cat, sat',
    "the\tsmall\tdog",
    "two\nlines\r\nof cow \\n",
    "größer 猫 \u2028 pig",
)
TEXTS = (*SENTENCES, *AWKWARD)


def texts() -> Dataset:
    """Sentences, some of them awkward; labels, one of them unknown; metadata of awkward names."""
    count = len(TEXTS)
    return Dataset(
        name="animals",
        modality="sentences",
        texts=TEXTS,
        labels=("", *(f"kind\t{i % 3}" for i in range(1, count))),
        metadata={
            "number": tuple(str(i) for i in range(count)),
            "label": tuple("ab"[i % 2] for i in range(count)),
            "mu_0": ("x",) * count,
            "../a/b\tc": ("",) * count,
        },
    )


def finished(folder: Path, dataset: Dataset, model: VAE, **result: Any) -> Path:
    """Write a finished run of `model` with the latents that it gives `dataset`."""
    folder.mkdir(parents=True)
    parts = ("train", "validation", "test")
    split = tuple(parts[i % 3] for i in range(len(dataset)))
    checkpoint.write_latents(folder, encode_dataset(model, dataset))
    checkpoint.write_dataset(folder, dataset, split)
    (folder / "metrics.jsonl").write_text('{"step": 1, "elbo": -1.0}\n')
    record = {
        "name": folder.name,
        "created": "2025-01-01T00:00:00+00:00",
        "modality": model.modality,
        "items": len(dataset),
        "dataset": {"name": dataset.name},
        "model": model.config.to_json(),
        "result": {"elbo": -1.0, "weights_sha256": checkpoint.write_model(folder, model), **result},
    }
    checkpoint.write_config(folder, record)
    return folder


def run_of(family: str, folder: Path) -> Path:
    """Write a small finished run of `family`: colours of conv, binarised pictures of dense."""
    if family == "dense":
        return finished(folder, pictures(), tiny_image_model("dense", binarisation="static"))
    if family == "conv":
        model = tiny_image_model("conv", (8, 8, 3), likelihood="logistic")
        return finished(folder, coloured(10), model)
    if family == "bag-of-words":
        return finished(folder, texts(), documents_model())
    return finished(folder, texts(), tiny_sentence_model(family, TEXTS, latent_dim=3))


def documents_model(**settings: Any) -> VAE:
    """An untrained document model of `TEXTS` in eval mode."""
    words = document_tokenizer(TEXTS, minimum_documents=1, most_documents=1.0)
    config = BagOfWordsConfig(
        3, vocabulary_size=words.vocabulary_size, hidden=8, style="prodlda", **settings
    )
    return build_model(config, words).eval()
