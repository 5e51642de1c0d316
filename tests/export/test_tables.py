"""Tables, arrays and projector files say what the run says, read by other programs' rules."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.core.support import one_sentence, pictures, tiny_image_model
from tests.export.conftest import RunOf
from tests.export.support import TEXTS, finished
from vae_core.checkpoint import load_run
from vae_core.data.dataset import Dataset
from vae_core.export import ExportError, export_run
from vae_core.run_items import ItemTable, write_items

NUMBERS = [f"{part}_{i}" for part in ("mu", "sigma") for i in range(3)]
# The run's own "label" and μ keep their names.
METADATA = ["number", "metadata.label", "metadata.mu_0", "../a/b\tc"]
COLUMNS = ["item", "text", "label", "split", *METADATA, *NUMBERS]


def test_parquet_has_every_column_of_the_run(finished_run: RunOf, tmp_path: Path) -> None:
    run = load_run(finished_run("gru"))
    export_run(run, "parquet", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == COLUMNS
    assert table.column("item").to_pylist() == list(range(len(TEXTS)))
    assert tuple(table.column("text").to_pylist()) == TEXTS
    assert tuple(table.column("label").to_pylist()) == run.labels
    assert tuple(table.column("split").to_pylist()) == run.split
    assert tuple(table.column("metadata.label").to_pylist()) == run.metadata["label"]
    for i in range(3):
        mean, sigma = (table.column(f"{part}_{i}").to_numpy() for part in ("mu", "sigma"))
        np.testing.assert_array_equal(mean, run.latents.mean[:, i])
        np.testing.assert_allclose(sigma, np.exp(run.latents.log_variance[:, i] / 2), rtol=1e-6)
        assert mean.dtype == sigma.dtype == np.float32


def test_csv_gives_the_same_texts_and_the_very_same_numbers(
    finished_run: RunOf, tmp_path: Path
) -> None:
    run = load_run(finished_run("gru"))
    export_run(run, "csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    assert header == COLUMNS
    assert tuple(row[1] for row in rows) == TEXTS
    assert tuple(row[2] for row in rows) == run.labels
    numbers = np.array([row[8:] for row in rows]).astype(np.float32)
    np.testing.assert_array_equal(numbers[:, :3], run.latents.mean)
    frame = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert list(frame.columns) == COLUMNS
    assert tuple(frame["text"]) == TEXTS


def test_arrays_need_no_pickle_and_have_the_texts(finished_run: RunOf, tmp_path: Path) -> None:
    run = load_run(finished_run("gru"))
    export_run(run, "npz", tmp_path / "out.npz")
    export_run(run, "npy", tmp_path / "arrays")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as packed:
        arrays = dict(packed)
    single = {
        file.stem: np.load(file, allow_pickle=False) for file in (tmp_path / "arrays").iterdir()
    }
    assert set(arrays) == set(single) == {
        "mean", "sigma", "texts", "labels", "split", "metadata_names",
        *(f"metadata_{i}" for i in range(4)),
    }  # fmt: skip
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, single[name])
    np.testing.assert_array_equal(arrays["mean"], run.latents.mean)
    assert tuple(arrays["texts"].tolist()) == TEXTS
    assert tuple(arrays["labels"].tolist()) == run.labels
    assert arrays["metadata_names"].tolist() == METADATA
    assert tuple(arrays["metadata_1"].tolist()) == run.metadata["label"]


def test_pictures_come_along_as_bytes(finished_run: RunOf, tmp_path: Path) -> None:
    run = load_run(finished_run("conv"))
    export_run(run, "npz", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as arrays:
        np.testing.assert_array_equal(arrays["images"], run.images)
        assert arrays["images"].dtype == np.uint8


def test_texts_too_unequal_for_an_array_are_refused(
    finished_run: RunOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vae_core.export.arrays._MOST_BYTES", 100)
    with pytest.raises(ExportError) as caught:
        export_run(finished_run("gru"), "npz", tmp_path / "out.npz")
    assert "choose parquet" in one_sentence(caught.value)
    assert list(tmp_path.iterdir()) == []


def projector_lines(path: Path) -> list[str]:
    """The lines that the projector counts: split at line feeds, blank ones left out."""
    return [line for line in path.read_bytes().decode().split("\n") if line.strip()]


def test_projector_files_have_a_line_an_item(finished_run: RunOf, tmp_path: Path) -> None:
    run = load_run(finished_run("gru"))
    export_run(run, "projector", tmp_path / "out")
    vectors = [line.split("\t") for line in projector_lines(tmp_path / "out" / "tensors.tsv")]
    np.testing.assert_array_equal(np.array(vectors).astype(np.float32), run.latents.mean)
    header, *rows = [
        line.split("\t") for line in projector_lines(tmp_path / "out" / "metadata.tsv")
    ]
    assert header == ["text", "label", "split", *METADATA[:3], r"../a/b\tc"]
    assert len(rows) == len(TEXTS)
    assert {len(row) for row in rows} == {len(header)}
    texts = [row[0] for row in rows]
    assert texts[-3:-1] == [r"the\tsmall\tdog", r"two\nlines\r\nof cow \\n"]
    assert [unescaped(text) for text in texts] == list(TEXTS)
    config = (tmp_path / "out" / "projector_config.pbtxt").read_text()
    assert 'tensor_path: "tensors.tsv"' in config
    assert 'metadata_path: "metadata.tsv"' in config


def unescaped(text: str) -> str:
    letters = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
    parts = text.replace("\\\\", "\0").split("\\")
    joined = parts[0] + "".join(letters[part[0]] + part[1:] for part in parts[1:])
    return joined.replace("\0", "\\")


def test_a_single_column_of_metadata_has_no_header_and_no_blank_line(tmp_path: Path) -> None:
    images = pictures().images
    folder = finished(
        tmp_path / "run", Dataset("bars", "images", images), tiny_image_model("dense")
    )
    write_items(folder / "items.parquet", ItemTable(40, None, None, split=("", " ", *["a"] * 38)))
    export_run(folder, "projector", tmp_path / "out")
    assert projector_lines(tmp_path / "out" / "metadata.tsv") == ["(none)"] * 2 + ["a"] * 38


def test_one_dimension_is_not_for_the_projector(tmp_path: Path) -> None:
    folder = finished(tmp_path / "run", pictures(), tiny_image_model("dense", latent_dim=1))
    with pytest.raises(ExportError) as caught:
        export_run(folder, "projector", tmp_path / "out")
    assert "choose csv" in one_sentence(caught.value)
    assert not (tmp_path / "out").exists()


def test_texts_that_the_model_wrote_are_called_so(tmp_path: Path, finished_run: RunOf) -> None:
    run = load_run(finished_run("gru"))
    folder = shutil.copytree(run.path, tmp_path / "published")
    table = ItemTable(len(run), run.table.texts, None, texts_are_decoded=True)
    write_items(folder / "items.parquet", table)
    export_run(folder, "csv", tmp_path / "out.csv")
    header = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith('"item","decoded_text","split"')
