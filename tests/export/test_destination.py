"""Exports appear whole or not at all, and never over what is not an export."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.core.support import one_sentence
from tests.export.conftest import RunOf
from vae_core.checkpoint import RunError
from vae_core.export import FORMATS, ExportError, export_run

PLAIN = [name for name in FORMATS if name != "onnx"]
FILES = ("zip", "parquet", "csv", "npz")


def place(folder: Path, to: str) -> Path:
    return folder / (f"out.{to}" if to in FILES else "out")


def refused(run: Path, to: str, out: Path, *, overwrite: bool = False) -> str:
    """The sentence of a refusal, which leaves everything around as it was."""
    before = contents(out.parent) if out.parent.is_dir() else {}
    with pytest.raises((ExportError, RunError)) as caught:
        export_run(run, to, out, overwrite=overwrite)
    assert (contents(out.parent) if out.parent.is_dir() else {}) == before
    return one_sentence(caught.value)


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file can grow beyond `limit` bytes, as on a disk that is full."""
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("to", PLAIN)
def test_an_earlier_export_is_replaced_only_where_asked(
    finished_run: RunOf, tmp_path: Path, to: str
) -> None:
    out = place(tmp_path, to)
    export_run(finished_run("gru"), to, out)
    first = contents(tmp_path)
    assert "--overwrite" in refused(finished_run("conv"), to, out)
    done = export_run(finished_run("conv"), to, out, overwrite=True)
    assert contents(tmp_path) != first
    files = [out] if to in FILES else list(out.iterdir())
    assert done.files == {file.name: file.stat().st_size for file in files}
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("to", PLAIN)
def test_a_full_disk_is_one_sentence_and_leaves_what_was(
    finished_run: RunOf, tmp_path: Path, to: str
) -> None:
    out = place(tmp_path, to)
    with full_disk(64):
        assert "free some space" in refused(finished_run("gru"), to, out)
    assert list(tmp_path.iterdir()) == []
    export_run(finished_run("gru"), to, out)
    with full_disk(64):
        assert "free some space" in refused(finished_run("gru"), to, out, overwrite=True)


def test_a_place_that_cannot_be_written_is_refused(
    finished_run: RunOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished_run("dense")
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    assert "no folder" in refused(run, "npy", tmp_path / "none" / "out")
    assert "no folder" in refused(run, "csv", tmp_path / "file" / "out.csv")
    assert "one file" in refused(run, "csv", tmp_path.joinpath("folder").rename(tmp_path / "x.csv"))
    assert "is a file" in refused(run, "npy", tmp_path / "file", overwrite=True)
    refused(run, "csv", tmp_path / f"{'x' * 300}.csv")
    refused(run, "npy", tmp_path / ("x" * 300))
    refused(run, "npy", tmp_path / "nul\0")

    def read_only(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", read_only)
    assert "Permission denied" in refused(run, "npy", tmp_path / "out")


@pytest.mark.parametrize("to", ["npy", "projector", "safetensors"])
def test_a_folder_of_something_else_is_never_written_over(
    finished_run: RunOf, tmp_path: Path, to: str
) -> None:
    other = tmp_path / "other"
    shutil.copytree(finished_run("conv"), other)
    assert "something else" in refused(finished_run("dense"), to, other, overwrite=True)
    (tmp_path / "empty").mkdir()
    export_run(finished_run("dense"), to, tmp_path / "empty")


def test_the_run_itself_is_never_written_into(finished_run: RunOf, tmp_path: Path) -> None:
    run = Path(shutil.copytree(finished_run("dense"), tmp_path / "run"))
    for to, out in (("npy", run), ("csv", run / "out.csv"), ("safetensors", run / "weights")):
        assert "in the run itself" in refused(run, to, out, overwrite=True)


def test_what_is_asked_for_must_exist_and_be_finished(finished_run: RunOf, tmp_path: Path) -> None:
    run = Path(shutil.copytree(finished_run("dense"), tmp_path / "run"))
    sentence = refused(run, "pickle", tmp_path / "out")
    assert all(name in sentence for name in FORMATS)
    assert ".parquet" in refused(run, "parquet", tmp_path / "out.csv")
    assert "not a Latentscape run" in refused(tmp_path / "none", "zip", tmp_path / "out.zip")
    config = json.loads((run / "config.json").read_text())
    del config["result"]
    (run / "config.json").write_text(json.dumps(config))
    assert "did not finish" in refused(run, "zip", tmp_path / "out.zip")


def test_weights_are_those_of_the_run(finished_run: RunOf, tmp_path: Path) -> None:
    run = finished_run("gru")
    export_run(run, "safetensors", tmp_path / "out")
    names = {"config.json", "model.safetensors", "tokenizer.json"}
    assert contents(tmp_path / "out") == {name: (run / name).read_bytes() for name in names}


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("npy", "x.npy"),
        ("npy", "x.NPZ"),
        ("projector", "x.tsv"),
        ("safetensors", "x.safetensors"),
        ("onnx", "x.onnx"),
        ("onnx", "x.zip"),
    ],
)
def test_a_folder_is_not_named_like_a_file(
    finished_run: RunOf, tmp_path: Path, to: str, name: str
) -> None:
    said = refused(finished_run("dense"), to, tmp_path / name)
    assert "into a folder" in said
    assert ("--to npz" in said) == (to == "npy")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("to", "ending"), [("zip", ".npz"), ("csv", ".parquet"), ("npz", ".npy")])
def test_a_file_is_not_named_like_another_format(
    finished_run: RunOf, tmp_path: Path, to: str, ending: str
) -> None:
    assert f"must end in .{to}" in refused(finished_run("dense"), to, tmp_path / f"x{ending}")


def test_a_dot_in_a_folders_name_is_none_of_a_file(finished_run: RunOf, tmp_path: Path) -> None:
    done = export_run(finished_run("dense"), "npy", tmp_path / "run-1.2")
    assert "mean.npy" in done.files
