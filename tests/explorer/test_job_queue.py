"""The queue: slots, order, several servers, servers that were killed, and what follows a job."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer import job_locks, slots
from explorer.job import Job, JobError
from explorer.job_record import JobRecord, read_record, write_record
from explorer.jobs import Jobs
from explorer.slots import SlotsError
from tests.explorer.made_jobs import LONG, OBEDIENT, started, until_rows
from tests.explorer.made_runs import pictures, write_run

Make = Callable[..., Jobs]
# Notes each job that it does, and that no other one is at work.
COUNTED = """
    import os, pathlib, sys, time
    out = pathlib.Path(sys.argv[-1])
    out.mkdir()
    here = out.parent / "at-work"
    os.close(os.open(here, os.O_CREAT | os.O_EXCL))
    time.sleep(0.05)
    here.unlink()
"""


def until_over(jobs: Jobs, *waiting: Job) -> None:
    deadline = time.monotonic() + LONG
    while not all(job.over() for job in waiting):
        jobs.pump()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_as_many_run_as_there_are_slots(jobs_of: Make, tmp_path: Path) -> None:
    jobs = jobs_of(OBEDIENT, 2)
    first, second, third = (started(jobs, tmp_path, name) for name in ("a", "b", "c"))
    queue = jobs.queue()
    assert [job.id for job in queue.running] == [first.id, second.id]
    assert [job.id for job in queue.waiting] == [third.id]
    assert queue.words(1) == "2 of 2 slots busy; yours is number 1 in the queue."
    until_rows(first)
    first.stop()
    until_over(jobs, first)
    jobs.pump()
    assert third.state() == "running"


def test_fewer_slots_than_workers_start_nothing_new(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide, narrow = jobs_of(OBEDIENT, 2), jobs_of(OBEDIENT, 1)
    one, two = started(wide, tmp_path, "a"), started(wide, tmp_path, "b")
    monkeypatch.setattr(wide, "pump", lambda: None)  # as if it had been killed
    waiting = started(narrow, tmp_path, "c")
    until_rows(one)
    one.stop()
    assert one.wait(LONG)
    narrow.pump()
    assert (two.state(), waiting.state()) == ("running", "queued")


def test_first_come_first_served_whatever_the_clock_says(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(OBEDIENT)
    started(jobs, tmp_path, "runs")
    asked = []
    for number, now in enumerate([5e9, 4e9, 1.0]):
        monkeypatch.setattr("time.time", lambda now=now: now)
        asked.append(started(jobs, tmp_path, f"run{number}"))
    assert [job.id for job in jobs.queue().waiting] == [job.id for job in asked]
    assert [job.id for job in Jobs(tmp_path / "runs").queue().waiting] == [job.id for job in asked]
    assert asked[0].age() == 0.0  # asked for in the future
    assert next(job.record.name for job in jobs.all()) == "run2"


def test_what_waits_leaves_the_queue_from_anywhere_and_never_begins(
    jobs_of: Make, tmp_path: Path
) -> None:
    here, elsewhere = jobs_of(OBEDIENT), jobs_of(OBEDIENT)
    first, second, third = (started(here, tmp_path, name) for name in ("a", "b", "c"))
    found = elsewhere.get(second.id)
    assert found is not None
    found.stop()
    assert (second.state(), here.queue().place(third)) == ("stopped", 1)
    until_rows(first)
    first.stop()
    until_over(here, first)
    here.pump()
    assert (second.state(), third.state()) == ("stopped", "running")
    assert not second.log.exists()


def test_closing_the_server_keeps_the_queue_for_the_next(jobs_of: Make, tmp_path: Path) -> None:
    jobs = jobs_of(OBEDIENT)
    first, second = started(jobs, tmp_path, "a"), started(jobs, tmp_path, "b")
    until_rows(first)
    jobs.close()
    jobs.pump()
    assert (first.state(), second.state()) == ("stopped", "queued")
    following = jobs_of(OBEDIENT)
    following.pump()
    assert second.state() == "running"


def test_what_is_being_prepared_as_the_server_closes_is_queued_again(
    jobs_of: Make, tmp_path: Path
) -> None:
    jobs = jobs_of(OBEDIENT)
    record = JobRecord("c" * 12, "a", str(tmp_path / "a"), ("prepare", str(tmp_path / "a")))
    (jobs.folder / record.id).mkdir(parents=True)
    record = dataclasses.replace(record, kind="preparation", ticket=7)
    write_record(jobs.folder / record.id, record)
    jobs.pump()
    job = jobs.get(record.id)
    assert job is not None
    until_rows(job)
    jobs.close()
    [again] = Jobs(tmp_path / "runs").queue().waiting
    assert again.record.arguments == record.arguments
    assert (again.record.kind, again.record.ticket) == ("preparation", 7)


def test_closing_leaves_alone_what_another_server_runs(jobs_of: Make, tmp_path: Path) -> None:
    here, elsewhere = jobs_of(OBEDIENT), jobs_of(OBEDIENT)
    job = started(here, tmp_path)
    assert elsewhere.get(job.id) is not None
    elsewhere.close()
    assert job.state() == "running"


def test_one_name_is_written_by_one_job(jobs_of: Make, tmp_path: Path) -> None:
    jobs = jobs_of(OBEDIENT)
    started(jobs, tmp_path, "a")
    started(jobs, tmp_path, "b")
    for name in ("a", "b"):
        with pytest.raises(JobError, match="choose another name"):
            started(jobs, tmp_path, name)
    assert jobs.names() == {"a", "b"}


def test_a_server_that_attends_needs_no_page(jobs_of: Make, tmp_path: Path) -> None:
    here, elsewhere = jobs_of(COUNTED), jobs_of(COUNTED)
    elsewhere.attend()
    (tmp_path / "runs").mkdir()
    first, second = started(here, tmp_path, "a"), started(elsewhere, tmp_path, "b")
    assert first.wait(LONG)
    assert second.wait(LONG)
    deadline = time.monotonic() + LONG
    while second.record.ended is None:  # whoever began it is about to note how it ended
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert second.state() == "finished"


SERVER = """
    import os, pathlib, signal, sys, time
    from explorer.jobs import Jobs
    runs = pathlib.Path(sys.argv[1])
    jobs = Jobs(runs, [sys.executable, sys.argv[2]], 1)
