"""Trainings that run beside the server: start, follow, stop, find again.

A job is a folder below `<runs>/.jobs/`: `job.json` says what was started and how it ended,
`log.txt` is what the process wrote. The metrics and the result lie in the run folder itself.
Everything a page shows comes from these files, so a page that is loaded again, a second tab and
a server that is started anew all find the same job.
"""

from __future__ import annotations

import atexit
import functools
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from explorer import job_process
from explorer.job_log import MetricsLog, last_lines, last_sentence
from explorer.job_record import JobRecord, read_record, write_record

State = Literal["running", "stopping", "done", "stopped", "failed"]

WORKER = (sys.executable, "-m", "explorer.cli")
LOCK = "running.lock"
STOP_GRACE_SECONDS = 120.0
TERMINATE_GRACE_SECONDS = 5.0
SERVER_STOP_SECONDS = 5.0

_ID = re.compile(r"[0-9a-f]{12}")


class JobError(RuntimeError):
    """A job could not be started; the message is one sentence."""


class JobBusyError(JobError):
    """Another training is running."""


class Job:
    """One training, running or past."""

    def __init__(
        self, folder: Path, record: JobRecord, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        self.folder = folder
        self._record = record
        self._process = process
        self._guard = threading.RLock()
        self.metrics = MetricsLog(self.out / "metrics.jsonl")
        # Of the plain language model that a model of sentences is compared with at the end.
        self.comparison = MetricsLog(self.out / "language_model.jsonl")

    @classmethod
    def read(cls, folder: Path) -> Job | None:
        """Return the job that `folder` describes, or None where it describes none."""
        record = read_record(folder)
        return None if record is None else cls(folder, record)

    @property
    def record(self) -> JobRecord:
        """What is known of the job so far."""
        if self._process is None and self._record.ended is None:
            # Another server started it; what that server notes we learn from the file.
            with self._guard:
                self._record = read_record(self.folder) or self._record
        return self._record

    @property
    def id(self) -> str:
        """The job's id, as it stands in the URL."""
        return self._record.id

    @property
    def out(self) -> Path:
        """The run folder that the training writes."""
        return Path(self._record.out)

    @property
    def log(self) -> Path:
        """The file that holds what the process wrote."""
        return self.folder / "log.txt"

    def alive(self) -> bool:
        """Tell whether the process still runs, also where an earlier server started it."""
        if self._process is not None:
            return self._process.poll() is None
        if self._record.ended is not None:
            return False
        return job_process.holder_of(self.folder.parent / LOCK) == self.id

    def state(self) -> State:
        """Say how far the job is."""
        alive, record = self.alive(), self.record
        if alive:
            return "running" if record.stop_asked is None else "stopping"
        if record.stop_asked is not None:
            return "stopped"
        code = self._returncode()
        if code is None:  # it ended while no server watched: the files tell
            return "done" if self.has_result() else "failed"
        return "done" if code == 0 else "failed"

    def has_result(self) -> bool:
        """Tell whether the run folder holds a model that can be opened."""
        from vae_core.checkpoint import RunError, read_summary

        try:
            return read_summary(self.out).finished
        except RunError:
            return False

    def can_go_on(self) -> bool:
        """Tell whether the training ended early and left a state that it can go on from."""
        from vae_core.checkpoint import has_state

        return not self.alive() and has_state(self.out)

    def was_killed(self) -> bool:
        """Tell whether the process was ended from outside instead of ending by itself."""
        code = self._returncode()
        return code is None or code < 0

    def failure(self) -> str:
        """Return one sentence that says why the job failed."""
        sentence = last_sentence(self.log)
        if sentence:
            return sentence
        code = self._returncode()
        if code is not None and code < 0:
            return (
                f"The training was ended by signal {-code}, often for want of memory; "
                "try a smaller batch or a smaller model."
            )
        return "The training ended without a word; start it again."

    def log_tail(self) -> str:
        """Return the last lines of what the process wrote."""
        return "\n".join(last_lines(self.log, 40))

    def stop(self, grace: float = STOP_GRACE_SECONDS) -> None:
        """Ask the training to end and to keep its best weights so far; returns at once.

        After `grace` seconds without an end it is terminated, and after a little more killed.
        """
        if self.interrupt():
            threading.Thread(target=self._insist, args=(grace,), daemon=True).start()

    def interrupt(self) -> bool:
        """Ask the training to end, once; tell whether this call was the one that asked."""
        with self._guard:
            if not self.alive() or self.record.stop_asked is not None:
                return False
            self._update(stop_asked=time.time())
        job_process.interrupt(self._record.pid)
        return True

    def stop_now(self) -> None:
        """End the training without waiting; what it has not saved yet is lost."""
        with self._guard:
            if not self.alive():
                return
            self._update(stop_asked=self.record.stop_asked or time.time())
        job_process.kill(self._record.pid)

    def wait(self, seconds: float) -> bool:
        """Wait until the process has ended, at most `seconds`; tell whether it has."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        return True

    def reap(self) -> None:
        """Wait for our own process and note how it ended; runs in a thread of its own."""
        assert self._process is not None
        returncode = self._process.wait()
        with self._guard:
            self._update(ended=time.time(), returncode=returncode)

    def _returncode(self) -> int | None:
        return self.record.returncode if self._process is None else self._process.poll()

    def _insist(self, grace: float) -> None:
        if not self.wait(grace):
            job_process.terminate(self._record.pid)
            if not self.wait(TERMINATE_GRACE_SECONDS):
                job_process.kill(self._record.pid)

    def _update(self, **changes: float | int | None) -> None:
        # Another server on this folder may have noted that it asked the job to stop.
        known = read_record(self.folder) or self._record
        self._record = replace(known, **changes)  # type: ignore[arg-type]
        write_record(self.folder, self._record)


class Jobs:
    """All trainings of one runs folder; at most one of them runs at a time."""

    def __init__(self, runs: Path, worker: Sequence[str] | None = None) -> None:
        self.folder = runs / ".jobs"
        self._worker = tuple(worker or WORKER)
        self._guard = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def start(self, arguments: Sequence[str], name: str, out: Path) -> Job:
        """Start a training in a process of its own.

        `arguments` are those of the `latentscape` command, "train" first; they write to `out`.

        Raises:
            JobBusyError: another training is running, here or in another server on this folder.
            JobError: the process could not be started, or the runs folder cannot be written.
        """
        with self._guard:
            job_id = secrets.token_hex(6)
            folder = self.folder / job_id
            try:
                folder.mkdir(parents=True)
                process = job_process.start(
                    [*self._worker, *arguments],
                    folder / "log.txt",
                    self.folder / LOCK,
                    job_id,
                )
            except job_process.WorkerRunningError as error:
                _discard(folder)
                raise JobBusyError("Another training is running; wait until it ends.") from error
            except OSError as error:
                raise _cannot_start(self.folder.parent, error) from error
            record = JobRecord(job_id, name, str(out), tuple(arguments), process.pid, time.time())
            try:
                write_record(folder, record)
            except OSError as error:
                job_process.kill(process.pid)
                process.wait()
                raise _cannot_start(self.folder.parent, error) from error
            job = self._jobs[job_id] = Job(folder, record, process)
        threading.Thread(target=job.reap, daemon=True).start()
        return job

    def get(self, job_id: str | None) -> Job | None:
        """Return the job with this id, from memory or from its folder; None for an unknown id."""
        if job_id is None or not _ID.fullmatch(job_id):  # ids come from the URL
            return None
        with self._guard:
            if job_id not in self._jobs:
                job = Job.read(self.folder / job_id)
                if job is None:
                    return None
                self._jobs[job_id] = job
            return self._jobs[job_id]

    def running(self) -> Job | None:
        """Return the training that runs now, also one that an earlier server left, or None."""
        with self._guard:
            own = [job for job in self._jobs.values() if job.alive()]
        if own:
            return own[0]
        return self.get(job_process.holder_of(self.folder / LOCK))

    def close(self, seconds: float = SERVER_STOP_SECONDS) -> None:
        """End what this server started: the server is about to end itself."""
        with self._guard:
            ours = [job for job in self._jobs.values() if job.alive()]
        for job in ours:
            job.interrupt()
        for job in ours:
            if not job.wait(seconds):
                job.stop_now()


@functools.cache
def jobs_in(runs: Path) -> Jobs:
    """Return the one `Jobs` of this process for a runs folder; it ends with the process."""
    jobs = Jobs(runs)
    atexit.register(jobs.close)
    return jobs


def _cannot_start(runs: Path, error: OSError) -> JobError:
    return JobError(
        f"The training could not be started in {runs}: {error.strerror or error}. "
        "Check that the folder can be written."
    )


def _discard(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
