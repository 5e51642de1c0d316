"""Training jobs: started apart, followed through files, stopped, found again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from explorer.job import JobError
from explorer.job_record import read_record
from explorer.jobs import Jobs
from tests.explorer.made_jobs import LONG, OBEDIENT, started, until_rows
from tests.explorer.made_runs import pictures, write_run
from vae_core import checkpoint
from vae_core.config import TrainConfig
from vae_core.data.registry import load_dataset
from vae_core.errors import OUT_OF_MEMORY
from vae_core.models import DenseConfig
from vae_core.run_training import train_run

STUBBORN = """
    import pathlib, signal, sys, time
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    out = pathlib.Path(sys.argv[-1]); out.mkdir(parents=True)
    (out / "metrics.jsonl").write_text('{"step": 1, "steps": 9}\\n')
    time.sleep(1000)
"""


def test_a_job_ends_done_and_is_reaped(jobs_of: Callable[[str], Jobs], tmp_path: Path) -> None:
    jobs = jobs_of("print('fine')")
    job = started(jobs, tmp_path)
    assert job.wait(LONG)
    assert job.state() == "finished"
    assert jobs.queue().running == ()
    with pytest.raises(ProcessLookupError):  # a zombie would still be there
        os.kill(job.record.pid, 0)


def test_the_worker_gets_its_arguments_and_few_threads(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    jobs = jobs_of("import os, sys; print(sys.argv[1:], os.environ['OMP_NUM_THREADS'])")
    job = started(jobs, tmp_path)
    assert job.wait(LONG)
    log = job.log.read_text()
    assert str(["train", "--out", str(job.out)]) in log
    assert 1 <= int(log.split()[-1]) <= max(1, (os.cpu_count() or 1) - 1)


def test_a_failure_tells_the_last_sentence_of_the_log(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    jobs = jobs_of("import sys; sys.exit('Error: x.txt is empty; give a file with text.')")
    job = started(jobs, tmp_path)
    assert job.wait(LONG)
    assert job.state() == "failed"
    assert job.failure() == "x.txt is empty; give a file with text."


@pytest.mark.parametrize("said", ["", "print('epoch 1.0/20  ELBO -3', flush=True)"])
def test_a_worker_that_the_system_killed_is_explained(
    jobs_of: Callable[[str], Jobs], tmp_path: Path, said: str
) -> None:
    jobs = jobs_of(f"import os, signal; {said or 'pass'}; os.kill(os.getpid(), signal.SIGKILL)")
    job = started(jobs, tmp_path)
    assert job.wait(LONG)
    assert job.state() == "interrupted"
    assert "signal 9" in job.failure()
    assert "memory ran out; then try a smaller batch" in job.failure()


def test_how_a_job_ended_is_noted_and_stays_so(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    job = started(jobs_of(OBEDIENT), tmp_path)
    until_rows(job)
    os.kill(job.record.pid, signal.SIGKILL)
    assert job.wait(LONG)
    assert job.state() == "interrupted"
    write_run(tmp_path / "model", pictures(5))
    shutil.copytree(tmp_path / "model", job.out, dirs_exist_ok=True)  # as a later job would
    later = Jobs(tmp_path / "runs").get(job.id)
    assert later is not None
    assert later.state() == "interrupted"


@pytest.mark.parametrize(("step", "state"), [(8, "stopped"), (9, "finished")])
def test_a_stop_after_the_last_step_is_a_finished_training(
    jobs_of: Callable[[str], Jobs], tmp_path: Path, step: int, state: str
) -> None:
    write_run(tmp_path / "model", pictures(5))
    script = f"""
        import pathlib, shutil, sys, time
        out = pathlib.Path(sys.argv[-1])
        shutil.copytree({str(tmp_path / "model")!r}, out)
        (out / "metrics.jsonl").write_text('{{"step": {step}, "steps": 9}}\\n')
        try:
            time.sleep(1000)
        except KeyboardInterrupt:
            pass
    """
    job = started(jobs_of(script), tmp_path)
    until_rows(job)
    job.stop()
    assert job.wait(LONG)
    assert job.state() == state


@pytest.mark.parametrize(
    "script",
    [
        "raise MemoryError",
        "raise RuntimeError('[enforce fail] DefaultCPUAllocator: can\\'t allocate memory: 9')",
        "import numpy; numpy.empty(2**56)",
        "bytearray(2**62)",
    ],
)
def test_a_worker_that_ran_out_of_memory_says_so(
    jobs_of: Callable[[str], Jobs], tmp_path: Path, script: str
) -> None:
    job = started(jobs_of(script), tmp_path)
    assert job.wait(LONG)
    assert job.failure() == OUT_OF_MEMORY


def test_stop_lets_the_worker_keep_what_it_has(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    job = started(jobs_of(OBEDIENT), tmp_path)
    until_rows(job)
    assert job.state() == "running"
    job.stop()
    assert job.wait(LONG)
    assert job.state() == "stopped"
    assert (job.out / "kept").read_text() == "best weights"


def test_stop_kills_in_the_end(
    jobs_of: Callable[[str], Jobs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.job.TERMINATE_GRACE_SECONDS", 0.1)
    job = started(jobs_of(STUBBORN), tmp_path)
    until_rows(job)
    job.stop(grace=0.1)
    assert job.state() == "stopping"
    assert job.wait(LONG)
    assert job.state() == "stopped"


def test_stop_now_ends_the_stubborn_and_its_children(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    jobs = jobs_of(
        """
        import pathlib, subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
        out = pathlib.Path(sys.argv[-1]); out.mkdir(parents=True)
        (out / "metrics.jsonl").write_text('{"child": %d}\\n' % child.pid)
        time.sleep(1000)
        """
    )
    job = started(jobs, tmp_path)
    until_rows(job)
    child = job.metrics.rows()[0]["child"]
    job.stop_now()
    assert job.wait(LONG)
    while (status := Path(f"/proc/{child}/stat")).exists():
        if status.read_text().rpartition(")")[2].split()[0] == "Z":  # init has yet to reap it
            break


def test_one_training_at_a_time_even_across_servers(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    here, elsewhere = jobs_of(OBEDIENT), jobs_of(OBEDIENT)
    job = started(here, tmp_path)
    second, third = started(elsewhere, tmp_path, "second"), started(here, tmp_path, "third")
    for jobs in (here, elsewhere):
        jobs.pump()
        queue = jobs.queue()
        assert [one.id for one in queue.running] == [job.id]
        assert [one.id for one in queue.waiting] == [second.id, third.id]
        assert queue.words(2) == "1 of 1 slots busy; yours is number 2 in the queue."
        assert queue.full
    assert (second.state(), queue.place(third)) == ("queued", 2)
    until_rows(job)
    job.stop()
    assert job.wait(LONG)
    while second.state() == "queued":
        elsewhere.pump()
    assert second.state() == "running"
    assert third.state() == "queued"


def test_a_server_started_anew_finds_stops_and_judges_the_job(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    old, new = jobs_of(OBEDIENT), jobs_of(OBEDIENT)
    job = started(old, tmp_path)
    until_rows(job)
    found = new.get(job.id)
    assert found is not None
    assert found is not job
    assert found.state() == "running"
    assert found.metrics.rows()
    assert found.record.command == f"latentscape train --out {job.out}"
    found.stop()
    assert found.wait(LONG)
    assert found.state() == "stopped"


def test_a_job_whose_server_was_killed_is_judged_by_its_files(tmp_path: Path) -> None:
    starter = tmp_path / "starter.py"
    starter.write_text(
        textwrap.dedent(
            f"""
            import os, pathlib, signal, sys
            from explorer.jobs import Jobs
            runs = pathlib.Path({str(tmp_path / "runs")!r})
            job = Jobs(runs, [sys.executable, "-c", "import time; time.sleep(1)"]).start(
                ["train"], "orphan", runs / "orphan")
            print(job.id, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
            """
        )
    )
    ended = subprocess.run([sys.executable, str(starter)], capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    job = Jobs(tmp_path / "runs").get(ended.stdout.strip())
    assert job is not None
    assert job.state() == "running"
    assert job.wait(LONG)
    assert job.state() == "interrupted"
    dataset = load_dataset("digits").subset(np.arange(40))
    list(train_run(dataset, DenseConfig(hidden=4), TrainConfig(epochs=1), job.out))
    assert job.state() == "finished"
    assert job.has_result()


def test_the_server_ends_its_trainings_when_it_ends(
    jobs_of: Callable[[str], Jobs], tmp_path: Path
) -> None:
    jobs = jobs_of(STUBBORN)
    job = started(jobs, tmp_path)
    until_rows(job)
    jobs.close(seconds=0.1)
    assert job.wait(LONG)
    record = read_record(job.folder)
    assert record is not None
    assert record.stop_asked is not None


@pytest.mark.parametrize("job_id", [None, "", "..", "../../etc", "0" * 11, "g" * 12, "0" * 12])
def test_unknown_ids_are_no_jobs(
    jobs_of: Callable[[str], Jobs], tmp_path: Path, job_id: str | None
) -> None:
    assert jobs_of("").get(job_id) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "0"}', '{"arguments": 3}'])
def test_a_damaged_record_is_no_job(
    jobs_of: Callable[[str], Jobs], tmp_path: Path, content: str
) -> None:
    jobs = jobs_of("")
    folder = jobs.folder / ("a" * 12)
    folder.mkdir(parents=True)
    (folder / "job.json").write_text(content)
    assert jobs.get("a" * 12) is None


def test_a_runs_folder_that_is_a_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(JobError, match=r"could not be started in .*runs: .+\. Check"):
        Jobs(tmp_path / "runs").start(["train"], "x", tmp_path / "runs" / "x")


def test_jobs_are_no_runs(tmp_path: Path) -> None:
    """The folder of jobs lies among the runs, and must not be listed as one."""
    from explorer import catalogue

    folder = tmp_path / ".jobs" / ("a" * 12)
    folder.mkdir(parents=True)
    (folder / checkpoint.CONFIG).write_text(json.dumps({}))
    (tmp_path / ".jobs" / checkpoint.CONFIG).write_text(json.dumps({}))
    assert catalogue.list_models(tmp_path / "none", tmp_path) == []