"""


def server(tmp_path: Path, worker: str, work: str) -> subprocess.Popen[str]:
    (tmp_path / "runs").mkdir(exist_ok=True)
    # A file each: another server may be about to read its own.
    script = tmp_path / f"server{len(list(tmp_path.glob('server*')))}.py"
    script_of_worker = script.with_stem(f"{script.stem}-worker")
    script.write_text(textwrap.dedent(SERVER) + textwrap.dedent(work))
    script_of_worker.write_text(textwrap.dedent(worker))
    command = [sys.executable, str(script), str(tmp_path / "runs"), str(script_of_worker)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_servers_that_race_never_lose_a_job_or_run_one_twice(tmp_path: Path) -> None:
    work = """
        for number in range(4):
            out = runs / f"{os.getpid()}-{number}"
            jobs.start(["train", str(out)], out.name, out)
        while not all(job.over() for job in jobs.all()):
            jobs.pump()
            time.sleep(0.02)
        # Servers go on; one that ended now would take with it how its last jobs ended.
        while any(job.ours and job.record.returncode is None for job in jobs.all()):
            time.sleep(0.02)
    """
    servers = [server(tmp_path, COUNTED, work) for _ in range(3)]
    for one in servers:
        assert one.communicate(timeout=LONG)[1] == ""
    found = Jobs(tmp_path / "runs").all()
    # A second worker at a time, and a job done twice, would each have failed.
    assert [(job.state(), job.failure()) for job in found if job.record.returncode != 0] == []
    assert len(found) == 12
    assert len([path for path in (tmp_path / "runs").iterdir() if path.name[0] != "."]) == 12


def test_a_server_that_is_killed_leaves_its_queue_to_the_next(
    jobs_of: Make, tmp_path: Path
) -> None:
    work = """
        for name in ("a", "b", "c"):
            jobs.start(["train", str(runs / name)], name, runs / name)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = server(tmp_path, OBEDIENT, work)
    assert killed.communicate(timeout=LONG)[1] == ""
    assert killed.returncode == -signal.SIGKILL
    jobs = jobs_of(OBEDIENT)
    c, b, a = jobs.all()
    assert [job.record.name for job in (a, b, c)] == ["a", "b", "c"]
    jobs.pump()
    assert [job.state() for job in (a, b, c)] == ["running", "queued", "queued"]
    until_rows(a)
    a.stop()
    until_over(jobs, a)
    jobs.pump()
    assert [job.state() for job in (a, b, c)] == ["stopped", "running", "queued"]
    assert b.record.cwd == str(Path.cwd())


