"""What is prepared of a run: read where it fits, computed where it does not."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import computed, computed_clusters, derived, prepared, projections
from explorer.analysis import clustering, projection
from tests.explorer.made_runs import pictures, write_run
from tests.support import refused, succeeds
from vae_core.checkpoint import Run, load_run
from vae_core.export import export_run, import_run


@pytest.fixture
def run(runs: Path) -> Run:
    return load_run(write_run(runs / "a", pictures(40), 5))


def no_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("computed instead of read")

    for kind in prepared.KINDS:
        monkeypatch.setattr(f"{__name__}.prepared.{kind.name.upper()}", remade(kind, never))


def remade(kind: prepared.Kind[Any], compute: Callable[..., Any]) -> prepared.Kind[Any]:
    import dataclasses

    return dataclasses.replace(kind, compute=compute)


def test_pages_read_what_was_prepared_and_it_is_what_they_would_compute(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = projection.project(run.latents.mean)
    groups = clustering.cluster(run.latents.mean, 3)
    names = ("projection", "clusters", *(spec.id for spec in projections.USUAL))
    assert prepared.prepare(run) == dict.fromkeys(names, "written")
    assert prepared.prepare(run) == dict.fromkeys(names, "there")
    assert [one.spec for one in projections.projections_of(run)] == list(projections.USUAL)
    no_computing(monkeypatch)
    found = computed.projected(run)
    for name in ("points", "centre", "plane"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert not getattr(found, name).flags.writeable
    assert (found.note, found.explained) == (expected.note, expected.explained)
    read = prepared.CLUSTERS.get(run, {"k": 3, "seed": 0})
    usual = computed_clusters.usual(run)
    np.testing.assert_array_equal(usual.assignment, groups.assignment)
    for name in ("assignment", "centroids", "sizes"):
        np.testing.assert_array_equal(getattr(read, name), getattr(groups, name))
    assert [list(items) for items in read.typical] == [list(items) for items in groups.typical]
    with pytest.raises(AssertionError):  # of another number of clusters nothing was prepared
        prepared.CLUSTERS.get(run, {"k": 4, "seed": 0})


def test_a_latent_space_that_is_the_map_needs_no_projection(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(40), 2))
    assert prepared.prepare(run) == {"projection": "none", "clusters": "written"}


def test_too_few_items_are_no_failure(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(1), 3))
    assert prepared.prepare(run)["clusters"] == "none"


def test_what_belongs_to_another_training_is_never_used(run: Run, runs: Path) -> None:
    prepared.prepare(run)
    other = write_run(runs / "b", pictures(40), 5, seed=1)
    config = json.loads((other / "config.json").read_text())
    config["created"] = "2026-01-01T00:00:00+00:00"
    (other / "config.json").write_text(json.dumps(config))
    shutil.copytree(run.path / derived.FOLDER, other / derived.FOLDER)
    opened = load_run(other)
    assert prepared.PROJECTION.find(opened, {}) is None
    expected = projection.project(opened.latents.mean)
    np.testing.assert_array_equal(computed.projected(opened).points, expected.points)
    assert prepared.prepare(opened)["projection"] == "written"
    assert prepared.PROJECTION.find(opened, {}) is not None


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _noise(file: Path) -> None:
    file.write_bytes(np.random.default_rng(0).bytes(2000))


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def _pickled(file: Path) -> None:
    np.savez(file, key=np.array([{"a": 1}], dtype=object), allow_pickle=True)


def _packed(file: Path) -> None:
    with np.load(file) as arrays:
        np.savez_compressed(file, **dict(arrays))


def _too_large(file: Path) -> None:
    with file.open("ab") as stream:
        stream.truncate(1 << 30)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _changed(**arrays: Any) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with np.load(file) as found:
            np.savez(file, **{**found, **arrays})

    return change


def _bomb(file: Path) -> None:
    """A header that says more than there is memory."""
    with np.load(file) as found:
        key = found["key"]
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 2), }"
    header += b" " * (117 - len(header)) + b"\n"
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open("key.npy", "w") as stream:
            np.lib.format.write_array(stream, key)
        archive.writestr("points.npy", b"\x93NUMPY\x01\x00" + b"\x76\x00" + header)


@pytest.mark.parametrize(
    "damage",
    [
        _cut, _noise, _empty, _bit, _pickled, _packed, _too_large, _folder, _bomb,
        _changed(points=np.zeros((39, 2), np.float32)),
        _changed(points=np.full((40, 2), np.nan, np.float32)),
        _changed(points=np.zeros((40, 2), np.float64)),
        _changed(plane=np.zeros((5, 2), np.float32)),
        _changed(note=np.array([255, 255], np.uint8)),
        _changed(explained=np.zeros(3)),
    ],
)  # fmt: skip
def test_a_damaged_or_foreign_file_is_as_if_it_were_not_there(
    run: Run, damage: Callable[[Path], None]
) -> None:
    prepared.prepare(run)
    file = run.path / derived.FOLDER / "projection.npz"
    damage(file)
    expected = projection.project(run.latents.mean)
    np.testing.assert_array_equal(computed.projected(run).points, expected.points)
    if file.is_file():
        assert prepared.prepare(run)["projection"] == "written"


@pytest.mark.parametrize(
    "arrays",
    [
        {"assignment": np.full(40, 3, np.int32)},
        {"assignment": np.full(40, -1, np.int32)},
        {"typical": np.full(9, 40, np.int64)},
        {"typical_counts": np.array([2**62, 2**62, 3], np.int64)},
        {"typical_counts": np.array([-3, 6, 6], np.int64)},
        {"centroids": np.zeros((3, 4), np.float32)},
    ],
)
def test_clusters_that_cannot_be_are_found_anew(run: Run, arrays: dict[str, Any]) -> None:
    prepared.prepare(run)
    _changed(**arrays)(run.path / derived.FOLDER / "clusters.npz")
    assert prepared.CLUSTERS.find(run, {"k": 3, "seed": 0}) is None
    assert np.bincount(computed_clusters.usual(run).assignment).tolist() == sorted(
        np.bincount(computed_clusters.usual(run).assignment).tolist(), reverse=True
    )
    assert len(computed_clusters.usual(run).clusters) == 3


def test_prepared_clusters_without_items_are_left_out(run: Run) -> None:
    prepared.prepare(run)
    _changed(assignment=np.full(40, 2, np.int32))(run.path / derived.FOLDER / "clusters.npz")
    usual = computed_clusters.usual(run)
    assert usual.clusters == (0,)
    assert computed_clusters.titles(run, usual) == {0: "Cluster 1"}


def test_the_command_prepares_and_says_what(run: Run) -> None:
    said = succeeds("prepare", run.path)
    assert said.startswith("projection: written.\nclusters: written.\npca-2d: written.\numap-2d")
    done = json.loads(succeeds("prepare", run.path, "--json"))["prepared"]
    assert set(done.values()) == {"there"}


def test_a_folder_that_cannot_be_written_is_one_sentence_and_pages_compute(run: Run) -> None:
    (run.path / derived.FOLDER).write_text("a file where the folder should be")
    assert "computed when a page needs it" in refused("prepare", run.path)
    assert len(computed.projected(run).points) == 40


def test_what_is_derived_is_not_handed_on(run: Run, tmp_path: Path) -> None:
    prepared.prepare(run)
    export_run(run, "zip", tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert not [name for name in archive.namelist() if "derived" in name or "npz" in name]
    again = import_run(tmp_path / "run.zip", tmp_path / "runs", name="again")
    assert not (again / derived.FOLDER).exists()
