"""`latentscape export` and `import`: what they print, and one sentence for bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.export.support import run_of
from tests.support import latentscape, refused, succeeds
from vae_core.checkpoint import load_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of("gru", tmp_path_factory.mktemp("run") / "animals")


def test_a_run_goes_out_and_comes_in(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "animals.zip"
    assert str(file) in succeeds("export", run, "--to", "zip", "--out", file)
    runs = tmp_path / "runs"
    printed = json.loads(succeeds("import", file, "--runs", runs, "--name", "mine", "--json"))
    assert printed == {
        "run": str(runs / "mine"),
        "modality": "sentences",
        "family": "gru",
        "items": len(load_run(run)),
    }
    # By default it goes to where the app looks for runs.
    monkeypatch.setenv("LATENTSCAPE_RUNS", str(tmp_path / "app"))
    assert str(tmp_path / "app" / "animals") in succeeds("import", file)
    assert len(load_run(tmp_path / "app" / "animals")) == printed["items"]


def test_json_says_what_was_written(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    printed = json.loads(succeeds("export", run, "--to", "npy", "--out", out, "--json"))
    assert (printed["out"], printed["format"]) == (str(out), "npy")
    assert printed["items"] == len(load_run(run))
    assert printed["files"] == {file.name: file.stat().st_size for file in out.iterdir()}
    assert printed["differences"] == {}
    assert succeeds("export", run, "--to", "npy", "--out", out, "--overwrite")


def test_a_bundled_model_is_known_by_its_name(tmp_path: Path) -> None:
    out = tmp_path / "digits.csv"
    assert "1,797 items" in succeeds("export", "digits", "--to", "csv", "--out", out)
    header, first, *_ = out.read_text(encoding="utf-8").splitlines()
    assert header == '"item","label","split","mu_0","mu_1","sigma_0","sigma_1"'
    assert first.startswith('0,"0",')


def test_onnx_says_how_far_off_it_is(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason='needs pip install "latentscape[onnx]"')
    done = latentscape("export", "digits", "--to", "onnx", "--out", tmp_path / "onnx")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "largest difference" in done.stdout
    assert {"encoder.onnx", "decoder.onnx"} <= {path.name for path in (tmp_path / "onnx").iterdir()}


def test_bad_input_is_one_sentence(run: Path, tmp_path: Path) -> None:
    assert "onnx" in refused("export", run, "--to", "pickle", "--out", tmp_path / "x")
    assert "no run" in refused("export", tmp_path / "none", "--to", "zip", "--out", "x.zip")
    assert ".zip" in refused("export", run, "--to", "zip", "--out", tmp_path / "x.tar")
    assert "no folder" in refused("export", run, "--to", "csv", "--out", tmp_path / "a" / "x.csv")
    (tmp_path / "x.csv").write_text("mine")
    assert "--overwrite" in refused("export", run, "--to", "csv", "--out", tmp_path / "x.csv")
    runs = tmp_path / "runs"
    assert "x.csv" in refused("import", tmp_path / "x.csv", "--runs", runs)
    assert "name" in refused("import", tmp_path / "x.csv", "--runs", runs, "--name", "../up")
    assert not runs.exists()
