"""`latentscape jobs --watch`: bars in a terminal, else a line for whatever is new."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from explorer.commands.plain import plain
from explorer.job_log import Row, seconds_left
from explorer.job_state import TROUBLED
from explorer.progress_words import duration

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from explorer.job import Job
    from explorer.job_queue import Queue
    from explorer.jobs import Jobs

LOOK_SECONDS = 0.5
NOTHING = "Nothing runs or waits."


def watch(jobs: Jobs, look: Callable[[float], None] = time.sleep) -> None:
    """Follow the jobs, starting what waits, until none runs or waits, or Ctrl+C; print how each
    ended. The jobs themselves are left alone."""
    try:
        if sys.stdout.isatty():
            _bars(jobs, look)
        else:
            _lines(jobs, look)
    except KeyboardInterrupt:
        typer.echo("The jobs go on without you; `latentscape jobs` lists them.", err=True)


class _Followed:
    """The jobs that have been seen waiting or running, and what has been said of them."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._open: dict[str, Job] = {}
        self.seen = False

    def look(self) -> Queue | None:
        """The queue as it is now; None where nothing runs or waits any more."""
        self._jobs.pump()
        queue = self._jobs.queue()
        for job in (*queue.running, *queue.waiting):
            self._open.setdefault(job.id, job)
            self.seen = True
        # Between the end of a job and the start of the next there may be a moment with neither.
        more = bool(self._open) or (self._jobs.trouble is None and not self._jobs.settled())
        return queue if queue.running or queue.waiting or more else None

    def ended(self) -> list[Job]:
        """The jobs that have ended since the last call."""
        over = [job for job in self._open.values() if job.over()]
        for job in over:
            del self._open[job.id]
        return over

    def trouble(self) -> str | None:
        return self._jobs.trouble


def _lines(jobs: Jobs, look: Callable[[float], None]) -> None:
    followed, said = _Followed(jobs), dict[str, str]()
    while True:
        queue = followed.look()
        for job in (*queue.running, *queue.waiting) if queue else ():
            rows, place = job.metrics.rows(), queue.place(job) if queue else None
            words = f"number {place} in the queue" if place is not None else _last_epoch(job, rows)
            if said.get(job.id) != words:
                said[job.id] = words
                typer.echo(f"{_name(job)}: {words}")
        for job in followed.ended():
            typer.echo(_end(job))
        if queue is None:
            break
        _tell(followed.trouble(), said)
        look(LOOK_SECONDS)
    if not followed.seen:
        typer.echo(NOTHING)


def _tell(trouble: str | None, said: dict[str, str]) -> None:
    if trouble is not None and said.get("") != trouble:
        said[""] = trouble
        typer.echo(trouble, err=True)


def _bars(jobs: Jobs, look: Callable[[float], None]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn

    followed, said = _Followed(jobs), dict[str, str]()
    tasks: dict[str, TaskID] = {}
    # Text of anybody's is never read as markup.
    columns = (
        TextColumn("{task.fields[name]}", markup=False),
        BarColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(), refresh_per_second=4) as bars:
        while True:
            queue = followed.look()
            for job in (*queue.running, *queue.waiting) if queue else ():
                if job.id not in tasks:
                    tasks[job.id] = bars.add_task("", total=None, name=_name(job))
                _draw(bars, tasks[job.id], job, queue.place(job) if queue else None)
            for job in followed.ended():
                if job.id in tasks:
                    bars.remove_task(tasks.pop(job.id))
                bars.console.print(escape(_end(job)), highlight=False)
            if queue is None:
                break
            _tell(followed.trouble(), said)
            look(LOOK_SECONDS)
    if not followed.seen:
        typer.echo(NOTHING)


def _draw(bars: Progress, task: TaskID, job: Job, place: int | None) -> None:
    if place is not None:
        bars.update(task, total=1, completed=0, description=f"number {place} in the queue")
        return
    rows = job.metrics.rows() if job.record.kind == "training" else []
    if not rows:
        bars.update(task, total=None, description=_last_epoch(job, rows))
        return
    last = rows[-1]
    bars.update(
        task,
        total=float(last.get("steps") or 1),
        completed=float(last.get("step") or 0),
        description=line(rows),
    )


def line(rows: list[Row]) -> str:
    """Say where a training stands: epoch, ELBO, items a second and the time left."""
    last = rows[-1]
    parts = [f"epoch {_number(last, 'epoch', '.1f')}/{last.get('epochs', '?')}"]
    measured = next((row for row in reversed(rows) if row.get("validation_elbo") is not None), None)
    if measured is not None:
        parts.append(f"validation ELBO {_number(measured, 'validation_elbo', '.2f')}")
    else:
        parts.append(f"ELBO {_number(last, 'elbo', '.2f')}")
    if last.get("items_per_second") is not None:
        parts.append(f"{_number(last, 'items_per_second', ',.0f')} items/s")
    left = seconds_left(rows)
    if left:
        parts.append(f"{duration(left)} left")
    return "  ".join(parts)


def _last_epoch(job: Job, rows: list[Row]) -> str:
    """What is new once an epoch."""
    if job.record.kind == "preparation":
        return "preparing what its pages show"
    measured = [row for row in rows if row.get("validation_elbo") is not None]
    if not measured:
        return "running"
    until = rows.index(measured[-1]) + 1
    return line(rows[:until])


def _number(row: Row, name: str, form: str) -> str:
    value = row.get(name)
    return format(value, form) if isinstance(value, int | float) else "?"


def _name(job: Job) -> str:
    return plain(job.record.name)


def _end(job: Job) -> str:
    state = job.state()
    what = " (preparing)" if job.record.kind == "preparation" else ""
    why = f": {plain(job.failure())}" if state in TROUBLED else ""
    return f"{_name(job)}{what}: {state}{why}"
