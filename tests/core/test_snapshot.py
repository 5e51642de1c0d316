"""Looks at a model in training: what they hold, and that training does not notice them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_runs import DENSE, QUICK, pictures, trained
from vae_core import snapshot as module
from vae_core.data.dataset import Dataset
from vae_core.models import GruConfig
from vae_core.run_training import train_run
from vae_core.snapshot import (
    SNAPSHOT,
    Snapshot,
    Watcher,
    aligned,
    plane_of,
    read_snapshot,
    write_snapshot,
)

CONFIG = dataclasses.replace(QUICK, epochs=3)
TEXTS = tuple(f"the {word} runs {number} times" for word in ("cat", "dog") for number in range(30))


def sentences() -> Dataset:
    labels = tuple(text.split()[1] for text in TEXTS)
    return Dataset(name="made", modality="sentences", texts=TEXTS, labels=labels)


def looked(
    dataset: Dataset, model: object, out: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Snapshot]:
    """Every look that a short training took."""
    monkeypatch.setattr(module, "_SECONDS", 0.0)
    monkeypatch.setattr(module, "_SHARE", 1e9)
    seen = []
    for _ in train_run(dataset, model, CONFIG, out, language_model=False):  # type: ignore[arg-type]
        found = read_snapshot(out / SNAPSHOT)
        assert found is not None
        seen.append(found)
    assert not (out / SNAPSHOT).exists()
    return seen


def test_pictures_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = pictures()
    first, *_, last = looked(dataset, DENSE, tmp_path / "run", monkeypatch)
    held_out = dataset.split(QUICK.seed, QUICK.held_out).validation
    assert isinstance(last.originals, np.ndarray)
    assert dataset.images is not None
    np.testing.assert_array_equal(last.originals, dataset.images[held_out[:8]])
    assert isinstance(last.reconstructions, np.ndarray)
    assert isinstance(last.samples, np.ndarray)
    assert last.reconstructions.shape == last.originals.shape
    assert last.samples.dtype == np.uint8
    assert last.cloud.shape == (len(held_out), 2)
    assert (last.kl >= 0).all()
    assert last.step > first.step
    np.testing.assert_array_equal(first.originals, last.originals)
    assert not np.array_equal(first.samples, last.samples)


def test_texts_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = sentences()
    *_, last = looked(dataset, GruConfig(latent_dim=3), tmp_path / "run", monkeypatch)
    held_out = dataset.split(QUICK.seed, QUICK.held_out).validation
    assert last.originals == tuple(TEXTS[i] for i in held_out[:8])
    assert len(last.reconstructions) == len(last.originals)
    assert isinstance(last.samples, tuple)
    assert dataset.labels is not None
    assert last.labels == tuple(dataset.labels[i] for i in held_out)
    assert last.kl.shape == (3,)
    assert -0.1 <= last.information <= np.log(len(held_out)) + 1e-6


def test_a_training_that_is_watched_ends_as_one_that_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(pictures(), DENSE, tmp_path / "watched", monkeypatch)
    monkeypatch.setattr(Watcher, "look", lambda *_: None)
    trained(pictures(), DENSE, tmp_path / "alone", config=CONFIG)
    weights = [
        (tmp_path / name / "model.safetensors").read_bytes() for name in ("watched", "alone")
    ]
    assert weights[0] == weights[1]


def test_nothing_is_looked_at_once_it_is_no_number(tmp_path: Path) -> None:
    list(train_run(pictures(), DENSE, QUICK, tmp_path / "run"))
    from vae_core.checkpoint import load_run
    from vae_core.runs import item_tensors

    run = load_run(tmp_path / "run")
    held_out = np.arange(9)
    watcher = Watcher(tmp_path, pictures(), item_tensors(run.model, pictures()), held_out)
    with torch.no_grad():
        for parameter in run.model.parameters():
            parameter.fill_(float("nan"))
    watcher.look(run.model, 1, 0.5)
    assert read_snapshot(tmp_path / SNAPSHOT) is None


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.booleans())
def test_a_turned_cloud_is_turned_back(seed: int, angle: float, mirrored: bool) -> None:
    points = np.random.default_rng(seed).normal(size=(40, 2)).astype(np.float32)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    other = points @ turn @ np.diag([1, -1 if mirrored else 1])
    np.testing.assert_allclose(aligned(other.astype(np.float32), points), points, atol=1e-4)
    assert aligned(points, None) is points


@pytest.mark.parametrize("dim", [1, 2, 3, 7])
def test_the_plane_shows_what_a_decomposition_says(dim: int) -> None:
    mean = torch.randn(50, dim, generator=torch.Generator().manual_seed(dim)) * torch.arange(
        1, dim + 1
    )
    plane = plane_of(mean).astype(np.float64)
    assert plane.shape == (50, 2)
    values = np.linalg.svd((mean - mean.mean(dim=0)).double().numpy(), compute_uv=False)
    found = np.linalg.svd(plane, compute_uv=False)
    np.testing.assert_allclose(found[: min(2, dim)], values[:2], rtol=1e-5)


def test_a_snapshot_comes_back_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / SNAPSHOT
    assert read_snapshot(path) is None
    one = Snapshot(
        step=3, epoch=0.25, originals=("<b>a</b>", "日本"), reconstructions=("x", ""),
        samples=("y",), kl=np.ones(4, np.float32), cloud=np.zeros((2, 2), np.float32),
        labels=(), information=1.5,
    )  # fmt: skip
    write_snapshot(path, one)
    found = read_snapshot(path)
    assert found is not None
    for field in dataclasses.fields(Snapshot):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(one, field.name))
    content = path.read_bytes()
    for damaged in (
        b"",
        content[: len(content) // 2],
        b"PK\x03\x04 nothing",
        content[:-30] + b"x" * 30,
    ):
        path.write_bytes(damaged)
        assert read_snapshot(path) is None


def test_looking_takes_a_small_share_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 101.0, 130.0, 134.0, 135.0])  # a look of one second, one too early, one
    monkeypatch.setattr("vae_core.snapshot.time.perf_counter", lambda: next(clock))
    taken: list[int] = []
    watcher = Watcher.__new__(Watcher)
    watcher._path, watcher._next = tmp_path / SNAPSHOT, 0.0
    monkeypatch.setattr(Watcher, "_seen", lambda self, model, step, epoch: taken.append(step))
    for step in (1, 2, 3):
        watcher.look(None, step, 0.0)  # type: ignore[arg-type]
    assert taken == [1, 3]
