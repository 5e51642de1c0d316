"""What is measured of a run is kept with it and found again; what does not fit is not believed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import derived, kept_evaluations, measuring
from tests.explorer.made_runs import pictures, sentences, write_run
from tests.explorer.on_evaluations import measure
from vae_core.checkpoint import Run, load_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load_run(write_run(tmp_path_factory.mktemp("kept") / "a", pictures(60)))


def test_it_is_found_by_its_draws_and_seed_alone(run: Run) -> None:
    result = measure(run, 2, 0)
    found = kept_evaluations.find(run, 2, 0)
    assert found is not None
    assert found.result == result
    assert result["likelihood"]["samples"] == 2
    assert kept_evaluations.find(run, 3, 0) is None
    assert kept_evaluations.find(run, 2, 1) is None
    test_items = [number for number, part in enumerate(run.split) if part == "test"]
    assert found.rows.tolist() == test_items
    assert found.of_items["nll"].mean() == pytest.approx(result["likelihood"]["iw_nll"])
    other = replace(run, summary=replace(run.summary, created="2030-01-01T00:00:00+00:00"))
    assert kept_evaluations.find(other, 2, 0) is None


def test_all_that_are_kept_are_listed_the_last_one_first(run: Run) -> None:
    measure(run, 2, 0)
    measure(run, 4, 7)
    listed = kept_evaluations.settings(run)
    assert set(listed) >= {(2, 0), (4, 7)}
    (run.path / "derived" / "evaluation-k0-s1.npz").write_bytes(b"")
    assert kept_evaluations.settings(run) == listed, "no number of draws is 0"
    assert kept_evaluations.stamp(run, 4, 7) is not None
    assert kept_evaluations.stamp(run, 4, 8) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"json": np.frombuffer(b"[1]", np.uint8)},
        {"json": np.frombuffer(b"{", np.uint8)},
        {"json": np.frombuffer(b"[" * 100_000, np.uint8)},
        {"rows": np.array([0, 60])},
        {"rows": np.array([-1, 2])},
        {"rows": np.array([], np.int64)},
        {"of_nll": np.zeros(3)},
        {"of_nll": np.zeros(2, np.float32)},
        {"of_probe_rows": np.array([0, 5])},
        {"of_probe_rows": np.array([0]), "of_probe_truth": np.array([0, 1])},
    ],
)
def test_what_cannot_be_is_as_if_nothing_was_kept(run: Run, changes: dict[str, Any]) -> None:
    arrays = {"json": np.frombuffer(b"{}", np.uint8), "rows": np.array([0, 1])}
    key = kept_evaluations._key(run, 9, 9)
    derived.write(run, "evaluation-k9-s9", key, arrays)
    assert kept_evaluations.find(run, 9, 9) is not None
    derived.write(run, "evaluation-k9-s9", key, arrays | changes)
    assert kept_evaluations.find(run, 9, 9) is None


def test_without_a_test_part_others_are_measured_and_it_says_so(tmp_path: Path) -> None:
    made = load_run(write_run(tmp_path / "a", sentences(30)))
    for parts, split, count in (
        (("train", "validation"), "validation, for want of a test part", 15),
        (("train",), "all items, the model learned on them", 30),
    ):
        told = tuple(parts[number % len(parts)] for number in range(30))
        run = replace(made, table=replace(made.table, split=told))
        found = measuring.own_parts(run)
        assert (found.split, len(found.test)) == (split, count)
        assert found.validation is None
        assert (found.train is None) == (count == 30), "what is measured is not learned on"


def test_a_run_without_its_items_is_measured_by_its_places(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "a", pictures(60))
    (folder / "images.npy").unlink()
    run = load_run(folder)
    result = measure(run)
    assert result["without_items"] is True
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert {"posterior", "probe", "clustering"} <= set(result)
    assert "likelihood" not in result
