"""The jobs of a runs folder: asked for, queued, started as slots are free, found again.

Several servers, commands in a terminal and a server that was killed and started anew may share a
folder. Whoever changes the queue holds its lock (`job_locks.changing`), and a worker holds the lock
of its slot: so never more run than there are slots, none is lost, and none runs twice. A job begins
when its worker has noted its own number (`job_process.start`).
"""

from __future__ import annotations

import atexit
import functools
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from explorer import job_process
from explorer.job import Job, JobError
from explorer.job_locks import changing, take_slot
from explorer.job_queue import Queue
from explorer.job_record import JobRecord, Kind, add_record
from explorer.job_store import JobStore
from explorer.slots import slots as slots_set

WORKER = (sys.executable, "-m", "explorer.cli")
SERVER_STOP_SECONDS = 5.0
POLL_SECONDS = 1.0


class Jobs:
    """All jobs of one runs folder. Safe to use from any thread.

    Args:
        runs: the runs folder.
        worker: the command that does a job, our own by default.
        slots: how many jobs may run at a time; by default what `LATENTSCAPE_SLOTS` says, for which
            SlotsError is raised.
    """

    def __init__(
        self, runs: Path, worker: Sequence[str] | None = None, slots: int | None = None
    ) -> None:
        self.folder = runs / ".jobs"
        self.slots = slots_set() if slots is None else slots
        self.trouble: str | None = None
        self._worker = tuple(worker or WORKER)
        self._store = JobStore(self.folder)
        self._closing = threading.Event()

    def start(self, arguments: Sequence[str], name: str, out: Path) -> Job:
        """Ask for a training; it begins at once where a slot is free, else it waits its turn.

        `arguments` are those of the `latentscape` command, "train" first; they write to `out`.

        Raises:
            JobError: another job that is not over writes `out`, or the runs folder cannot be
                written.
        """
        with self._asking("The training"):
            queue = self.queue()
            if queue.of("training", out):
                raise JobError(
                    f"Another training writes {out.name}, or waits for its turn to; choose another "
                    "name."
                )
            # What is being prepared of a run that is about to become another.
            idle = queue.of("preparation", out)
            job = self._ask(arguments, name, out, "training", followed=False)
        for preparation in idle:
            preparation.interrupt()
        self.pump()
        return job

    def ask_analysis(self, run: Path, arguments: Sequence[str], name: str) -> Job:
        """Ask for something to be computed of a finished run; return the job that does it.

        Where the same waits or runs already, that is the job. `arguments` are those of the
        `latentscape` command ("project" and so on), `name` is what people call it.

        Raises:
            JobError: the runs folder cannot be written.
        """
        with self._asking("The computation"):
            job = self.queue().doing(arguments)
            job = job or self._ask(arguments, name, run, "preparation")
        self.pump()
        return job

    def get(self, job_id: str | None) -> Job | None:
        """Return the job with this id; None for an unknown id."""
        return self._store.get(job_id)

    def all(self) -> list[Job]:
        """Return every job, past ones included, by when it was asked for, the last one first."""
        return self._store.all()

    def queue(self) -> Queue:
        """Return what runs now, whoever started it, and what waits."""
        return self._store.queue(self.slots)

    def names(self) -> set[str]:
        """Return the names of the run folders that jobs write, or wait to write."""
        return {job.out.name for job in self._store.unsettled() if not job.over()}

    def settled(self) -> bool:
        """Tell whether nothing runs or waits, and the end of everything has been dealt with."""
        return not self._store.unsettled()

    def pump(self) -> None:
        """Note what has ended, ask for what follows, start what waits as far as slots are free.

        Any thread, server or command may call it at any time. Where the folder cannot be written,
        `trouble` says so in one sentence, and nothing has changed.
        """
        try:
            again = not self._closing.is_set() and bool(self._store.unsettled())
            while again:
                self._settle()
                with changing(self.folder):
                    again = self._start_waiting()
        except OSError as error:
            self.trouble = (
                f"Jobs wait, because none can be started: {error.strerror or error}. Check "
                f"{self.folder} and the free space."
            )
        else:
            self.trouble = None

    def attend(self) -> None:
        """Keep the queue going in a thread of its own, until `close`."""

        def keep_going() -> None:
            while not self._closing.wait(POLL_SECONDS):
                self.pump()

        threading.Thread(target=keep_going, name="jobs", daemon=True).start()

    def close(self, seconds: float = SERVER_STOP_SECONDS) -> None:
        """End what this server runs: the server is about to end itself. What waits stays queued.

        A training keeps its best model so far; what is being prepared is queued again.
        """
        self._closing.set()
        ours = self._store.ours()
        for job in ours:
            if job.record.kind == "preparation":
                self._ask_again(job)
            job.interrupt()
        for job in ours:
            if not job.wait(seconds):
                job.stop_now()

    def _settle(self) -> None:
        """Note the end of the jobs that have ended; ask for what follows the trainings of them."""
        for job in self._ended():
            # Reading the run takes longer than the queue should be held for.
            follows = job.record.kind == "training" and job.has_result()
            with changing(self.folder):
                self._note_end(job, follows)

    def _ended(self) -> list[Job]:
        """The jobs that have ended, whose end nobody has dealt with yet."""
        return [job for job in self._store.unsettled() if job.record.begun and job.over()]

    def _note_end(self, job: Job, follows: bool) -> None:
        record = job.record
        if not record.followed and follows:
            name, out = record.name, job.out
            self._ask(["prepare", record.out], name, out, "preparation", ticket=record.ticket)
        job.note_end()

    def _ask_again(self, job: Job) -> None:
        record = job.record
        # Where that cannot be written, the pages compute what was to be prepared.
        with suppress(OSError), changing(self.folder):
            self._ask(record.arguments, record.name, job.out, record.kind, record.ticket)

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        try:
            with changing(self.folder):
                yield
        except OSError as error:
            raise JobError(
                f"{what} could not be started in {self.folder.parent}: "
                f"{error.strerror or error}. Check that the folder can be written."
            ) from error

    def _ask(
        self,
        arguments: Sequence[str],
        name: str,
        out: Path,
        kind: Kind,
        ticket: int | None = None,
        followed: bool = True,
    ) -> Job:
        """Put a job at the end of the queue, or where `ticket` says; the queue is ours to change.

        Raises OSError where it cannot be written; then nothing is left of it.
        """
        if ticket is None:
            ticket = 1 + max((job.record.ticket for job in self.all()), default=0)
        record = JobRecord(
            id=secrets.token_hex(6),
            name=name,
            out=str(out),
            arguments=tuple(arguments),
            kind=kind,
            ticket=ticket,
            asked=time.time(),
            cwd=str(Path.cwd()),
            followed=followed,
        )
        add_record(self.folder / record.id, record)
        return self._store.add(Job(self.folder / record.id, record))

    def _start_waiting(self) -> bool:
        """Start what waits, in its order, as long as there is a slot; the queue is ours.

        Tell whether a job has ended meanwhile: what follows it comes before what waits.
        """
        while not self._closing.is_set():
            queue = self.queue()
            if not queue.waiting or len(self._store.held()) >= self.slots:
                return False
            if self._ended():  # asked for after `held`: who has left a slot is among them
                return True
            job = queue.waiting[0]
            slot = take_slot(self.folder, self.slots, job.id)
            if slot is None:
                return False
            try:
                self._launch(job, slot)
            finally:
                os.close(slot)
        return False

    def _launch(self, job: Job, slot: int) -> None:
        record = job.record
        where = Path(record.cwd) if record.cwd else None
        if where is not None and not where.is_dir():
            gone = f"The folder it was to start in, {where}, is gone; ask for it again."
            job.update(ended=time.time(), followed=True, problem=gone)
            return
        command = [*self._worker, *record.arguments]
        job.begin(job_process.start(command, job.folder, slot, where, self.slots))
        threading.Thread(target=self._follow, args=(job,), daemon=True).start()

    def _follow(self, job: Job) -> None:
        job.reap()
        self.pump()


@functools.cache
def jobs_in(runs: Path) -> Jobs:
    """Return the one `Jobs` of this process for a runs folder; it ends with the process."""
    jobs = Jobs(runs)
    jobs.attend()
    atexit.register(jobs.close)
    return jobs
