"""One training in all its parts: steps, reports, the best weights, and its whole state."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from vae_core.config import TrainConfig
from vae_core.data.tensors import ItemTensors
from vae_core.errors import UserError
from vae_core.evaluation.posterior import encode_items, mutual_information
from vae_core.models import build_model
from vae_core.models.base import VAE
from vae_core.objectives import objective
from vae_core.progress import Means, Meter, TrainProgress, append_line
from vae_core.training_state import TrainingState, optimiser_tensors, restore_optimiser
from vae_core.validation import Best, validate

LOGS_PER_EPOCH = 20
# Batches of sentences are alike in length and so unlike each other: a report is a mean of several.
STEPS_PER_LOG = 8
# He et al. 2019 take up to 100 steps of the encoder for one of the decoder, and look every 10.
_AGGRESSIVE_STEPS, _AGGRESSIVE_LOOK = 20, 5
_INFORMATION_ITEMS = 2000


class TrainingError(UserError, RuntimeError):
    """Training cannot go on; the message says why and what to change.

    ``kept``: the model has the best weights from before it went wrong.
    """

    def __init__(self, message: str, *, kept: bool = False) -> None:
        super().__init__(message)
        self.kept = kept


class TrainingData(NamedTuple):
    """Items to learn from, and others to choose the best weights by."""

    train: ItemTensors
    validation: ItemTensors


class Trainer:
    """One training: everything that changes while it goes on."""

    def __init__(
        self, model: VAE, data: TrainingData, config: TrainConfig, metrics: Path | None
    ) -> None:
        torch.manual_seed(config.seed)
        self.model, self.data, self.config, self.metrics = model, data, config, metrics
        self.order = torch.Generator().manual_seed(config.seed)
        self.noise = torch.Generator(device=model.device).manual_seed(config.seed)
        parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.Adam(parameters, lr=config.learning_rate, fused=True)
        self.steps_per_epoch = len(data.train.batches(config.batch_size, torch.Generator()))
        self.meter = Meter(config.epochs, self.steps_per_epoch)
        self.best = Best()
        self.epoch = 0
        self.order_at_epoch = self.order.get_state()
        self.decoder_is_new = False
        self.aggressive = config.aggressive_epochs > 0
        self.information = -math.inf

    def run(
        self,
        should_stop: Callable[[], bool],
        save: Callable[[TrainingState], None] | None,
        save_seconds: float,
    ) -> Iterator[TrainProgress]:
        every = max(STEPS_PER_LOG, self.steps_per_epoch // LOGS_PER_EPOCH)
        saved = time.perf_counter()
        self.model.train()
        while self.epoch < self.config.epochs:
            stopping = False
            for indices in self._rest_of_epoch():
                self._step(indices)
                stopping = should_stop()
                due = self.meter.step % every == 0 and self.meter.step % self.steps_per_epoch != 0
                if due and not stopping:
                    yield self._report()
                if save is not None and (stopping or time.perf_counter() - saved >= save_seconds):
                    save(self.state())
                    saved = time.perf_counter()
                if stopping:
                    break
            yield self._end_of_epoch(stopping)
            if stopping or self._has_waited_enough():
                break
        self.best.restore(self.model)

    def _rest_of_epoch(self) -> list[Tensor]:
        """The batches of this epoch that are still to come."""
        done = self.meter.step - self.epoch * self.steps_per_epoch
        now = self.order.get_state()
        if done == 0:
            self.order_at_epoch = now
        self.order.set_state(self.order_at_epoch)
        batches = self.data.train.batches(self.config.batch_size, self.order)
        if done > 0:
            self.order.set_state(now)
        self._batches = batches
        return batches[done:]

    def _step(self, indices: Tensor) -> None:
        epoch = self.meter.step / self.steps_per_epoch
        self._renew_decoder(epoch)
        beta = self.config.objective.beta_at(epoch, self.config.epochs)
        rate = self._learning_rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        if self.aggressive:
            self._train_encoder(beta)
        terms, value = self._terms(indices, beta)
        value.backward()  # type: ignore[no-untyped-call]
        if self.aggressive:
            self._forget_gradients(of_decoder=False)
        self._update()
        self.meter.add(terms, beta)

    def _terms(self, indices: Tensor, beta: float) -> tuple[Any, Tensor]:
        config = self.config
        batch = self.data.train.training_batch(indices, config, self.noise)
        half = config.precision == "bfloat16"
        with torch.autocast(self.model.device.type, torch.bfloat16, enabled=half):
            value, terms = objective(
                self.model, batch, config.objective, beta, self.noise, len(self.data.train)
            )
        self.optimiser.zero_grad(set_to_none=True)
        return terms, value

    def _update(self) -> None:
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.gradient_clip)
        self.optimiser.step()

    def _learning_rate(self) -> float:
        """Of this step; "cosine" would reach 0 at the step after the last."""
        rate = self.config.learning_rate
        if self.config.schedule == "cosine":
            done = self.meter.step / (self.config.epochs * self.steps_per_epoch)
            rate *= 0.5 * (1 + math.cos(math.pi * done))
        return rate

    def _renew_decoder(self, epoch: float) -> None:
        """After its epochs as an autoencoder, the decoder starts again. Li et al. 2019."""
        begins = self.config.objective.autoencoder_epochs
        if begins == 0 or self.decoder_is_new or epoch < begins:
            return
        tokenizer = getattr(self.model, "tokenizer", None)
        fresh = build_model(self.model.config, tokenizer, seed=self.config.seed + 1)
        new = {k: v for k, v in fresh.state_dict().items() if self.model.is_decoder(k)}
        self.model.load_state_dict(new, strict=False)
        for name, parameter in self.model.named_parameters():
            if self.model.is_decoder(name):
                self.optimiser.state.pop(parameter, None)
        self.decoder_is_new = True

    def _train_encoder(self, beta: float) -> None:
        """Steps of the encoder alone, on random batches, while they still help. He et al. 2019."""
        before, total = math.inf, 0.0
        for step in range(1, _AGGRESSIVE_STEPS + 1):
            number = int(torch.randint(len(self._batches), (), generator=self.order))
            _, value = self._terms(self._batches[number], beta)
            value.backward()  # type: ignore[no-untyped-call]
            self._forget_gradients(of_decoder=True)
            self._update()
            total += float(value.detach())
            if step % _AGGRESSIVE_LOOK == 0:
                if total >= before:
                    return
                before, total = total, 0.0

    def _forget_gradients(self, *, of_decoder: bool) -> None:
        for name, parameter in self.model.named_parameters():
            if self.model.is_decoder(name) == of_decoder:
                parameter.grad = None

    def _end_of_epoch(self, stopping: bool) -> TrainProgress:
        config = self.config
        validation = validate(self.model, self.data.validation, config)
        if not stopping:
            self.epoch += 1
        last = stopping or self.epoch == config.epochs
        is_best = (self._competes() or last) and self.best.offer(
            self.model, validation.elbo, self.epoch
        )
        if self.aggressive and not stopping:
            self._end_of_aggressive_epoch()
        return self._report(validation, best=is_best)

    def _competes(self) -> bool:
        """Whether the epoch that just ended was trained with β at its full value."""
        objective = self.config.objective
        last_step = (self.meter.step - 1) / self.steps_per_epoch
        ends = [objective.beta_at(at, self.config.epochs) for at in (self.epoch, last_step)]
        return max(ends) >= objective.beta

    def _end_of_aggressive_epoch(self) -> None:
        count = min(len(self.data.validation), _INFORMATION_ITEMS)
        some = self.data.validation.part(torch.arange(count))
        information = mutual_information(encode_items(self.model, some))
        done = self.epoch >= self.config.aggressive_epochs or information <= self.information
        self.aggressive, self.information = not done, max(information, self.information)

    def _has_waited_enough(self) -> bool:
        patience = self.config.patience
        return bool(patience and self.best.found and self.epoch - self.best.epoch >= patience)

    def _report(self, validation: Means | None = None, *, best: bool = False) -> TrainProgress:
        progress = self.meter.report(validation, best=best)
        if not progress.is_finite:
            self._give_up(progress)
        if self.metrics is not None:
            append_line(progress, self.metrics)
        return progress

    def _give_up(self, progress: TrainProgress) -> None:
        kept = self.best.found
        self.best.restore(self.model)
        self.model.eval()
        where = f"at step {progress.step} (epoch {progress.epoch:.1f})"
        held = f"; the weights of epoch {self.best.epoch} are kept" if kept else ""
        raise TrainingError(
            f"The loss stopped being a number {where}{held}; lower the learning rate.", kept=kept
        )

    def state(self) -> TrainingState:
        """Everything that ``restore`` needs."""
        meter, sums = self.meter.state()
        values = {
            "meter": meter,
            "epoch": self.epoch,
            "decoder_is_new": self.decoder_is_new,
            "aggressive": self.aggressive,
            "information": None if math.isinf(self.information) else self.information,
            "best": self.best.values(),
            "metrics_bytes": self._metrics_size(),
        }
        groups = {
            "meter": sums,
            "model": self.model.state_dict(),
            "adam": optimiser_tensors(self.optimiser, self.model),
            "best": self.best.weights or {},
            "random": self._random_states(),
        }
        named = {f"{group}.{k}": v for group, part in groups.items() for k, v in part.items()}
        return TrainingState(values, named)

    def _random_states(self) -> dict[str, Tensor]:
        states = {
            "order": self.order.get_state(),
            "order_at_epoch": self.order_at_epoch,
            "noise": self.noise.get_state(),
            "global": torch.get_rng_state(),
        }
        if self.model.device.type == "cuda":
            states["cuda"] = torch.cuda.get_rng_state(self.model.device)
        return states

    def restore(self, state: TrainingState) -> None:
        device, values = self.model.device, state.values
        self.model.load_state_dict({k: v.to(device) for k, v in state.part("model").items()})
        restore_optimiser(self.optimiser, self.model, state.part("adam"))
        self.meter.restore(
            values["meter"], {k: v.to(device) for k, v in state.part("meter").items()}
        )
        self.best.put_back(values["best"], {k: v.to(device) for k, v in state.part("best").items()})
        self.epoch = int(values["epoch"])
        self.decoder_is_new = bool(values["decoder_is_new"])
        self.aggressive = bool(values["aggressive"])
        information = values["information"]
        self.information = -math.inf if information is None else float(information)
        random = state.part("random")
        self.order_at_epoch = random["order_at_epoch"]
        self.order.set_state(random["order"])
        self.noise.set_state(random["noise"])
        torch.set_rng_state(random["global"])
        if "cuda" in random and device.type == "cuda":
            torch.cuda.set_rng_state(random["cuda"], device)
        if self.metrics is not None and self.metrics.exists():
            # What was reported after the state was saved will be reported again.
            os.truncate(self.metrics, min(int(values["metrics_bytes"]), self._metrics_size()))

    def _metrics_size(self) -> int:
        """Bytes reported so far."""
        if self.metrics is None or not self.metrics.exists():
            return 0
        return self.metrics.stat().st_size
