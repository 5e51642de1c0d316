"""Selected items: which they are, and what the table and the download hold."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from explorer import selection
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from vae_core.checkpoint import load_run


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
