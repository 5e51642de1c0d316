"""Training as an iterator: the caller draws progress from it, and stops it when it likes."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from vae_core.config import TrainConfig
from vae_core.data.tensors import ItemTensors
from vae_core.errors import UserError
from vae_core.models.base import VAE
from vae_core.objectives import ElboTerms, elbo_terms, loss

LOGS_PER_EPOCH = 20
# Batches of sentences are alike in length and so unlike each other: a report is a mean of several.
STEPS_PER_LOG = 8
_VALIDATION_SEED = 1


class TrainingError(UserError, RuntimeError):
    """Training cannot go on; the message says why and what to change."""


class TrainingData(NamedTuple):
    """Items to learn from, and others to choose the best weights by."""

    train: ItemTensors
    validation: ItemTensors


@dataclass(frozen=True)
class TrainProgress:
    """Where training stands. Likelihood terms are nats per item, means since the last report.

    ``elbo`` = ``reconstruction`` − ``kl``: the true ELBO (β = 1), whatever the objective weighs.
    ``validation_*`` are given once an epoch, when ``best`` says whether those weights are kept.
    """

    step: int
    steps: int
    epoch: float
    epochs: int
    elbo: float
    reconstruction: float
    kl: float
    beta: float
    items_per_second: float
    elapsed_seconds: float
    validation_elbo: float | None = None
    validation_reconstruction: float | None = None
    validation_kl: float | None = None
    best: bool = False

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


class _Means(NamedTuple):
    elbo: float
    reconstruction: float
    kl: float


def train(
    model: VAE,
    data: TrainingData,
    config: TrainConfig,
    metrics: Path | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[TrainProgress]:
    """Train ``model`` in place with Adam; it ends with the weights of the best validation ELBO.

    Only epochs after the KL warm-up compete, since before it the ELBO is not what is optimised.
    Each report is also one line of ``metrics``. When ``should_stop()`` turns true, the current
    weights are validated and training ends as it would at its last epoch. The same seed on the
    same CPU gives the same weights, bit for bit; torch's global generator is seeded, as dropout
    draws from it. Raises TrainingError when the loss is no longer a number.
    """
    torch.manual_seed(config.seed)
    order = torch.Generator().manual_seed(config.seed)
    noise = torch.Generator(device=model.device).manual_seed(config.seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    objective = config.objective
    steps_per_epoch = len(list(data.train.batches(config.batch_size, torch.Generator())))
    schedule = _schedule(optimiser, config, config.epochs * steps_per_epoch)
    every = max(STEPS_PER_LOG, steps_per_epoch // LOGS_PER_EPOCH)
    meter = _Meter(config.epochs, steps_per_epoch)
    best = _Best()
    half = config.precision == "bfloat16"
    model.train()
    for epoch in range(config.epochs):
        stopping = False
        for indices in data.train.batches(config.batch_size, order):
            beta = objective.beta_at(meter.step / steps_per_epoch)
            with torch.autocast(model.device.type, torch.bfloat16, enabled=half):
                terms = elbo_terms(model, data.train.batch(indices), noise)
            optimiser.zero_grad(set_to_none=True)
            loss(terms, beta, objective.free_bits).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.gradient_clip)
            optimiser.step()
            schedule.step()
            meter.add(terms, beta)
            stopping = should_stop()
            if stopping:
                break
            if meter.step % every == 0 and meter.step % steps_per_epoch != 0:
                yield _written(meter.report(), metrics)
        validation = _means(model, data.validation, config.batch_size)
        competes = epoch + 1 >= objective.warmup_epochs or stopping or epoch + 1 == config.epochs
        is_best = competes and best.offer(model, validation.elbo)
        yield _written(meter.report(validation, best=is_best), metrics)
        if stopping:
            break
    best.restore(model)
    model.eval()


def _schedule(
    optimiser: torch.optim.Optimizer, config: TrainConfig, steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    if config.schedule == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=steps)
    return torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1.0, total_iters=0)


class _Meter:
    """Adds up the terms of each step on the device, and reads them only to report."""

    def __init__(self, epochs: int, steps_per_epoch: int) -> None:
        self.step = 0
        self._epochs = epochs
        self._steps_per_epoch = steps_per_epoch
        self._beta = 0.0
        self._sums: Tensor | None = None
        self._last: _Means = _Means(0.0, 0.0, 0.0)
        self._items = 0
        self._begin = self._since = time.perf_counter()

    def add(self, terms: ElboTerms, beta: float) -> None:
        sums = torch.stack([terms.reconstruction.detach().sum(), terms.kl.detach().sum()])
        self._sums = sums if self._sums is None else self._sums + sums
        self._items += len(terms.reconstruction)
        self._beta = beta
        self.step += 1

    def report(self, validation: _Means | None = None, *, best: bool = False) -> TrainProgress:
        now = time.perf_counter()
        speed = self._items / max(now - self._since, 1e-9)
        if self._sums is not None:
            reconstruction, kl = (self._sums / self._items).tolist()
            self._last = _Means(reconstruction - kl, reconstruction, kl)
        self._sums, self._items, self._since = None, 0, now
        progress = TrainProgress(
            step=self.step,
            steps=self._epochs * self._steps_per_epoch,
            epoch=self.step / self._steps_per_epoch,
            epochs=self._epochs,
            elbo=self._last.elbo,
            reconstruction=self._last.reconstruction,
            kl=self._last.kl,
            beta=self._beta,
            items_per_second=speed,
            elapsed_seconds=now - self._begin,
            validation_elbo=validation.elbo if validation else None,
            validation_reconstruction=validation.reconstruction if validation else None,
            validation_kl=validation.kl if validation else None,
            best=best,
        )
        self._check(progress)
        return progress

    @staticmethod
    def _check(progress: TrainProgress) -> None:
        checked = [progress.elbo, progress.validation_elbo or 0.0]
        if not all(abs(value) < float("inf") for value in checked):
            raise TrainingError(
                f"The loss stopped being a number at step {progress.step} (epoch "
                f"{progress.epoch:.1f}); lower the learning rate."
            )


class _Best:
    """A copy of the weights with the highest validation ELBO so far."""

    def __init__(self) -> None:
        self._elbo = float("-inf")
        self._state: dict[str, Tensor] | None = None

    def offer(self, model: VAE, elbo: float) -> bool:
        if elbo <= self._elbo:
            return False
        self._elbo = elbo
        self._state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        return True

    def restore(self, model: VAE) -> None:
        if self._state is not None:
            model.load_state_dict(self._state)


@torch.no_grad()
def _means(model: VAE, items: ItemTensors, batch_size: int) -> _Means:
    """ELBO terms over all items, with the same noise every time so that epochs compare."""
    generator = torch.Generator(device=model.device).manual_seed(_VALIDATION_SEED)
    model.eval()
    try:
        sums = [0.0, 0.0]
        for indices in items.in_order(batch_size):
            terms = elbo_terms(model, items.batch(indices), generator)
            sums[0] += float(terms.reconstruction.sum(dtype=torch.float64))
            sums[1] += float(terms.kl.sum(dtype=torch.float64))
    finally:
        model.train()
    reconstruction, kl = sums[0] / len(items), sums[1] / len(items)
    return _Means(reconstruction - kl, reconstruction, kl)


def _written(progress: TrainProgress, metrics: Path | None) -> TrainProgress:
    if metrics is not None:
        with metrics.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(progress.to_json()) + "\n")
    return progress