def test_a_job_that_began_as_its_server_was_killed_is_not_run_again(
    jobs_of: Make, tmp_path: Path
) -> None:
    """The worker has noted that it began; the server had no time left to."""
    jobs = jobs_of(COUNTED)
    folder = jobs.folder / ("a" * 12)
    folder.mkdir(parents=True)
    out = tmp_path / "runs" / "a"
    write_record(folder, JobRecord("a" * 12, "a", str(out), ("train", str(out)), ticket=1))
    job = jobs.get("a" * 12)
    assert job is not None
    assert job.state() == "queued"
    (folder / "pid").write_text("999999\n")
    jobs.pump()
    assert not out.exists()
    assert job.state() == "interrupted"
    assert "no explorer watched" in job.failure()
    record = read_record(folder)
    assert record is not None
    assert record.ended is not None


def test_a_job_of_a_server_killed_before_it_began_is_run(jobs_of: Make, tmp_path: Path) -> None:
    jobs = jobs_of("print('fine')")
    folder = jobs.folder / ("a" * 12)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("")
    write_record(folder, JobRecord("a" * 12, "a", str(tmp_path / "runs" / "a"), ("train",)))
    (jobs.folder / "running.lock").write_text("a" * 12)
    job = jobs.get("a" * 12)
    assert job is not None
    until_over(jobs, job)
    assert job.state() == "finished"


def test_records_of_earlier_versions_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / ".jobs" / ("b" * 12)
    folder.mkdir(parents=True)
    old = {
        "id": "b" * 12, "name": "old", "out": str(tmp_path / "old"), "pid": 123456789,
        "arguments": ["train", "--out", "old"], "started": 1.7e9, "stop_asked": None,
        "ended": 1.8e9, "returncode": 0,
    }  # fmt: skip
    (folder / "job.json").write_text(json.dumps(old))
    jobs = Jobs(tmp_path / "runs")
    job = jobs.get("b" * 12)
    assert job is not None
    assert (job.state(), job.record.kind) == ("finished", "training")
    jobs.pump()  # nothing follows what ended before there was anything to follow
    assert len(jobs.all()) == 1


@pytest.mark.parametrize("ends_late", [False, True])
def test_a_training_is_followed_by_a_preparation_before_what_waits(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends_late: bool
) -> None:
    write_run(tmp_path / "model", pictures(12))
    script = f"""
        import pathlib, shutil, sys
        if sys.argv[1] == "prepare":
            sys.exit("latentscape: no.")
        shutil.copytree({str(tmp_path / "model")!r}, sys.argv[-1])
    """
    jobs = jobs_of(script)
    if ends_late:  # nobody is told of it
        monkeypatch.setattr(jobs, "_follow", Job.reap)
    first, second = started(jobs, tmp_path, "a"), started(jobs, tmp_path, "b")
    if ends_late:  # just when all that had ended has been dealt with
        settle = jobs._settle
        monkeypatch.setattr(jobs, "_settle", lambda: (settle(), first.wait(LONG)))
    until_over(jobs, first, second)
    while not jobs.settled():
        jobs.pump()
    assert [first.state(), second.state()] == ["finished", "finished"]
    followers = [job for job in jobs.all() if job.record.kind == "preparation"]
    assert {job.record.arguments for job in followers} == {
        ("prepare", str(first.out)),
        ("prepare", str(second.out)),
    }
    assert {job.state() for job in followers} == {"failed"}
    begun = sorted((job.record.started, job.record.kind) for job in jobs.all())
    assert [kind for _, kind in begun] == ["training", "preparation"] * 2


def test_who_trains_a_run_again_does_not_wait_for_what_is_prepared_of_it(
    jobs_of: Make, tmp_path: Path
) -> None:
    jobs = jobs_of(OBEDIENT)
    first, busy = started(jobs, tmp_path, "a"), started(jobs, tmp_path, "b")
    until_rows(first)
    record = dataclasses.replace(first.record, kind="preparation", pid=0, started=0.0, ticket=9)
    for name, out in (("c" * 12, first.out), ("d" * 12, tmp_path / "other")):
        (jobs.folder / name).mkdir()
        write_record(jobs.folder / name, dataclasses.replace(record, id=name, out=str(out)))
    first.stop()
    assert first.wait(LONG)
    until_over(jobs, first)
    until_rows(busy)  # so that what is prepared waits
    again = jobs.start(first.record.arguments, "a", first.out)
    ours, others = jobs.get("c" * 12), jobs.get("d" * 12)
    assert ours is not None
    assert others is not None
    assert ours.state() == "stopped"
    assert others.state() == "queued"
    assert again.state() == "queued"


