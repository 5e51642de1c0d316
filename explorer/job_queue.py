"""The queue as it is at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.job import Job
from explorer.job_record import Kind


@dataclass(frozen=True)
class Queue:
    """The jobs that are not over: `running` by when they began, `waiting` in their order."""

    slots: int
    running: tuple[Job, ...]
    waiting: tuple[Job, ...]

    @property
    def full(self) -> bool:
        """Whether what is asked for now would have to wait."""
        return len(self.running) + len(self.waiting) >= self.slots

    def place(self, job: Job) -> int | None:
        """Return which training in the queue this one is, from 1; None where it does not wait."""
        trainings = [one.id for one in self.waiting if one.record.kind == "training"]
        return trainings.index(job.id) + 1 if job.id in trainings else None

    def doing(self, arguments: Sequence[str]) -> Job | None:
        """Return the job that runs or waits with these arguments and that nobody has stopped."""
        for job in (*self.running, *self.waiting):
            if job.record.arguments == tuple(arguments) and job.record.stop_asked is None:
                return job
        return None

    def of(self, kind: Kind, out: Path) -> list[Job]:
        """Return the jobs of this kind that write a folder, or wait to."""
        return [
            job
            for job in (*self.running, *self.waiting)
            if job.record.kind == kind and job.out.absolute() == out.absolute()
        ]

    def busy(self) -> str:
        """Say how many slots are busy."""
        return f"{len(self.running)} of {self.slots} slots busy"

    def words(self, place: int) -> str:
        """Say how many slots are busy, and the place of a visitor's job."""
        return f"{self.busy()}; yours is number {place} in the queue."


def last_trainings(every: Sequence[Job]) -> dict[Path, Job]:
    """Return the last training of each folder, begun or waiting; `every` has the last first."""
    found: dict[Path, Job] = {}
    for job in every:
        if job.record.kind == "training" and (job.record.begun or job.record.waits):
            found.setdefault(job.out.absolute(), job)
    return found


def successor(job: Job, every: Sequence[Job]) -> Job | None:
    """Return the last of `every` job that is another training of the same folder, begun since or
    waiting to begin; None where there is none."""
    later = [other for other in _later(job, every) if other.record.begun or other.record.waits]
    return max(later, key=lambda other: other.record.ticket, default=None)


def superseded(job: Job, every: Sequence[Job]) -> bool:
    """Tell whether one of `every` job is another training that began to write its folder since."""
    return any(other.record.begun for other in _later(job, every))


def _later(job: Job, every: Sequence[Job]) -> list[Job]:
    return [
        other
        for other in every
        if (other.record.kind, other.out) == ("training", job.out)
        and other.record.ticket > job.record.ticket
    ]
