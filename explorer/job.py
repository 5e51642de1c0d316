"""One job: a folder below `<runs>/.jobs/` and, while it runs, a process.

`job.json` says what was asked for, its place in the queue and how it ended, `log.txt` is what the
process wrote. Metrics and result lie in the run folder itself. Everything a page shows comes from
these files, so a page that is loaded again, a second tab, a command in a terminal and a server that
is started anew all find the same job.
"""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer import job_failure, job_process
from explorer.job_locks import changing, holders
from explorer.job_log import MetricsLog, last_lines, share_done
from explorer.job_record import JobRecord, read_record, write_record
from explorer.job_state import Ending, State, ending_of
from vae_core.errors import UserError

# On a busy machine measuring what is kept takes long; who cannot wait has `stop_now`.
STOP_GRACE_SECONDS = 3600.0
TERMINATE_GRACE_SECONDS = 5.0


class JobError(UserError, RuntimeError):
    """A job could not be started or stopped; the message is one sentence."""


class Job:
    """One job: waiting, running or past. Safe to use from any thread."""

    def __init__(self, folder: Path, record: JobRecord) -> None:
        self.folder = folder
        self._record = record
        self._process: subprocess.Popen[bytes] | None = None
        # Whether we know more than the file, which could not be written.
        self._unwritten = False
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
        # Another server, or a command in a terminal, may have started it, or asked it to stop.
        if not self._record.settled and not self._unwritten:
            self._record = read_record(self.folder) or self._record
        return self._record

    @property
    def id(self) -> str:
        """The job's id, as it stands in the URL."""
        return self._record.id

    @property
    def out(self) -> Path:
        """The run folder that the job writes."""
        return Path(self._record.out)

    @property
    def log(self) -> Path:
        """The file that holds what the process wrote."""
        return self.folder / job_process.LOG

    @property
    def ours(self) -> bool:
        """Whether its process was started here."""
        return self._process is not None

    def alive(self) -> bool:
        """Tell whether the process still runs, also where another server started it."""
        if self._process is not None:
            return self._process.poll() is None
        if self._record.ended is not None:
            return False
        return self.id in holders(self.folder.parent)

    def state(self) -> State:
        """Say how far the job is, in one of the words of `job_state`."""
        record = self.record  # before `alive`: what waits may begin in between
        if self.alive():
            return "running" if record.stop_asked is None else "stopping"
        if record.waits:
            return "queued"
        # Once noted it stays so, whatever a later job does in the same folder.
        return record.ending or self._ending()

    def over(self) -> bool:
        """Tell whether the job neither waits nor runs."""
        waits = self.record.waits
        return not self.alive() and not waits

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

        return self.over() and has_state(self.out)

    def failure(self) -> str:
        """Return one sentence that says why the job failed."""
        return self.record.problem or job_failure.why(self.log, self._returncode())

    def log_tail(self, lines: int = 40) -> str:
        """Return the last lines of what the process wrote."""
        return "\n".join(last_lines(self.log, lines))

    def age(self) -> float:
        """Return the seconds since the job was asked for; never negative, whatever the clock."""
        since = self.record.asked or self._record.started
        return max(0.0, time.time() - since) if since else 0.0

    def stop(self, grace: float = STOP_GRACE_SECONDS) -> None:
        """Ask the training to end and to keep its best weights so far; returns at once.

        A job that waits is taken out of the queue. After `grace` seconds without an end the
        training is terminated, and after a little more killed.

        Raises:
            JobError: that it waits no more cannot be written.
        """
        if self.interrupt():
            threading.Thread(target=self._insist, args=(grace,), daemon=True).start()

    def interrupt(self) -> bool:
        """Ask the job to end, once; tell whether a process was asked by this very call.

        Raises JobError as `stop` does.
        """
        try:
            with changing(self.folder.parent):
                if self.over() or self.record.stop_asked is not None:
                    return False
                now = time.time()
                if not self.alive():
                    self.update(stop_asked=now, ended=now)
                    return False
                self._note(stop_asked=now)
        except OSError as error:
            if not self.alive():
                raise JobError(
                    f"The job could not be taken out of the queue: {error.strerror or error}."
                ) from error
            self._keep(stop_asked=time.time())
        job_process.interrupt(self._record.pid)
        return True

    def stop_now(self) -> None:
        """End the training without waiting; what it has not saved yet is lost."""
        self.interrupt()
        if self.alive():
            job_process.kill(self._record.pid)

    def wait(self, seconds: float) -> bool:
        """Wait until the job is over, at most `seconds`; tell whether it is."""
        deadline = time.monotonic() + seconds
        while not self.over():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)
        return True

    def begin(self, process: subprocess.Popen[bytes]) -> None:
        """Note the process that does the job; call it while changing the queue."""
        self._process = process
        self._note(pid=process.pid, started=time.time())

    def reap(self) -> None:
        """Wait for our own process and note how it ended; runs in a thread of its own."""
        assert self._process is not None
        code = self._process.wait()
        end = {"returncode": code, "ended": time.time(), "ending": self._ending()}
        try:
            with changing(self.folder.parent):
                if self.record.returncode is None:  # else `note_end` was quicker
                    self._note(**end)
        except OSError:  # on a full disk nobody can be kept out, but we still know
            self._keep(**end)

    def note_end(self) -> None:
        """Note that all has been done about the end of the job, and that end where nobody saw it.

        Call it while changing the queue.
        """
        record = self.record
        if record.ended is None:
            ending, code = self._ending(), self._returncode()
            self.update(ended=time.time(), ending=ending, returncode=code, followed=True)
        elif not record.followed:
            self.update(followed=True)

    def update(self, **changes: Any) -> None:
        """Change the record, in the file and here; call it while changing the queue.

        Raises OSError where the file cannot be written; then nothing has changed.
        """
        known = self._record if self._unwritten else read_record(self.folder) or self._record
        changed = replace(known, **changes)
        write_record(self.folder, changed)
        self._record, self._unwritten = changed, False

    def _note(self, **changes: Any) -> None:
        """Change the record, here at least: what has happened is so, written down or not."""
        try:
            self.update(**changes)
        except OSError:
            self._keep(**changes)

    def _keep(self, **changes: Any) -> None:
        self._record, self._unwritten = replace(self._record, **changes), True

    def _returncode(self) -> int | None:
        return self.record.returncode if self._process is None else self._process.poll()

    def _ending(self) -> Ending:
        """How it ended, as its record and its files tell now."""
        record, code = self.record, self._returncode()
        if record.stop_asked is not None:
            return "finished" if self._was_all_done(code) else "stopped"
        if record.problem:
            return "failed"
        if code is None and self.has_result() and not self.can_go_on():
            return "finished"
        return ending_of(code, self.log)

    def _was_all_done(self, code: int | None) -> bool:
        """Whether a training that was asked to stop had no step left by then."""
        if self._record.kind != "training" or not self._record.begun or code not in (0, None):
            return False
        return share_done(self.metrics.rows()) == 1 and self.has_result() and not self.can_go_on()

    def _insist(self, grace: float) -> None:
        if not self.wait(grace):
            job_process.terminate(self._record.pid)
            if not self.wait(TERMINATE_GRACE_SECONDS):
                job_process.kill(self._record.pid)
