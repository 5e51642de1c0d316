"""What training reports, and the sums behind it."""

from __future__ import annotations

import dataclasses
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from vae_core.objectives import ElboTerms


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

    @property
    def is_finite(self) -> bool:
        """Whether the likelihoods are numbers."""
        checked = (self.elbo, self.validation_elbo or 0.0)
        return all(abs(value) < float("inf") for value in checked)


class Means(NamedTuple):
    """Means over items, nats per item."""

    elbo: float
    reconstruction: float
    kl: float


class Meter:
    """Adds up the terms of each step on the device, and reads them only to report."""

    def __init__(self, epochs: int, steps_per_epoch: int) -> None:
        self.step = 0
        self._epochs = epochs
        self._steps_per_epoch = steps_per_epoch
        self._beta = 0.0
        self._sums: Tensor | None = None
        self._last = Means(0.0, 0.0, 0.0)
        self._items = 0
        self._begin = self._since = time.perf_counter()

    def add(self, terms: ElboTerms, beta: float) -> None:
        sums = torch.stack([terms.reconstruction.detach().sum(), terms.kl.detach().sum()])
        self._sums = sums if self._sums is None else self._sums + sums
        self._items += len(terms.reconstruction)
        self._beta = beta
        self.step += 1

    def report(self, validation: Means | None = None, *, best: bool = False) -> TrainProgress:
        now = time.perf_counter()
        speed = self._items / max(now - self._since, 1e-9)
        if self._sums is not None:
            reconstruction, kl = (self._sums / self._items).tolist()
            self._last = Means(reconstruction - kl, reconstruction, kl)
        self._sums, self._items, self._since = None, 0, now
        return TrainProgress(
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

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """What ``restore`` needs, as JSON values and as tensors."""
        now = time.perf_counter()
        values = {
            "step": self.step,
            "beta": self._beta,
            "items": self._items,
            "last": list(self._last),
            "seconds_all": now - self._begin,
            "seconds_report": now - self._since,
        }
        return values, {} if self._sums is None else {"sums": self._sums}

    def restore(self, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        now = time.perf_counter()
        self.step = int(values["step"])
        self._beta = float(values["beta"])
        self._items = int(values["items"])
        self._last = Means(*values["last"])
        self._begin = now - float(values["seconds_all"])
        self._since = now - float(values["seconds_report"])
        self._sums = tensors.get("sums")


def append_line(progress: TrainProgress, metrics: Path) -> None:
    """Add one line of JSON to the file of metrics."""
    with metrics.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(progress.to_json()) + "\n")
