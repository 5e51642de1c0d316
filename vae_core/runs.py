"""Data as a model takes it, and what a finished run makes of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from vae_core.checkpoint import Latents, Run
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.documents import MAX_DOCUMENT_TOKENS, DocumentTensors, word_columns
from vae_core.data.sentence_embeddings import embed_texts
from vae_core.data.tensors import ImageTensors, ItemTensors, SentenceTensors
from vae_core.data.text_column import blocks
from vae_core.data.token_rows import token_rows
from vae_core.data.tokenizer import EOS, Tokenizer
from vae_core.evaluation.posterior import encode_items
from vae_core.families import data_modality
from vae_core.models import VAE, BagOfWordsConfig
from vae_core.models.image import ImageConfig


def item_tensors(model: VAE, dataset: Dataset) -> ItemTensors:
    """The items of ``dataset`` as ``model`` takes them, on the model's device, in order.

    Raises DataError where they are of another modality or size.
    """
    if dataset.modality != data_modality(model.modality):
        takes, came = (
            "pictures" if one == "images" else "texts" for one in (model.modality, dataset.modality)
        )
        raise DataError(
            f"This model is of {takes}, but {dataset.name} holds {came}; give it {takes}."
        )
    if dataset.images is not None:
        wanted = _picture_shape(model)
        if dataset.images.shape[1:] != wanted:
            raise DataError(
                f"This model takes pictures of {_size(wanted)} pixels, but {dataset.name} has "
                f"{_size(dataset.images.shape[1:])}."
            )
        binarisation = getattr(model.config, "binarisation", "none")
        return ImageTensors(dataset.images, model.device, binarisation)
    return text_tensors(model, dataset.texts or ())


def _picture_shape(model: VAE) -> tuple[int, ...]:
    config = model.config
    assert isinstance(config, ImageConfig)
    return config.item_shape


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(str(length) for length in shape)


def text_tensors(model: VAE, texts: Sequence[str]) -> SentenceTensors | DocumentTensors:
    """Texts as a sentence or document model takes them, on the model's device, in order."""
    tokenizer = getattr(model, "tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise DataError("This model is of pictures, but texts came; give it pictures.")
    if isinstance(model.config, BagOfWordsConfig):
        columns = word_columns(
            tokenizer.encode(block, longest_text(model)) for block in blocks(texts)
        )
        folder = model.config.embeddings
        features = embed_texts(texts, folder, model.device) if folder else None
        return DocumentTensors(columns, tokenizer.vocabulary_size, model.device, features)
    longest = longest_text(model)
    rows = token_rows(tokenizer.encode(block, longest) for block in blocks(texts))
    return SentenceTensors(rows, model.device)


def longest_text(model: VAE) -> int:
    """How many tokens of a text a model reads."""
    if isinstance(model.config, BagOfWordsConfig):
        return MAX_DOCUMENT_TOKENS
    return int(getattr(model.config, "max_tokens", 32))


def is_cut(model: VAE, text: str) -> bool:
    """Whether a text is longer than what the model reads of it."""
    tokenizer = getattr(model, "tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        return False
    return tokenizer.encode([text], longest_text(model))[0][-1] != EOS


def encode_dataset(model: VAE, dataset: Dataset) -> Latents:
    """The posterior of every item, in item order."""
    posterior = encode_items(model, item_tensors(model, dataset))
    return Latents(posterior.mean.numpy(), posterior.log_variance.numpy())


def encode_texts(model: VAE, texts: Sequence[str]) -> Tensor:
    """The posterior means of texts, on the CPU: (texts, latent_dim).

    Raises DataError for a model of pictures, or for a text with no words in it.
    """
    for text in texts:
        if not text.strip():
            raise DataError("A sentence is empty; type a few words.")
    return encode_items(model, text_tensors(model, texts)).mean


def held_out(run: Run) -> Dataset:
    """The test items of a run. Raises DataError where its folder holds no originals."""
    if run.items_are_decoded:
        raise DataError(
            f"The run {run.summary.name} was published without its data; give some with --data, "
            f"such as those it was trained on ({run.summary.dataset})."
        )
    found = part_of(run, "test")
    if found is None:
        raise DataError(f"The run {run.summary.name} marks no test items; give data with --data.")
    return found


def part_of(run: Run, part: str) -> Dataset | None:
    """The items of a run's "train", "validation" or "test" part, with labels and metadata.

    None where there are none, or where the folder holds no originals.
    """
    indices = np.flatnonzero(np.array(run.split) == part)
    if run.items_are_decoded or not len(indices):
        return None
    return dataset_of(run).subset(indices)


def dataset_of(run: Run) -> Dataset:
    """All items of a run whose folder holds the originals, with labels and metadata."""
    return Dataset(
        name=run.summary.dataset,
        modality=data_modality(run.modality),
        images=None if run.images is None else np.asarray(run.images),
        texts=run.table.texts,
        labels=run.labels,
        metadata=run.metadata,
    )
