"""A whole training: from a data set to a run, or from where an interrupted one stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import torch

from vae_core import checkpoint
from vae_core.checkpoint import LANGUAGE_MODEL_METRICS, METRICS, Latents
from vae_core.compatibility import check_run, check_training
from vae_core.config import ModelConfig, ObjectiveConfig, TrainConfig
from vae_core.data.dataset import DataError, Dataset, Splits
from vae_core.data.documents import DocumentTensors
from vae_core.data.registry import load_source
from vae_core.data.tensors import ItemTensors, SentenceTensors
from vae_core.data.tokenizer import Tokenizer, TokenizerKind
from vae_core.device import choose_device
from vae_core.evaluation import evaluate
from vae_core.evaluation.passes import silent
from vae_core.evaluation.posterior import encoded_parts
from vae_core.evaluation.sections import gate_of, likelihood_section
from vae_core.fitting import fit
from vae_core.models import VAE, build_model, model_class
from vae_core.run_folder import check_resumable, new_folder, same_folder
from vae_core.runs import item_tensors
from vae_core.snapshot import Watcher
from vae_core.training import (
    SAVE_SECONDS,
    TrainingData,
    TrainingError,
    TrainProgress,
    train,
)

# A language model is done sooner than the VAE and then learns by heart: it gets a schedule of its
# own, so that its learning rate has come down by its best epoch.
_LANGUAGE_MODEL_STEPS, _LANGUAGE_MODEL_EPOCHS, _LANGUAGE_MODEL_PATIENCE = 5000, 6, 2
_GATE_ITEMS, _GATE_SAMPLES = 1000, 50


def train_run(
    dataset: Dataset,
    model: ModelConfig,
    config: TrainConfig,
    out: Path,
    *,
    tokenizer_kind: TokenizerKind = "word",
    vocabulary_size: int = 10_000,
    language_model: bool = True,
    overwrite: bool = False,
    command: str = "",
    should_stop: Callable[[], bool] = lambda: False,
    save_seconds: float = SAVE_SECONDS,
) -> Iterator[TrainProgress]:
    """Train on ``dataset`` and leave a finished run in ``out``, yielding progress meanwhile.

    Picture size and vocabulary of ``model`` are taken from the data. The tokenizer learns from
    the training part alone. For sentences, ``language_model`` trains the decoder without z as well,
    to compare with. When it fails, the folder is as it was before, unless ``resume_run`` can go on
    from it; a training that diverges after a good epoch leaves a run with that epoch's weights,
    and raises. Raises ConfigError, DataError, RunError or TrainingError.
    """
    out = out.resolve()  # "." has no name, and a link cannot be set aside
    check_run(config)
    splits = dataset.split(config.seed, config.held_out)
    fitted, tokenizer = fit(model, dataset, splits, tokenizer_kind, vocabulary_size)
    check_training(fitted, config, model_class(fitted.family).modality)
    network = _network(fitted, tokenizer, config)
    items = item_tensors(network, dataset)
    with new_folder(out, overwrite):
        record = {
            "name": out.name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": command,
            "modality": network.modality,
            "items": len(dataset),
            "dataset": _describe(dataset, splits, items),
            "model": fitted.to_json(),
            "training": config.to_json(),
            "language_model": language_model and network.modality == "sentences",
            "versions": {name: _version(name) for name in ("latentscape", "torch", "numpy")},
            "threads": torch.get_num_threads(),
        }
        checkpoint.write_config(out, record)
        checkpoint.write_tokenizer(out, network)
        job = _Job(dataset, splits, network, items, config, out, record)
        broken = yield from job.run(should_stop, save_seconds)
    if broken is not None:
        raise broken


def resume_run(
    out: Path,
    dataset: Dataset | None = None,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    save_seconds: float = SAVE_SECONDS,
) -> Iterator[TrainProgress]:
    """Go on with the training that left ``out`` unfinished, however it ended.

    The data are loaded again from where they came from, unless they are given. It ends
    bit-identical, on the same CPU with as many threads, to a training that was never stopped.
    Raises RunError where there is nothing to go on with, DataError where the data have changed.
    """
    out = out.resolve()
    record = checkpoint.read_config(out)
    check_resumable(out)
    state = checkpoint.read_state(out)
    summary, fitted = checkpoint.parse_summary(out, record)
    config = TrainConfig.from_json(record["training"])
    if dataset is None:
        dataset = load_source(record["dataset"]["source"])
    if dataset.fingerprint() != record["dataset"].get("fingerprint"):
        raise DataError(
            f"The data of {summary.name} have changed since its training began ({dataset.name}); "
            "put them back, or train a new run."
        )
    _use_threads(record)
    splits = dataset.split(config.seed, config.held_out)
    network = _network(fitted, checkpoint.read_tokenizer(out), config)
    items = item_tensors(network, dataset)
    kept = {key: value for key, value in record.items() if key not in ("format", "version")}
    with same_folder(out):
        if state is None:
            (out / METRICS).unlink(missing_ok=True)
        job = _Job(dataset, splits, network, items, config, out, kept)
        broken = yield from job.run(should_stop, save_seconds, state)
    if broken is not None:
        raise broken


class _Job(NamedTuple):
    """What a training and its finishing need."""

    dataset: Dataset
    splits: Splits
    network: VAE
    items: ItemTensors
    config: TrainConfig
    out: Path
    record: dict[str, Any]

    def run(
        self,
        should_stop: Callable[[], bool],
        save_seconds: float,
        resume: checkpoint.TrainingState | None = None,
    ) -> Generator[TrainProgress, None, TrainingError | None]:
        """Train, and make a run of it; why it broke, where it did after a good epoch."""
        (self.out / LANGUAGE_MODEL_METRICS).unlink(missing_ok=True)
        data = TrainingData(self._part("train"), self._part("validation"))
        self.network.start_from(data.train)
        watcher = Watcher(self.out, self.dataset, self.items, self.splits.validation)
        broken, last = None, None
        try:
            for last in train(
                self.network, data, self.config, self.out / METRICS, should_stop,
                resume=resume, save=partial(checkpoint.write_state, self.out),
                save_seconds=save_seconds,
            ):  # fmt: skip
                watcher.look(self.network, last.step, last.epoch)
                yield last
        except TrainingError as error:
            if not error.kept:
                raise
            broken = error
        stopped = should_stop() or broken is not None
        alone = None if stopped else self._language_model(data, should_stop)
        self._finish(data.validation, alone, broken)
        watcher.remove()
        if not (should_stop() and last is not None and last.step < last.steps):
            checkpoint.remove_state(self.out)
        return broken

    def _part(self, name: str) -> ItemTensors:
        return self.items.part(torch.from_numpy(getattr(self.splits, name)))

    def _language_model(self, data: TrainingData, should_stop: Callable[[], bool]) -> VAE | None:
        """The same decoder, trained on the same sentences without z."""
        if not self.record["language_model"]:
            return None
        model = _without_word_dropout(self.network.config)
        alone = _network(model, getattr(self.network, "tokenizer", None), self.config)
        steps = -(-len(data.train) // self.config.batch_size)
        enough = max(_LANGUAGE_MODEL_EPOCHS, -(-_LANGUAGE_MODEL_STEPS // steps))
        config = dataclasses.replace(
            self.config,
            epochs=min(self.config.epochs, enough),
            objective=ObjectiveConfig(kind="language-model"),
            patience=_LANGUAGE_MODEL_PATIENCE,
            aggressive_epochs=0,
        )
        for _ in train(alone, data, config, self.out / LANGUAGE_MODEL_METRICS, should_stop):
            pass
        return None if should_stop() else alone

    def _finish(
        self, validation: ItemTensors, alone: VAE | None, broken: TrainingError | None
    ) -> None:
        out, network = self.out, self.network
        parts = (
            Latents(part.mean.numpy(), part.log_variance.numpy())
            for part in encoded_parts(network, self.items)
        )
        checkpoint.write_latent_parts(out, (len(self.items), network.latent_dim), parts)
        checkpoint.write_dataset(out, self.dataset, self.splits.names())
        result = self._measure(validation, alone)
        if alone is not None:
            result["language_model_sha256"] = checkpoint.write_language_model(out, alone)
        if broken is not None:
            result["broken"] = str(broken)
        result["weights_sha256"] = checkpoint.write_model(out, network)
        checkpoint.write_config(out, {**self.record, "result": result})

    def _measure(self, items: ItemTensors, alone: VAE | None) -> dict[str, Any]:
        """On the validation part: the ELBO, and for sentences the collapse gate."""
        seed = self.config.seed
        result = evaluate(self.network, items, seed=seed)
        binarisation = getattr(self.network.config, "binarisation", None)
        if binarisation is not None:
            result["binarisation"] = binarisation
        if isinstance(items, SentenceTensors):
            some = items.part(torch.arange(min(len(items), _GATE_ITEMS)))
            likelihood = likelihood_section(
                self.network,
                some,
                samples=_GATE_SAMPLES,
                language_model=alone,
                seed=seed,
                progress=silent,
            )
            result["likelihood"] = likelihood
            result["gate"] = gate_of(result, likelihood).to_json()
        return result


def _network(fitted: ModelConfig, tokenizer: Tokenizer | None, config: TrainConfig) -> VAE:
    device = choose_device(config.device)
    return build_model(fitted, tokenizer, seed=config.seed).to(device)


def _without_word_dropout(model: ModelConfig) -> ModelConfig:
    """A language model has nothing but the words before: hiding them would only weaken it."""
    changes: dict[str, Any] = {"word_dropout": 0.0}
    return dataclasses.replace(model, **changes)


def _describe(dataset: Dataset, splits: Splits, items: ItemTensors) -> dict[str, Any]:
    sizes = {part: len(getattr(splits, part)) for part in ("train", "validation", "test")}
    found: dict[str, Any] = {
        "name": dataset.name,
        "source": dataset.source,
        "splits": sizes,
        "fingerprint": dataset.fingerprint(),
        "empty_items": dataset.empty_items,
        "unlabelled_items": dataset.unlabelled_items,
        "notes": list(dataset.notes),
    }
    if isinstance(items, SentenceTensors):
        found["cut_items"] = items.cut
    if isinstance(items, DocumentTensors):
        found["items_without_words"] = items.empty
    return found


def _use_threads(record: dict[str, Any]) -> None:
    """Sums depend on how many threads share them: as many as when training began."""
    threads = record.get("threads")
    if isinstance(threads, int) and 1 <= threads <= 1024:
        torch.set_num_threads(threads)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
