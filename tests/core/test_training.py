"""Training: repeatable, honest about the best weights, and it stops when told or when lost."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import vae_core.trainer as training_module
import vae_core.validation as validation_module
from tests.core.support import CPU, one_sentence, pictures, sentence_items, tiny_gru
from vae_core.config import ConfigError, ObjectiveConfig, TrainConfig
from vae_core.data.images import load_digits
from vae_core.data.tensors import ImageTensors
from vae_core.models import DenseConfig, GruVAE, build_model
from vae_core.models.base import VAE
from vae_core.objectives import ElboTerms, elbo_terms, objective
from vae_core.training import TrainingData, TrainingError, TrainProgress, train

QUICK = TrainConfig(epochs=3, batch_size=16, learning_rate=1e-2, device="cpu")


def digits(count: int = 120) -> TrainingData:
    """Real digits: `count` to train and 60 to validate."""
    images = load_digits().images
    assert images is not None
    return TrainingData(
        ImageTensors(images[:count], CPU), ImageTensors(images[count : count + 60], CPU)
    )


def dense(seed: int = 0) -> VAE:
    return build_model(DenseConfig(hidden=16), seed=seed)


def animals(seed: int = 0) -> tuple[GruVAE, TrainingData]:
    model = tiny_gru()
    torch.manual_seed(seed)
    items = sentence_items(model)
    numbers = torch.arange(len(items))
    return model, TrainingData(items.part(numbers[:18]), items.part(numbers[18:]))


def changed(config: TrainConfig = QUICK, **values: Any) -> TrainConfig:
    return dataclasses.replace(config, **values)


def same_weights(one: VAE, other: VAE) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def validation_elbo(model: VAE, data: TrainingData, batch_size: int) -> float:
    """As training validates: the same noise each time, in item order."""
    model.eval()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        parts = [
            elbo_terms(model, data.validation.batch(rows), generator).elbo().double()
            for rows in data.validation.in_order(batch_size)
        ]
    return float(torch.cat(parts).mean())


def overfitting(epochs: int) -> tuple[VAE, TrainingData, TrainConfig]:
    """A model that learns five digits by heart: its best epoch is soon over."""
    model = build_model(DenseConfig(latent_dim=8, hidden=64))
    return model, digits(5), changed(epochs=epochs, learning_rate=0.05)


def per_epoch(reports: list[TrainProgress]) -> list[TrainProgress]:
    return [report for report in reports if report.validation_elbo is not None]


@pytest.mark.parametrize("kind", ["dense", "gru"])
def test_the_same_seed_gives_the_same_weights_bit_for_bit(kind: str) -> None:
    trained: list[VAE] = []
    for seed, noise in ((4, 1), (4, 2), (5, 1)):
        model, data = (dense(), digits()) if kind == "dense" else animals()
        torch.manual_seed(noise)  # whatever was drawn before must not matter
        list(train(model, data, changed(seed=seed)))
        trained.append(model)
    assert same_weights(trained[0], trained[1])
    assert not same_weights(trained[0], trained[2])


def test_drawing_progress_slowly_changes_nothing() -> None:
    data = digits()
    straight, interrupted = dense(), dense()
    list(train(straight, data, QUICK))
    for _ in train(interrupted, data, QUICK):
        np.random.default_rng(0).random(10)
    assert same_weights(straight, interrupted)


def test_each_report_is_a_line_of_metrics(tmp_path: Path) -> None:
    metrics = tmp_path / "metrics.jsonl"
    reports = list(train(dense(), digits(), QUICK, metrics))
    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    assert lines == [report.to_json() for report in reports]
    assert set(lines[0]) >= {
        "step", "steps", "epoch", "epochs", "elbo", "reconstruction", "kl", "beta",
        "items_per_second", "elapsed_seconds",
        "validation_elbo", "validation_reconstruction", "validation_kl",
    }  # fmt: skip
    assert len(per_epoch(reports)) == 3
    assert [report.step for report in per_epoch(reports)] == [8, 16, 24]
    assert reports[-1].step == reports[-1].steps == 24
    assert reports[-1].epoch == reports[-1].epochs == 3
    steps = [report.step for report in reports]
    assert steps == sorted(set(steps))


def test_every_report_adds_up() -> None:
    for report in train(dense(), digits(), QUICK):
        assert report.elbo == pytest.approx(report.reconstruction - report.kl)
        assert report.reconstruction < 0 <= report.kl
        if report.validation_elbo is not None:
            assert report.validation_reconstruction is not None
            assert report.validation_kl is not None
            assert report.validation_elbo == pytest.approx(
                report.validation_reconstruction - report.validation_kl
            )


def test_reports_are_means_over_the_items_since_the_last_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = digits(130)  # the last batch of the epoch is smaller
    recorded: list[torch.Tensor] = []

    def record(*inputs: Any) -> tuple[torch.Tensor, ElboTerms]:
        value, terms = objective(*inputs)
        recorded.append(terms.elbo().detach())
        return value, terms

    monkeypatch.setattr(training_module, "objective", record)
    monkeypatch.setattr(training_module, "LOGS_PER_EPOCH", 3)
    monkeypatch.setattr(training_module, "STEPS_PER_LOG", 1)
    weights = ObjectiveConfig(beta=7.0, free_bits=1.0)
    reports = list(train(dense(), data, changed(epochs=2, objective=weights)))
    assert [report.step for report in reports] == [3, 6, 9, 12, 15, 18]
    for number, report in enumerate(reports):
        since = torch.cat(recorded[3 * number : 3 * number + 3])
        assert report.elbo == pytest.approx(float(since.mean()), rel=1e-5)
        assert report.beta == 7.0


def test_every_epoch_trains_with_dropout_and_validates_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    modes: list[tuple[bool, bool]] = []

    def record(model: VAE, batch: torch.Tensor, generator: torch.Generator) -> ElboTerms:
        modes.append((torch.is_grad_enabled(), model.training))
        return elbo_terms(model, batch, generator)

    def record_training(model: VAE, *inputs: Any) -> tuple[torch.Tensor, ElboTerms]:
        modes.append((torch.is_grad_enabled(), model.training))
        return objective(model, *inputs)

    monkeypatch.setattr(validation_module, "elbo_terms", record)
    monkeypatch.setattr(training_module, "objective", record_training)
    model, data = animals()
    list(train(model, data, QUICK))
    assert len(modes) == 3 * (2 + 1)
    assert all(learning == training for learning, training in modes)


def test_the_best_weights_are_kept_not_the_last() -> None:
    model, data, config = overfitting(epochs=100)
    reports = per_epoch(list(train(model, data, config)))
    elbos = [report.validation_elbo or math.nan for report in reports]
    best = int(np.argmax(elbos))
    assert best < 50, "this test needs a training that overfits"
    assert validation_elbo(model, data, 16) == pytest.approx(elbos[best], rel=1e-6)
    assert reports[best].best
    assert not reports[-1].best
    records = [elbo > max(elbos[:i], default=-math.inf) for i, elbo in enumerate(elbos)]
    assert [report.best for report in reports] == records
    assert not model.training


def test_epochs_of_the_warm_up_do_not_compete() -> None:
    objective = ObjectiveConfig(warmup_epochs=3.0)
    reports = per_epoch(list(train(dense(), digits(), changed(epochs=5, objective=objective))))
    assert [report.best for report in reports[:3]] == [False, False, True]


def test_a_warm_up_longer_than_training_keeps_the_last_weights() -> None:
    model, data = dense(), digits()
    objective = ObjectiveConfig(warmup_epochs=50.0)
    reports = per_epoch(list(train(model, data, changed(objective=objective))))
    assert [report.best for report in reports] == [False, False, True]
    assert validation_elbo(model, data, 16) == pytest.approx(reports[-1].validation_elbo)


@pytest.mark.parametrize("stop_at", [1, 5, 8])
def test_stopping_validates_and_keeps_the_weights(stop_at: int) -> None:
    model, data = dense(), digits()
    steps = 0

    def should_stop() -> bool:
        nonlocal steps
        steps += 1
        return steps == stop_at

    reports = list(train(model, data, changed(epochs=1000), should_stop=should_stop))
    assert reports[-1].step == stop_at
    assert reports[-1].best
    assert validation_elbo(model, data, 16) == pytest.approx(reports[-1].validation_elbo)
    assert not same_weights(model, dense())
    assert not model.training


def test_stopping_during_the_warm_up_keeps_the_weights() -> None:
    model, data = dense(), digits()
    objective = ObjectiveConfig(warmup_epochs=50.0)
    config = changed(epochs=1000, objective=objective)
    calls = iter(range(1000))
    reports = list(train(model, data, config, should_stop=lambda: next(calls) == 20))
    assert reports[-1].step == 21
    assert reports[-1].best
    assert validation_elbo(model, data, 16) == pytest.approx(reports[-1].validation_elbo)


def test_stopping_later_keeps_earlier_weights_that_were_better() -> None:
    model, data, config = overfitting(epochs=1000)
    steps = 0

    def should_stop() -> bool:
        nonlocal steps
        steps += 1
        return steps == 100

    reports = per_epoch(list(train(model, data, config, should_stop=should_stop)))
    best = max(report.validation_elbo or -math.inf for report in reports)
    assert not reports[-1].best
    assert validation_elbo(model, data, 16) == pytest.approx(best, rel=1e-6)


def spoil(monkeypatch: pytest.MonkeyPatch, *, step: int, factor: float) -> None:
    """The loss of that step, counted from 1, is multiplied by ``factor``."""
    steps = 0

    def spoiled(*inputs: Any) -> tuple[torch.Tensor, ElboTerms]:
        nonlocal steps
        steps += 1
        value, terms = objective(*inputs)
        return value * (factor if steps == step else 1.0), terms

    monkeypatch.setattr(training_module, "objective", spoiled)


def test_a_loss_that_is_no_number_stops_training(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    metrics = tmp_path / "metrics.jsonl"
    spoil(monkeypatch, step=11, factor=math.nan)
    monkeypatch.setattr(training_module, "STEPS_PER_LOG", 1)
    with pytest.raises(TrainingError) as caught:
        list(train(dense(), digits(), QUICK, metrics))
    assert "lower the learning rate" in one_sentence(caught.value)
    # Nothing but numbers reaches the file.
    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    assert len(lines) >= 8
    assert all(math.isfinite(line["elbo"]) for line in lines)


def test_weights_that_become_infinite_in_the_last_step_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoil(monkeypatch, step=8, factor=math.inf)
    with pytest.raises(TrainingError) as caught:
        list(train(dense(), digits(), changed(epochs=1)))
    assert not caught.value.kept


def test_a_training_that_breaks_keeps_its_last_good_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, data = dense(), digits()
    spoil(monkeypatch, step=20, factor=math.nan)
    reports: list[TrainProgress] = []
    with pytest.raises(TrainingError) as caught:
        reports.extend(train(model, data, QUICK))
    assert caught.value.kept
    assert "epoch 2 are kept; lower the learning rate" in one_sentence(caught.value)
    best = max(report.validation_elbo or -math.inf for report in reports)
    assert validation_elbo(model, data, 16) == pytest.approx(best, rel=1e-6)


def test_a_learning_rate_that_is_too_high_ends_in_one_sentence() -> None:
    with pytest.raises(TrainingError) as caught:
        list(train(dense(), digits(), changed(epochs=50, learning_rate=10.0)))
    one_sentence(caught.value)


@pytest.mark.parametrize(
    "change", [{}, {"precision": "bfloat16"}, {"schedule": "cosine"}], ids=lambda c: str(c)
)
def test_the_elbo_of_digits_improves(change: dict[str, Any]) -> None:
    reports = per_epoch(list(train(dense(), digits(400), changed(epochs=6, **change))))
    first, last = reports[0].validation_elbo, reports[-1].validation_elbo
    assert first is not None
    assert last is not None
    assert last > first + 1.0
    assert last > -30  # an untrained model is at -8 * 8 * ln 2 = -44


@pytest.mark.parametrize("change", [{"precision": "bfloat16"}, {"schedule": "cosine"}])
def test_a_sentence_model_learns_in_every_mode(change: dict[str, Any]) -> None:
    model, data = animals()
    config = changed(epochs=12, batch_size=6, **change)
    reports = per_epoch(list(train(model, data, config)))
    assert (reports[-1].validation_elbo or 0) > (reports[0].validation_elbo or 0) + 2
    assert all(value.dtype == torch.float32 for value in model.state_dict().values())


def test_precision_and_schedule_change_the_training() -> None:
    models = [dense() for _ in range(3)]
    changes: tuple[dict[str, Any], ...] = ({}, {"precision": "bfloat16"}, {"schedule": "cosine"})
    for model, change in zip(models, changes, strict=True):
        list(train(model, digits(), changed(**change)))
    assert not same_weights(models[0], models[1])
    assert not same_weights(models[0], models[2])


def test_the_cosine_schedule_ends_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    plain = torch.optim.Adam.step

    def step(self: torch.optim.Adam, *inputs: Any, **more: Any) -> Any:
        rates.append(self.param_groups[0]["lr"])
        return plain(self, *inputs, **more)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    list(train(dense(), digits(), changed(schedule="cosine")))
    expected = [QUICK.learning_rate * (1 + math.cos(math.pi * i / 24)) / 2 for i in range(24)]
    assert rates == pytest.approx(expected, rel=1e-4)


def test_gradients_are_clipped(monkeypatch: pytest.MonkeyPatch) -> None:
    norms: list[float] = []
    plain = torch.optim.Adam.step

    def step(self: torch.optim.Adam, *inputs: Any, **more: Any) -> Any:
        gradients = [p.grad for group in self.param_groups for p in group["params"]]
        norms.append(float(torch.cat([g.flatten() for g in gradients]).norm()))
        return plain(self, *inputs, **more)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    list(train(dense(), digits(), changed(epochs=1, gradient_clip=0.125)))
    assert max(norms) <= 0.1251
    assert min(norms) > 0.12


def test_more_items_than_a_batch_are_not_needed() -> None:
    images = pictures(3).images
    assert images is not None
    items = ImageTensors(images, CPU)
    model = build_model(DenseConfig(image_height=4, image_width=4, hidden=4))
    one = items.part(torch.tensor([0]))
    reports = list(train(model, TrainingData(one, one), changed(epochs=2)))
    assert [report.epoch for report in reports] == [1.0, 2.0]


@pytest.mark.parametrize(("items", "batch_size"), [(1, 8), (5, 1)])
def test_a_batch_norm_needs_two_items(items: int, batch_size: int) -> None:
    model = build_model(DenseConfig(hidden=4, mean_batch_norm=0.5))
    with pytest.raises(ConfigError) as caught:
        list(train(model, digits(items), changed(batch_size=batch_size)))
    assert f"but are {batch_size} and {items}" in one_sentence(caught.value)


def test_a_last_batch_of_one_is_no_trouble_for_a_batch_norm() -> None:
    model = build_model(DenseConfig(hidden=4, mean_batch_norm=0.5))
    reports = list(train(model, digits(33), changed(batch_size=16)))
    assert len(per_epoch(reports)) == 3
