"""What the data decide of a model: its picture size, its vocabulary, its tokenizer."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from vae_core.config import ModelConfig
from vae_core.data.dataset import DataError, Dataset, Splits
from vae_core.data.documents import document_tokenizer
from vae_core.data.sentence_embeddings import embed_texts
from vae_core.data.text_column import Chosen
from vae_core.data.tokenizer import SPECIAL_TOKENS, Tokenizer, TokenizerKind, train_tokenizer
from vae_core.device import choose_device
from vae_core.families import data_modality
from vae_core.models import BagOfWordsConfig, model_class


def fit(
    model: ModelConfig, dataset: Dataset, splits: Splits, kind: TokenizerKind, size: int
) -> tuple[ModelConfig, Tokenizer | None]:
    """``model`` as it fits ``dataset``, and a tokenizer learned from its training part.

    Raises ConfigError for an unknown family, DataError where model and data do not go together.
    """
    family = model_class(model.family)
    if data_modality(family.modality) != dataset.modality:
        raise DataError(
            f"The model {model.family} is for {family.modality}, but {dataset.name} holds "
            f"{dataset.modality}; choose another model."
        )
    changes: dict[str, Any]
    if dataset.images is not None:
        height, width, *channels = dataset.images.shape[1:]
        changes = {"image_height": height, "image_width": width}
        changes["image_channels"] = channels[0] if channels else 1
        return dataclasses.replace(model, **changes), None
    texts = dataset.texts or ()
    learned = Chosen(texts, splits.train)
    if family.modality == "documents":
        tokenizer = document_tokenizer(learned, vocabulary_size=size)
    else:
        tokenizer = train_tokenizer(learned, kind=kind, vocabulary_size=size)
        _check_words(dataset.name, tokenizer)
    changes = {"vocabulary_size": tokenizer.vocabulary_size}
    if isinstance(model, BagOfWordsConfig) and model.embeddings:
        folder = Path(model.embeddings).expanduser().resolve()
        one = embed_texts(learned[:1], folder, choose_device("cpu"))
        changes |= {"embeddings": str(folder), "embedding_width": one.shape[1]}
    return dataclasses.replace(model, **changes), tokenizer


def _check_words(name: str, tokenizer: Tokenizer) -> None:
    words = tokenizer.vocabulary_size - len(SPECIAL_TOKENS)
    if words < 2:
        raise DataError(
            f"The texts of {name} hold {words} different word{'s' * (words != 1)}, but a model of "
            "sentences needs two or more; give texts that differ."
        )
