"""Projections of a run: kept by content, listed, read by pages, computed by the command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import computed, derived, paths, projections
from explorer.analysis.projection import ProjectionSpec
from explorer.jobs import Jobs
from tests.explorer.made_jobs import LONG
from tests.explorer.made_runs import pictures, write_run
from tests.support import ROOT, refused, succeeds
from vae_core.checkpoint import Run, load_run

PCA, UMAP = ProjectionSpec("pca"), ProjectionSpec("umap", neighbours=6)


@pytest.fixture
def run(runs: Path) -> Run:
    return load_run(write_run(runs / "a", pictures(60), 5))


def file_of(run: Run, spec: ProjectionSpec) -> Path:
    found = projections.file_of(run, spec)
    assert found is not None
    return found


@pytest.mark.parametrize("spec", [PCA, UMAP, ProjectionSpec("umap", 3)], ids=lambda spec: spec.id)
def test_what_is_kept_is_what_was_computed(run: Run, spec: ProjectionSpec) -> None:
    assert projections.find(run, spec) is None
    assert computed.projection(run, spec) is None
    made, file = projections.make(run, spec)
    assert file == run.path / "derived" / f"projection-{spec.id}.npz"
    found = computed.projection(run, spec)
    assert found is not None
    np.testing.assert_array_equal(found.points, made.points)
    assert (found.note, found.spec, found.quality) == (made.note, spec, made.quality)
    assert found.explained == made.explained
    mean = run.latents.mean
    np.testing.assert_array_equal(found.place(mean[:5] + 0.1), made.place(mean[:5] + 0.1))
    assert computed.projection(run, spec) is found, "read again for the next visitor"


def test_a_space_that_is_drawn_as_it_is_is_kept_too(runs: Path) -> None:
    run = load_run(write_run(runs / "b", pictures(20), 2))
    made, _ = projections.make(run, ProjectionSpec("raw"))
    found = projections.find(run, ProjectionSpec("raw"))
    assert found is not None
    np.testing.assert_array_equal(found.place(run.latents.mean), made.points)


def test_what_is_there_is_listed_without_its_points(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert projections.projections_of(run) == []
    made = [projections.make(run, spec)[0] for spec in (UMAP, PCA)]
    (run.path / "derived" / "projection-nonsense.npz").write_bytes(b"x")
    (run.path / "derived" / "projection-umap-3d-n15-d0.1-euclidean-s0.npz").write_bytes(b"x")
    read: list[int] = []
    real = derived.plain_array

    def counted(content: bytes) -> Any:
        read.append(len(content))
        return real(content)

    monkeypatch.setattr(derived, "plain_array", counted)
    found = projections.projections_of(run)
    assert [one.spec for one in found] == [PCA, UMAP]
    assert [one.quality for one in found] == [made[1].quality, made[0].quality]
    assert found[1].note == made[0].note
    assert len(read) == 4, "of each the key and what is said about it"


OF_OTHERS = {"trustworthiness": 1, "preservation": 1, "k": 5, "measured": 9, "items": 9}


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[200] ^= 1
    file.write_bytes(bytes(content))


def _changed(**arrays: Any) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with np.load(file) as found:
            np.savez(file, **{**found, **arrays})

    return change


def _about(**changes: Any) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with np.load(file) as found:
            about = json.loads(found["about"].tobytes()) | changes
            content = np.frombuffer(json.dumps(about).encode(), np.uint8)
            np.savez(file, **{**found, "about": content})

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _bit,
        lambda file: file.write_bytes(b""),
        _changed(points=np.zeros((59, 2), np.float32)),
        _changed(points=np.zeros((60, 3), np.float32)),
        _changed(points=np.full((60, 2), np.nan, np.float32)),
        _changed(points=np.zeros((60, 2), np.float64)),
        _changed(about=np.frombuffer(b"[" * 10_000, np.uint8)),
        _changed(about=np.frombuffer(b"[]", np.uint8)),
        _changed(about=np.zeros(3)),
        _about(spec={"method": "umap", "neighbours": 7}),
        _about(spec=None),
        _about(note=5),
        _about(quality={"trustworthiness": 7}),
        _about(
            quality={"trustworthiness": 1, "preservation": 1, "k": 5, "measured": 9, "items": 9}
        ),
    ],
)
def test_a_damaged_file_is_as_if_it_were_not_there(
    run: Run, damage: Callable[[Path], None]
) -> None:
    projections.make(run, UMAP)
    damage(file_of(run, UMAP))
    assert computed.projection(run, UMAP) is None
    assert projections.find(run, UMAP) is None


def test_what_belongs_to_another_content_or_spec_is_never_used(run: Run, runs: Path) -> None:
    projections.make(run, UMAP)
    other = write_run(runs / "b", pictures(60), 5, seed=1)
    config = json.loads((other / "config.json").read_text())
    config["created"] = "2026-01-01T00:00:00+00:00"
    (other / "config.json").write_text(json.dumps(config))
    shutil.copytree(run.path / "derived", other / "derived")
    assert projections.find(load_run(other), UMAP) is None
    assert projections.projections_of(load_run(other)) == []
    again = ProjectionSpec("umap", neighbours=7)
    shutil.copy(file_of(run, UMAP), run.path / "derived" / f"projection-{again.id}.npz")
    assert projections.find(run, again) is None


def test_a_page_sees_what_was_computed_meanwhile(run: Run) -> None:
    assert computed.projection(run, PCA) is None
    projections.make(run, PCA)
    assert computed.projection(run, PCA) is not None
    file_of(run, PCA).unlink()
    assert computed.projection(run, PCA) is None


def test_runs_of_the_package_and_read_only_ones_are_kept_apart(
    run: Run, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projections.make(run, PCA)
    assert derived.place_of(run) == run.path / "derived"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    apart = derived.place_of(run)
    assert apart.parent == runs / ".derived"
    # What its owner has prepared is still read.
    assert projections.find(run, PCA) is not None
    _, file = projections.make(run, UMAP)
    assert file.parent == apart
    assert [one.spec for one in projections.projections_of(run)] == [PCA, UMAP]
    monkeypatch.undo()
    monkeypatch.setenv(paths.RUNS_VARIABLE, str(runs))
    monkeypatch.setattr(paths, "assets_folder", lambda: runs)
    assert derived.place_of(run) == apart


def test_a_run_that_was_deleted_meanwhile_does_not_come_back(run: Run) -> None:
    shutil.rmtree(run.path)
    with pytest.raises(derived.DerivedError):
        derived.write(run, "x", "key", {})
    assert not run.path.exists()


def test_what_a_killed_writer_left_is_cleared_away(run: Run) -> None:
    projections.make(run, PCA)
    old, new = (run.path / "derived" / f".projection-pca-2d.npz.{n}.tmp" for n in (1, 2))
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (1, 1))
    projections.make(run, PCA)
    assert not old.exists()
    assert new.exists(), "another process may be writing it"


def test_the_command_computes_once_and_says_what_it_is_worth(run: Run) -> None:
    arguments = ("project", run.path, *UMAP.arguments)
    said = succeeds(*arguments).splitlines()
    assert said[0].startswith(f"{UMAP.id}: written in ")
    assert "UMAP, 6 neighbours" in said[1]
    assert "trustworthiness" in said[2]
    assert "mean nothing" in said[3]
    assert succeeds(*arguments).startswith(f"{UMAP.id}: already there")
    told = json.loads(succeeds(*arguments, "--json"))
    assert (told["id"], told["done"]) == (UMAP.id, "there")
    assert ProjectionSpec.from_json(told["spec"]) == UMAP
    assert told["quality"]["items"] == 60
    assert Path(told["file"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--method", "magic"), "method must be one of"),
        (("--neighbours", "1"), "neighbours must be a whole number"),
        (("--method", "pca", "--min-dist", "0.5"), "PCA takes no min-dist"),
        (("--method", "raw"), "cannot be drawn as it is"),
        (("--metric", "warped"), "metric must be one of"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    run: Run, arguments: tuple[str, ...], why: str
) -> None:
    assert why in refused("project", run.path, *arguments)
    assert projections.projections_of(run) == []


def test_a_computation_that_is_killed_leaves_nothing(run: Run) -> None:
    script = (
        "import sys, time\nfrom explorer import projections\nfrom explorer.cli import main\n"
        "def slow(*_):\n    print('working', flush=True)\n    time.sleep(600)\n"
        "projections.fit = slow\nsys.argv[0] = 'latentscape'\nmain()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, "project", run.path, *UMAP.arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"working\n"
        os.killpg(process.pid, signal.SIGKILL)
    assert not (run.path / "derived").exists()


SLOW = "import time; time.sleep(1000)"


def test_the_same_analysis_is_asked_for_once_and_others_queue(
    jobs_of: Callable[..., Jobs], tmp_path: Path
) -> None:
    jobs = jobs_of(SLOW)
    folder = tmp_path / "runs" / "a"
    ask = {spec.id: ["project", str(folder), *spec.arguments] for spec in (UMAP, PCA)}
    first = jobs.ask_analysis(folder, ask[UMAP.id], "a")
    second = jobs.ask_analysis(folder, ask[PCA.id], "a")
    assert jobs.ask_analysis(folder, ask[UMAP.id], "a").id == first.id, "it runs"
    assert jobs.ask_analysis(folder, ask[PCA.id], "a").id == second.id, "it waits"
    assert first.record.kind == "preparation"
    assert [job.id for job in jobs.queue().running] == [first.id]
    assert [job.id for job in jobs.queue().waiting] == [second.id]
    first.stop_now()
    assert first.wait(LONG)
    third = jobs.ask_analysis(folder, ask[UMAP.id], "a")
    assert third.id != first.id, "what was stopped may be asked for again"
    for job in (second, third):
        job.stop_now()
        assert job.wait(LONG)


def test_an_analysis_in_a_job_is_there_for_the_pages(run: Run, runs: Path) -> None:
    jobs = Jobs(runs, slots=1)
    try:
        job = jobs.ask_analysis(run.path, ["project", str(run.path), *PCA.arguments], "a")
        assert job.wait(LONG)
        assert job.state() == "finished", job.log_tail()
        assert computed.projection(run, PCA) is not None
        deadline = time.monotonic() + LONG
        while not jobs.settled() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(jobs.all()) == 1, "nothing follows an analysis"
    finally:
        jobs.close()
