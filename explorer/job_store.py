"""The jobs that lie in a folder, each opened once and then kept in mind."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable
from pathlib import Path

from explorer.job import Job
from explorer.job_locks import holders
from explorer.job_queue import Queue

_ID = re.compile(r"[0-9a-f]{12}")


class JobStore:
    """The jobs below one folder, whoever asked for them. Safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._settled: set[str] = set()

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

    def add(self, job: Job) -> Job:
        """Keep a job in mind whose record has just been written; return it."""
        with self._guard:
            self._jobs[job.id] = job
        return job

    def all(self) -> list[Job]:
        """Return every job, past ones included, by when it was asked for, the last one first."""
        return sorted(self._named(self._names()), key=_asked_for, reverse=True)

    def unsettled(self) -> list[Job]:
        """Return the jobs that are not over, or whose end nobody has dealt with yet."""
        found = self._named(set(self._names()) - self._settled)
        self._settled |= {job.id for job in found if job.record.settled}
        return [job for job in found if job.id not in self._settled]

    def queue(self, slots: int) -> Queue:
        """Return what runs now, whoever started it, and what waits."""
        held = self.held()
        records = [(job, job.record) for job in self.unsettled()]
        running = [(record.started, job.id, job) for job, record in records if job.id in held]
        waiting = [
            (record.place, job) for job, record in records if record.waits and job.id not in held
        ]
        return Queue(
            slots,
            tuple(job for *_, job in sorted(running, key=lambda one: one[:2])),
            tuple(job for _, job in sorted(waiting, key=lambda one: one[0])),
        )

    def ours(self) -> list[Job]:
        """Return the jobs that were started here and still run."""
        with self._guard:
            return [job for job in self._jobs.values() if job.ours and job.alive()]

    def held(self) -> set[str]:
        """Return the ids of the jobs that have a living worker."""
        return {job.id for job in self.ours()} | set(holders(self.folder))

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.folder)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _named(self, names: Iterable[str]) -> list[Job]:
        return [job for name in names if (job := self.get(name)) is not None]


def _asked_for(job: Job) -> tuple[int, float, str]:
    return (job.record.ticket, job.record.started, job.id)
