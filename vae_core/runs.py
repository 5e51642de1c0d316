"""A whole training, from a data set to a run folder."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_core import checkpoint
from vae_core.checkpoint import METRICS, Latents, Run, RunError
from vae_core.config import ModelConfig, TrainConfig
from vae_core.data.dataset import DataError, Dataset, Splits
from vae_core.data.tensors import ImageTensors, ItemTensors, SentenceTensors
from vae_core.data.tokenizer import Tokenizer, TokenizerKind, train_tokenizer
from vae_core.device import choose_device
from vae_core.evaluation import encode_items, evaluate
from vae_core.models import VAE, build_model, model_class
from vae_core.training import TrainingData, TrainProgress, train


def item_tensors(model: VAE, dataset: Dataset) -> ItemTensors:
    """The items of ``dataset`` as ``model`` takes them, on the model's device, in order.

    Raises DataError where they are of another modality or size.
    """
    if dataset.modality != model.modality:
        raise DataError(
            f"This model is for {model.modality}, but {dataset.name} holds {dataset.modality}."
        )
    if dataset.images is not None:
        wanted = (getattr(model.config, "image_height", 0), getattr(model.config, "image_width", 0))
        if dataset.images.shape[1:] != wanted:
            raise DataError(
                f"This model takes pictures of {wanted[0]} x {wanted[1]} pixels, but "
                f"{dataset.name} has {dataset.images.shape[1]} x {dataset.images.shape[2]}."
            )
        return ImageTensors(dataset.images, model.device)
    return sentence_tensors(model, dataset.texts or ())


def sentence_tensors(model: VAE, texts: Sequence[str]) -> SentenceTensors:
    """Texts as a sentence model takes them, on the model's device, in order."""
    tokenizer = getattr(model, "tokenizer", None)
    if not isinstance(tokenizer, Tokenizer):
        raise DataError(f"This model is for {model.modality}, but texts came.")
    rows = tokenizer.encode(texts, getattr(model.config, "max_tokens", 32))
    return SentenceTensors(rows, model.device)


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
    return encode_items(model, sentence_tensors(model, texts)).mean


def held_out(run: Run) -> Dataset:
    """The test items of a run. Raises DataError where its folder holds no originals."""
    if run.items_are_decoded:
        raise DataError(
            f"The run {run.summary.name} was published without its data; give some with --data."
        )
    indices = np.flatnonzero(np.array(run.split) == "test")
    if not len(indices):
        raise DataError(f"The run {run.summary.name} marks no test items; give data with --data.")
    return Dataset(
        name=run.summary.dataset,
        modality=run.modality,
        images=None if run.images is None else np.asarray(run.images),
        texts=run.table.texts,
        labels=run.labels,
    ).subset(indices)


def train_run(
    dataset: Dataset,
    model: ModelConfig,
    config: TrainConfig,
    out: Path,
    *,
    tokenizer_kind: TokenizerKind = "word",
    vocabulary_size: int = 10_000,
    overwrite: bool = False,
    command: str = "",
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[TrainProgress]:
    """Train on ``dataset`` and leave a finished run in ``out``, yielding progress meanwhile.

    Picture size and vocabulary of ``model`` are taken from the data. The tokenizer learns from
    the training part alone. When it fails, the folder is as it was before.
    Raises ConfigError, DataError, RunError or TrainingError.
    """
    out = out.resolve()  # "." has no name, and a link cannot be set aside
    splits = dataset.split(config.seed)
    device = choose_device(config.device)
    fitted, tokenizer = _fit(model, dataset, splits, tokenizer_kind, vocabulary_size)
    network = build_model(fitted, tokenizer, seed=config.seed).to(device)
    items = item_tensors(network, dataset)
    with _new_folder(out, overwrite):
        record = _record(dataset, splits, fitted, config, command, out)
        checkpoint.write_config(out, record)
        data = TrainingData(_part(items, splits.train), _part(items, splits.validation))
        yield from train(network, data, config, out / METRICS, should_stop)
        latents = encode_items(network, items)
        checkpoint.write_latents(out, Latents(latents.mean.numpy(), latents.log_variance.numpy()))
        checkpoint.write_dataset(out, dataset, splits.names())
        result = evaluate(network, _part(items, splits.validation), seed=config.seed)
        result["weights_sha256"] = checkpoint.write_model(out, network)
        checkpoint.write_config(out, {**record, "result": result})


def _fit(
    model: ModelConfig, dataset: Dataset, splits: Splits, kind: TokenizerKind, size: int
) -> tuple[ModelConfig, Tokenizer | None]:
    family = model_class(model.family)
    if family.modality != dataset.modality:
        raise DataError(
            f"The model {model.family} is for {family.modality}, but {dataset.name} holds "
            f"{dataset.modality}; choose another model."
        )
    changes: dict[str, Any]
    if dataset.images is not None:
        changes = {"image_height": dataset.images.shape[1], "image_width": dataset.images.shape[2]}
        return dataclasses.replace(model, **changes), None
    texts = dataset.texts or ()
    tokenizer = train_tokenizer([texts[i] for i in splits.train], kind=kind, vocabulary_size=size)
    return dataclasses.replace(model, vocabulary_size=tokenizer.vocabulary_size), tokenizer  # type: ignore[call-arg]


def _part(items: ItemTensors, indices: np.ndarray[Any, np.dtype[np.int64]]) -> ItemTensors:
    return items.part(torch.from_numpy(indices))


@contextmanager
def _new_folder(out: Path, overwrite: bool) -> Iterator[None]:
    """An empty folder at ``out``; when its filling fails, what stood there before stands again."""
    try:
        earlier = _set_aside(out, overwrite)
    except OSError as error:
        raise RunError(f"The folder {out} cannot be used: {error.strerror or error}.") from error
    was_there = out.is_dir()
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException as error:
        # A folder without a model is of no use to anyone, whatever stopped its making.
        shutil.rmtree(out, ignore_errors=True)
        if earlier is not None:
            earlier.rename(out)
        elif was_there:
            out.mkdir(exist_ok=True)
        if isinstance(error, OSError):
            raise RunError(
                f"The run could not be written to {out}: {error.strerror or error}; nothing was "
                "kept. Free some space or choose another folder."
            ) from error
        raise
    if earlier is not None:
        shutil.rmtree(earlier)


def _set_aside(out: Path, overwrite: bool) -> Path | None:
    if out.is_file():
        raise RunError(f"{out} is a file; give a folder for the run.")
    if not out.is_dir() or not any(out.iterdir()):
        return None
    if not overwrite:
        raise RunError(f"{out} is not empty; choose another folder, or add --overwrite.")
    checkpoint.read_config(out)  # never removes what is not a run
    earlier = out.with_name(f".{out.name}.{os.getpid()}.old")
    out.rename(earlier)
    return earlier


def _record(
    dataset: Dataset,
    splits: Splits,
    model: ModelConfig,
    config: TrainConfig,
    command: str,
    out: Path,
) -> dict[str, Any]:
    sizes = {part: len(getattr(splits, part)) for part in ("train", "validation", "test")}
    return {
        "name": out.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "modality": dataset.modality,
        "items": len(dataset),
        "dataset": {"name": dataset.name, "source": dataset.source, "splits": sizes},
        "model": model.to_json(),
        "training": config.to_json(),
        "versions": {name: _version(name) for name in ("latentscape", "torch", "numpy")},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
