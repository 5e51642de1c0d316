"""`latentscape items`: which items, what is said of each, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from explorer import computed, item_table, projections
from explorer.analysis.decoding import decode
from explorer.analysis.projection.spec import ProjectionSpec
from explorer.item_table import ItemTableError, Wanted
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.support import refused, succeeds
from vae_core.checkpoint import Run, load_run

SPACE = ProjectionSpec("pca", 3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = write_run(tmp_path_factory.mktemp("runs") / "a", sentences(1_200), latent_dim=4)
    return load_run(folder)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_all_that_is_known_of_some_items_is_written(run: Run, tmp_path: Path) -> None:
    projections.make(run, SPACE)
    points = projections.find(run, SPACE)
    assert points is not None
    numbers = tmp_path / "numbers"
    numbers.write_text("7\n3\n1100\n7\n")
    out = tmp_path / "items.csv"
    told = succeeds(
        "items", run.path, "--out", out, "--only", numbers, "--view", SPACE.id, "--decode",
        "--pinned", "3", "--progress", tmp_path / "done", "--json",
    )  # fmt: skip
    assert json.loads(told) == {"out": str(out), "items": 3}
    rows = rows_of(out)
    assert [row["item"] for row in rows] == ["3", "7", "1100"]
    assert [row["pinned"] for row in rows] == ["true", "false", "false"]
    assert rows[1]["text"] == f"item 7 says {HOSTILE}"
    items = np.array([3, 7, 1100])
    assert [row["rebuilt"] for row in rows] == decode(run, run.latents.mean[items])
    for axis, name in enumerate(item_table.AXES):
        places = [float(row[name]) for row in rows]
        np.testing.assert_allclose(places, points.points[items, axis], rtol=1e-6)
    sigma = np.exp(0.5 * run.latents.log_variance[items, 2])
    np.testing.assert_allclose([float(row["sigma_2"]) for row in rows], sigma, rtol=1e-6)
    np.testing.assert_allclose(
        [float(row["mu_3"]) for row in rows], run.latents.mean[items, 3], rtol=1e-6
    )
    assert (tmp_path / "done").read_text() == "3"


def test_parquet_has_every_item_and_the_place_on_the_plane(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "all.parquet"
    assert succeeds("items", run.path, "--out", out) == f"{out}: 1,200 items.\n"
    table = pq.read_table(out)
    assert table.column("item").to_pylist() == list(range(1_200))
    plane = computed.projected(run).points
    np.testing.assert_allclose(table.column("map_y").to_numpy(), plane[:, 1], atol=1e-6)
    assert table.column("mu_0").type == "float"
    assert "map_z" not in table.column_names
    assert "rebuilt" not in table.column_names


def test_an_earlier_file_is_not_written_over(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "items.csv"
    out.write_text("mine")
    assert "exists already" in refused("items", run.path, "--out", out)
    assert out.read_text() == "mine"
    succeeds("items", run.path, "--out", out, "--overwrite")
    assert len(rows_of(out)) == 1_200


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("1200", "There is no item 1200; they are numbered from 0 to 1199."),
        ("-1", "There is no item -1"),
        ("three", "must hold numbers of items, one a line"),
        ("1e3", "must hold numbers of items"),
        ("é", "must hold numbers of items"),
    ],
)
def test_items_that_are_not_there_are_refused(
    run: Run, tmp_path: Path, lines: str, sentence: str
) -> None:
    numbers = tmp_path / "numbers"
    numbers.write_text(lines, encoding="utf-8")
    out = tmp_path / "items.csv"
    assert sentence in refused("items", run.path, "--out", out, "--only", numbers)
    assert list(tmp_path.iterdir()) == [numbers]


def test_what_cannot_be_written_is_refused(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "items.csv"
    assert "must end in .csv or .parquet" in refused("items", run.path, "--out", tmp_path / "x.txt")
    view = "tsne-2d-p30-euclidean-s0"
    said = refused("items", run.path, "--out", out, "--view", view)
    assert f"The map {view} is not computed yet" in said
    assert "names no projection" in refused("items", run.path, "--out", out, "--view", "../x")
    assert "cannot be read" in refused("items", run.path, "--out", out, "--only", tmp_path / "no")
    drawn = load_run(write_run(tmp_path / "p", pictures(6)))
    with pytest.raises(ItemTableError, match="pictures"):
        item_table.write(drawn, Wanted(np.arange(3), decoded=True), out)


def test_columns_of_the_run_keep_their_names_beside_ours(tmp_path: Path) -> None:
    from dataclasses import replace

    data = replace(sentences(6), metadata={name: tuple("abcdef") for name in ("pinned", "map_x")})
    run = load_run(write_run(tmp_path / "a", data, latent_dim=2))
    out = tmp_path / "items.csv"
    item_table.write(run, Wanted(np.arange(6), run.latents.mean, frozenset({1})), out)
    row = rows_of(out)[1]
    assert (row["pinned"], row["latentscape.pinned"]) == ("b", "true")
    assert row["map_x"] == "b"
    assert float(row["latentscape.map_x"]) == pytest.approx(float(row["mu_0"]))


def test_no_items_are_a_table_without_rows(run: Run, tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet"):
        item_table.write(run, Wanted(np.empty(0, np.int64), decoded=True), tmp_path / name)
    assert rows_of(tmp_path / "none.csv") == []
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0
