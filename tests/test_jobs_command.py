"""`latentscape jobs`: listed, followed, stopped, gone on with."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer import jobs as jobs_module
from explorer import paths
from explorer.commands import job_watch
from explorer.commands.plain import plain
from explorer.job import Job
from explorer.jobs import Jobs
from tests.support import ROOT, refused, succeeds
from vae_core import checkpoint

LONG = 60.0
NAME = "[red]<b>x\x1b[31m\x07"
WORKER = """
    import pathlib, sys, time
    here, out = pathlib.Path({here!r}), pathlib.Path(sys.argv[-1])
    out.mkdir(parents=True, exist_ok=True)
    row = '{{"step": %d, "steps": 4, "epoch": %d, "epochs": 4, "elbo": -30.0, "kl": 2.0, ' \
          '"items_per_second": 1234.5, "elapsed_seconds": 10.0, "validation_elbo": -31.0}}\\n'
    with (out / "metrics.jsonl").open("w") as file:
        file.write(row % (1, 1) + row % (2, 2))
    print("said \\x1b[31mred\\x1b[0m", flush=True)
    try:
        while (here / "hold").exists():
            time.sleep(0.02)
    except KeyboardInterrupt:
        pass
    if (here / "fail").exists():
        sys.exit("latentscape: x.csv is empty.")
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    script = tmp_path / "worker.py"
    script.write_text(textwrap.dedent(WORKER.format(here=str(tmp_path))))
    (tmp_path / "hold").touch()
    monkeypatch.setattr(jobs_module, "WORKER", (sys.executable, str(script)))
    monkeypatch.setenv(paths.RUNS_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for job in Jobs(tmp_path / "runs").all():
        job.stop_now()


def start(here: Path, name: str) -> Job:
    out = here / "runs" / f"run-{len(list((here / 'runs').glob('.jobs/*')))}"
    return Jobs(here / "runs").start(["train", "--out", str(out)], name, out)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_jobs_are_listed_in_plain_lines_and_as_json(here: Path) -> None:
    assert "There are no jobs" in succeeds("jobs")
    first, second = start(here, NAME), start(here, "second")
    until(first.metrics.rows)
    lines = succeeds("jobs").splitlines()
    assert lines == [
        f"{second.id}  second  queued, number 1  –  just now  –",
        f"{first.id}  [red]<b>x  running  50%  just now  10 s left",
    ]
    found = json.loads(succeeds("jobs", "--json"))
    assert found["slots"] == 1
    assert [(job["id"], job["state"], job["place"]) for job in found["jobs"]] == [
        (second.id, "queued", 1),
        (first.id, "running", None),
    ]
    assert found["jobs"][1]["progress"] == 0.5
    assert found["jobs"][1]["seconds_left"] == 10.0
    assert "leave one of them out" in refused("jobs", "--watch", "--json")


def test_a_job_is_stopped_by_how_its_id_begins(here: Path) -> None:
    first, second = start(here, "first"), start(here, "second")
    assert succeeds("jobs", "stop", second.id[:9]).endswith("has left the queue.\n")
    assert second.state() == "stopped"
    until(first.metrics.rows)
    assert "was asked to stop" in succeeds("jobs", "stop", first.id)
    assert first.wait(LONG)
    assert first.state() == "stopped"
    assert "is over" in refused("jobs", "stop", first.id)
    assert "There is no job" in refused("jobs", "stop", "zz")
    assert "There is no job" in refused("jobs", "log", "")


def test_a_job_is_killed_at_once(here: Path) -> None:
    job = start(here, "first")
    until(job.metrics.rows)
    succeeds("jobs", "stop", "--now", job.id)
    assert job.wait(LONG)


def test_a_job_that_ended_early_goes_on_through_the_queue(here: Path) -> None:
    job = start(here, "first")
    assert "is not over" in refused("jobs", "resume", job.id)
    until(job.metrics.rows)
    checkpoint.write_state(job.out, checkpoint.TrainingState({}, {}))
    waiting = start(here, "second")
    job.stop_now()
    assert job.wait(LONG)
    until(lambda: Jobs(here / "runs").pump() or waiting.state() == "running")
    assert "is number 1 in the queue" in succeeds("jobs", "resume", job.id)
    resumed = Jobs(here / "runs").all()[0]
    assert resumed.record.arguments == ("train", "--resume", f"runs/{job.out.name}")
    resumed.stop()
    assert "is number 1 in the queue" in succeeds("jobs", "resume", resumed.id)  # never began
    (here / "hold").unlink()
    assert waiting.wait(LONG)
    assert f"latentscape train --out {waiting.out}" in refused("jobs", "resume", waiting.id)


def test_the_figures_in_a_folder_are_those_of_the_last_that_wrote_it(here: Path) -> None:
    first = start(here, "first")
    until(first.metrics.rows)
    checkpoint.write_state(first.out, checkpoint.TrainingState({}, {}))
    first.stop_now()
    assert first.wait(LONG)
    succeeds("jobs", "resume", first.id)
    again = Jobs(here / "runs").all()[0]
    until(lambda: again.record.begun and again.metrics.rows())
    found = {job["id"]: job for job in json.loads(succeeds("jobs", "--json"))["jobs"]}
    assert found[again.id]["progress"] == 0.5
    assert found[first.id]["progress"] is None
    again.stop_now()
    assert again.wait(LONG)
    assert "went on as another" in refused("jobs", "resume", first.id)


def test_the_log_is_printed_without_control_characters(here: Path) -> None:
    first, second = start(here, "first"), start(here, "second")
    until(lambda: first.log.read_text())
    assert succeeds("jobs", "log", first.id) == "said red\n"
    assert "has not begun" in refused("jobs", "log", second.id)


def test_watching_without_a_terminal_prints_plain_lines_and_starts_what_waits(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(here, NAME)
    start(here, "second")

    def look(seconds: float) -> None:
        """Once both have been seen, let them end."""
        (here / "fail").touch()
        (here / "hold").unlink(missing_ok=True)
        time.sleep(0.02)

    job_watch.watch(Jobs(here / "runs"), look)
    lines = capsys.readouterr().out.splitlines()
    assert "[red]<b>x: failed: x.csv is empty." in lines
    assert "second: number 1 in the queue" in lines
    assert "second: failed: x.csv is empty." in lines
    assert all(plain(line) == line for line in lines)
    assert Jobs(here / "runs").queue().waiting == ()
    assert succeeds("jobs", "--watch") == "Nothing runs or waits.\n"


def test_leaving_the_watch_leaves_the_jobs_alone(here: Path) -> None:
    job = start(here, "first")
    until(job.metrics.rows)

    def leave(seconds: float) -> None:
        raise KeyboardInterrupt

    job_watch.watch(Jobs(here / "runs"), leave)
    assert job.state() == "running"


def test_what_stands_in_a_row_is_said_in_one_line() -> None:
    row = {"epoch": 2.5, "epochs": 4, "step": 5, "steps": 8, "elbo": -3.0, "elapsed_seconds": 50.0}
    assert job_watch.line([row]) == "epoch 2.5/4  ELBO -3.00  30 s left"
    measured = row | {"validation_elbo": -2.5, "items_per_second": 1e4}
    assert job_watch.line([measured]) == (
        "epoch 2.5/4  validation ELBO -2.50  10,000 items/s  30 s left"
    )
    assert job_watch.line([{"epoch": "x", "elbo": None}]) == "epoch ?/?  ELBO ?"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_in_a_terminal_there_are_bars_and_a_table(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = start(here, NAME), start(here, NAME)
    until(first.metrics.rows)
    assert "queued, number 1" in in_a_terminal(here, "jobs")
    monkeypatch.setattr(Jobs, "pump", lambda _: None)  # what waits is left to the one who watches
    (here / "hold").unlink()
    assert first.wait(LONG)
    shown = in_a_terminal(here, "jobs", "--watch")
    assert "[red]<b>x: failed: " in shown  # the real command, which wants data
    assert "━" in shown
    assert "\x07" not in shown
    trained = in_a_terminal(here, "train", "--dataset", "digits", "--epochs", "1", "--out", "new")
    assert "━" in trained
    assert "epoch 1.0/1  validation ELBO" in trained


def in_a_terminal(here: Path, *arguments: str) -> str:
    """What the command shows on a terminal; jobs that it starts are done by the real command."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120", "TERM": "xterm"}
    command = [sys.executable, "-m", "explorer.cli", *arguments]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment, cwd=here)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(ours)
    assert process.wait(LONG) == 0
    return shown.decode(errors="replace")
