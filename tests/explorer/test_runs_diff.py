"""In what two runs differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import runs_diff
from explorer.runs_diff import Difference
from tests.explorer.made_runs import pictures, sentences, write_run
from vae_core.checkpoint import load_run
from vae_core.data.dataset import Dataset

CONFIG: dict[str, Any] = {
    "modality": "images",
    "items": 10,
    "dataset": {"name": "a", "fingerprint": "f" * 64},
    "model": {"family": "dense", "latent_dim": 2, "hidden": 8},
    "training": {"epochs": 2, "compile": False, "objective": {"beta": 1.0}},
    "result": {"elbo": -20.5, "active_units": 2},
}


def test_only_what_differs_is_told() -> None:
    assert runs_diff.settings(CONFIG, CONFIG) == []
    other = {
        **CONFIG,
        "name": "b",
        "model": {"family": "dense", "latent_dim": 3, "layers": 2, "hidden": 8},
        "training": {"epochs": 2, "compile": True, "objective": {"beta": 0.5}},
    }
    assert runs_diff.settings(CONFIG, other) == [
        Difference("Model: latent dim", "2", "3"),
        Difference("Training: compile", "no", "yes"),
        Difference("Objective: beta", "1", "0.5"),
        Difference("Model: layers", "–", "2"),
    ]


def test_files_are_told_by_their_names_and_whole() -> None:
    kept = "/srv/runs/.uploads/" + "0" * 64
    other = {**CONFIG, "dataset": {**CONFIG["dataset"], "source": {"text": f"{kept}/my.csv"}}}
    [found] = runs_diff.settings(CONFIG, other)
    assert (found.name, found.one, found.other) == ("Data: source", "–", "text my.csv")
    assert found.paths == ((), (f"{kept}/my.csv",))
    again = {**CONFIG, "dataset": {**CONFIG["dataset"], "source": {"text": "/else/my.csv"}}}
    [found] = runs_diff.settings(again, other)
    assert found.one == found.other
    assert runs_diff.settings(other, other) == []


def test_results_are_told_where_either_has_them() -> None:
    other = {**CONFIG, "result": {"elbo": -19.0, "kl": 3.25}}
    assert runs_diff.results(CONFIG, other) == [
        Difference("ELBO", "−20.50", "−19"),
        Difference("KL", "–", "3.25"),
        Difference("Active dimensions", "2", "–"),
    ]


@pytest.mark.parametrize("config", [{}, {"model": [], "training": 3, "result": "x", "dataset": 1}])
def test_odd_configs_do_no_harm(config: dict[str, Any]) -> None:
    assert runs_diff.settings(config, CONFIG)
    assert runs_diff.results(config, config) == []


def test_elbos_compare_only_on_the_same_data_taken_in_the_same_way() -> None:
    assert runs_diff.measured_alike(CONFIG, {**CONFIG, "model": {"family": "conv"}})
    other_data = {**CONFIG, "dataset": {"name": "a", "fingerprint": "e" * 64}}
    assert not runs_diff.measured_alike(CONFIG, other_data)
    binarised = {**CONFIG, "model": {"binarisation": "static"}}
    assert not runs_diff.measured_alike(CONFIG, binarised)
    old = {**CONFIG, "dataset": {"name": "a"}}
    assert runs_diff.measured_alike(CONFIG, old)
    assert not runs_diff.measured_alike(CONFIG, {**old, "dataset": {"name": "b"}})


def _changed(dataset: Dataset) -> list[Dataset]:
    """The same data but for one thing."""
    labels = ("other", *(dataset.labels or ())[1:])
    found = [replace(dataset, labels=labels)]
    if dataset.images is not None:
        images = dataset.images.copy()
        images[-1, -1, -1] ^= np.uint8(1)
        found.append(replace(dataset, images=images))
    if dataset.texts is not None:
        found.append(replace(dataset, texts=(*dataset.texts[:-1], "another")))
    return found


@pytest.mark.parametrize("dataset", [pictures(40), sentences(40)], ids=["pictures", "sentences"])
def test_the_same_items_are_known(tmp_path: Path, dataset: Dataset) -> None:
    one = load_run(write_run(tmp_path / "one", dataset))
    two = load_run(write_run(tmp_path / "two", dataset, latent_dim=3, seed=1))
    assert runs_diff.same_items(one, two)
    for number, other in enumerate(_changed(dataset)):
        assert not runs_diff.same_items(one, load_run(write_run(tmp_path / str(number), other)))


def test_other_numbers_and_kinds_are_other_items(tmp_path: Path) -> None:
    one = load_run(write_run(tmp_path / "one", pictures(40)))
    for number, other in enumerate((pictures(41), sentences(40))):
        assert not runs_diff.same_items(one, load_run(write_run(tmp_path / str(number), other)))


def test_pictures_that_are_not_there_are_the_same_by_their_fingerprint(tmp_path: Path) -> None:
    runs = []
    for name, known in (("a", {"fingerprint": "f"}), ("b", {"fingerprint": "f"}), ("c", {})):
        folder = write_run(tmp_path / name, pictures(9), **known)
        (folder / "images.npy").unlink()
        runs.append(load_run(folder))
    assert runs_diff.same_items(runs[0], runs[1])
    assert not runs_diff.same_items(runs[0], runs[2])
    assert not runs_diff.same_items(runs[2], runs[2])
