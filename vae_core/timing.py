"""How long a training takes on this device, by trying a little of it, again and again."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vae_core.config import ModelConfig, TrainConfig
from vae_core.data.dataset import Dataset, Splits
from vae_core.data.tokenizer import TokenizerKind

if TYPE_CHECKING:
    from torch import Tensor

    from vae_core.data.tensors import ItemTensors
    from vae_core.models import VAE
    from vae_core.training import TrainingData

TRIAL_SECONDS = 4.0
# The trial goes on until it has so many passes, but not for so many times its seconds.
_FEWEST_PASSES, _MOST_TIMES = 5, 5
_TRIAL_ITEMS, _TRIAL_BATCHES = 8192, 8
_EPOCHS = 100_000


class Span(NamedTuple):
    """Seconds: with the machine to itself, and beside what else it does now."""

    low: float
    high: float

    def times(self, factor: float) -> Span:
        return Span(self.low * factor, self.high * factor)


class Moment(NamedTuple):
    """Seconds by the clock on the wall, and those that all processors worked for us."""

    wall: float
    worked: float

    def since(self, earlier: Moment) -> Moment:
        return Moment(self.wall - earlier.wall, self.worked - earlier.worked)


def now() -> Moment:
    return Moment(time.perf_counter(), time.process_time())


def seconds_for(
    dataset: Dataset,
    model: ModelConfig,
    config: TrainConfig,
    *,
    tokenizer_kind: TokenizerKind = "word",
    vocabulary_size: int = 10_000,
    seconds: float = TRIAL_SECONDS,
    clock: Callable[[], Moment] = now,
) -> Span:
    """How long the whole training takes on this device, by passes through a few of its batches.

    Every pass has the same batches, so that their times differ only by what else the machine does.
    Reading the data and the last measurements are not in it.
    Raises as ``train_run`` does for settings and data that cannot go together.
    """
    from vae_core.compatibility import check_run, check_training
    from vae_core.device import choose_device
    from vae_core.fitting import fit
    from vae_core.models import build_model, model_class

    check_run(config)
    splits = dataset.split(config.seed, config.held_out)
    # The vocabulary is of the size that the whole corpus gives: the output layer costs by it.
    fitted, tokenizer = fit(model, dataset, splits, tokenizer_kind, vocabulary_size)
    check_training(fitted, config, model_class(fitted.family).modality)
    network = build_model(fitted, tokenizer, seed=config.seed).to(choose_device(config.device))
    data = _some_of(network, dataset, splits, config)
    passes = _passes(network, data, config, seconds, clock)
    span = span_of(passes, on_processor=network.device.type == "cpu")
    return span.times(config.epochs * len(splits.train) / len(data.train))


def span_of(passes: Sequence[Moment], *, on_processor: bool) -> Span:
    """From and to how long one of these passes takes.

    ``on_processor``: who computes is the processor, and so at least one of its cores is at work
    unless others keep it. What was worked then tells what a pass takes alone, even where none of
    them was left alone.
    """
    wall, worked = (np.array(column) for column in zip(*passes, strict=True))
    low, high = np.quantile(wall, [0.25, 0.75]).tolist()
    if on_processor:
        cores = max(1.0, float((worked / wall).max()))
        low = min(low, float(np.median(worked)) / cores)
    return Span(low, high)


def _some_of(network: VAE, dataset: Dataset, splits: Splits, config: TrainConfig) -> TrainingData:
    """A few batches as the whole training has them, and as large a share of what validates."""
    from vae_core.runs import item_tensors
    from vae_core.training import TrainingData

    drawn = np.random.default_rng(config.seed).permutation(splits.train)[:_TRIAL_ITEMS]
    items = item_tensors(network, dataset.subset(np.sort(drawn)))
    train = items.part(_some_batches(items, config.batch_size))
    share = -(-len(splits.validation) * len(train) // len(splits.train))
    validation = dataset.subset(splits.validation[: max(1, share)])
    return TrainingData(train, item_tensors(network, validation))


def _some_batches(items: ItemTensors, batch_size: int) -> Tensor:
    """What is in a few of the batches, from the smallest to the largest.

    Sentences are batched by their lengths: those of a few batches come to the same batches again.
    """
    import torch

    batches = items.batches(batch_size, torch.Generator().manual_seed(0))
    whole = [batch for batch in batches if len(batch) >= batch_size]
    if len(whole) <= _TRIAL_BATCHES:
        return torch.arange(len(items))
    whole.sort(key=lambda batch: items.batch(batch).numel())
    middle = (np.arange(_TRIAL_BATCHES) + 0.5) * len(whole) / _TRIAL_BATCHES
    return torch.cat([whole[int(at)] for at in middle])


def _passes(
    network: VAE,
    data: TrainingData,
    config: TrainConfig,
    seconds: float,
    clock: Callable[[], Moment],
) -> list[Moment]:
    """The seconds of each pass through ``data``, without the first, in which much is done once.

    Where not even a second one ends in time, what one would take by the steps that were taken.
    """
    from vae_core.training import train

    began = since = clock()
    passes: list[Moment] = []

    def enough() -> bool:
        taken = clock().since(began).wall
        return taken > (seconds if len(passes) > _FEWEST_PASSES else seconds * _MOST_TIMES)

    trial = dataclasses.replace(config, epochs=_EPOCHS, patience=0)
    for progress in train(network, data, trial, should_stop=enough):
        passed = clock().since(since)
        part = progress.epoch - len(passes)
        if part >= 1:
            passes.append(passed)
            since = clock()
    if not passes:
        return [Moment(passed.wall / part, passed.worked / part)]
    return passes[1:] or passes
