"""Selected items: which they are, and what the table and the download hold."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import selection
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from vae_core.checkpoint import load_run


@pytest.mark.parametrize("state", [None, {}, {"selection": None}, {"selection": {"points": []}}])
def test_nothing_is_selected_before_a_selection(state: dict[str, Any] | None) -> None:
    assert selection.selected_items(state, 5).tolist() == []


def test_selected_items_come_once_each_in_the_order_of_the_data() -> None:
    points = [{"customdata": 7}, {"customdata": [2]}, {"customdata": 7.0}, {"x": 1.0}]
    found = selection.selected_items({"selection": {"points": points}}, 10)
    assert found.tolist() == [2, 7]
    assert found.dtype == np.int64


def test_items_that_a_browser_makes_up_are_dropped() -> None:
    made_up: list[Any] = [-1, 10, "3", None, [], {"a": 1}, float("nan"), float("inf"), True, 4]
    points = [{"customdata": value} for value in made_up]
    assert selection.selected_items({"selection": {"points": points}}, 10).tolist() == [4]


def test_the_download_holds_texts_labels_metadata_and_places(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "a", sentences(5), latent_dim=3))
    rows = list(csv.DictReader(io.StringIO(selection.as_csv(run, np.array([0, 4])))))
    assert len(rows) == 2
    assert rows[0]["Text"] == HOSTILE
    assert rows[0]["Label"] == f"{HOSTILE} 0"
    assert rows[1]["Item"] == "4"
    assert rows[1]["Split"] == "validation"
    assert rows[1]["<i>n</i>"] == "a"
    assert float(rows[1]["mu_2"]) == pytest.approx(run.latents.mean[4, 2], rel=1e-5)


def test_the_download_of_pictures_has_no_picture_column(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "a", pictures(4)))
    header = selection.as_csv(run, np.array([1])).splitlines()[0]
    assert header == "Label,Item,Split,mu_0,mu_1"