def test_a_preparation_has_no_place_among_the_trainings(jobs_of: Make, tmp_path: Path) -> None:
    jobs = jobs_of(OBEDIENT)
    started(jobs, tmp_path, "a")
    waiting = started(jobs, tmp_path, "b")
    follower = dataclasses.replace(waiting.record, id="c" * 12, kind="preparation", ticket=1)
    (jobs.folder / follower.id).mkdir()
    write_record(jobs.folder / follower.id, follower)
    queue = jobs.queue()
    assert [job.id for job in queue.waiting] == [follower.id, waiting.id]
    assert queue.place(waiting) == 1
    assert queue.place(queue.waiting[0]) is None


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_nothing_of_a_job_that_is_asked_for(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(OBEDIENT)
    monkeypatch.setattr("explorer.job_record.write_record", full_disk)
    with pytest.raises(JobError, match=r"could not be started in .*: No space left on device\."):
        started(jobs, tmp_path)
    assert [path.name for path in jobs.folder.iterdir()] == [job_locks.QUEUE]
    assert jobs.queue().running == ()


def test_a_disk_that_is_full_while_a_job_runs_hides_neither_its_start_nor_its_end(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.job.write_record", full_disk)
    jobs = jobs_of(COUNTED)
    (tmp_path / "runs").mkdir()
    job = started(jobs, tmp_path)
    assert job.wait(LONG)
    jobs.pump()
    assert job.state() == "finished"
    monkeypatch.undo()
    other = jobs_of(COUNTED)
    other.pump()  # which finds that it has begun, and does not run it again
    found = other.get(job.id)
    assert found is not None
    assert found.over()
    assert found.record.begun


def test_a_full_disk_stops_the_queue_and_says_so(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of("print('fine')")
    monkeypatch.setattr("explorer.jobs.take_slot", full_disk)
    job = started(jobs, tmp_path)
    assert job.state() == "queued"
    assert jobs.trouble is not None
    assert "No space left on device" in jobs.trouble
    monkeypatch.undo()
    until_over(jobs, job)
    assert (job.state(), jobs.trouble) == ("finished", None)


def test_a_job_that_cannot_be_taken_out_of_the_queue_says_so(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(OBEDIENT)
    first, second = started(jobs, tmp_path, "a"), started(jobs, tmp_path, "b")
    until_rows(first)
    monkeypatch.setattr("explorer.job.write_record", full_disk)
    with pytest.raises(JobError, match="No space left on device"):
        second.stop()
    assert second.state() == "queued"
    first.stop()  # what runs is stopped, whether that can be written down or not
    assert first.wait(LONG)
    assert first.state() == "stopped"


def test_a_folder_that_cannot_be_written_is_told_and_still_listed(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of("print('fine')")
    job = started(jobs, tmp_path)
    assert job.wait(LONG)
    opened = os.open

    def read_only(path: object, flags: int, *more: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("explorer.job_locks.os.open", read_only)
    with pytest.raises(JobError, match="Read-only file system"):
        started(jobs, tmp_path, "second")
    assert [found.id for found in Jobs(tmp_path / "runs").all()] == [job.id]


def test_a_queue_that_somebody_keeps_is_told(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_locks, "PATIENCE_SECONDS", 0.05)
    jobs = jobs_of(OBEDIENT)
    with (
        job_locks.changing(jobs.folder),
        pytest.raises(JobError, match="another program keeps the queue"),
    ):
        started(jobs, tmp_path)


def test_a_job_whose_folder_is_gone_fails_and_lets_the_next_begin(
    jobs_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = jobs_of(OBEDIENT)
    first = started(jobs, tmp_path, "a")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    second = started(jobs, tmp_path, "b")
    monkeypatch.chdir(tmp_path)
    gone.rmdir()
    third = started(jobs, tmp_path, "c")
    until_rows(first)
    first.stop()
    until_over(jobs, first, second)
    jobs.pump()
    assert (second.state(), third.state()) == ("failed", "running")
    assert str(gone) in second.failure()


def test_a_job_works_in_the_folder_it_was_asked_for_in(jobs_of: Make, tmp_path: Path) -> None:
    jobs = jobs_of("import os; print(os.getcwd())")
    job = started(jobs, tmp_path)
    assert job.wait(LONG)
    assert job.log_tail() == str(Path.cwd())


@pytest.mark.parametrize("said", ["0", "-1", "x", "1.5", "65", "٣", "9" * 5000])
def test_a_setting_that_is_no_number_of_slots_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv(slots.VARIABLE, said)
    with pytest.raises(SlotsError, match=r"LATENTSCAPE_SLOTS must be a whole number from 1 to 64"):
        slots.slots()


def test_the_setting_says_how_many_slots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for said, number in ((" 3 ", 3), ("", 1)):
        monkeypatch.setenv(slots.VARIABLE, said)
        assert Jobs(tmp_path).slots == number
