"""`latentscape jobs`: the trainings of the runs folder, listed, followed, stopped, gone on with."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer import paths
from explorer.commands.plain import plain
from explorer.job import JobError
from explorer.job_log import seconds_left, share_done
from explorer.job_queue import successor, superseded
from explorer.job_state import ACTIVE, TROUBLED
from explorer.progress_words import ago, duration

if TYPE_CHECKING:
    from explorer.job import Job
    from explorer.job_queue import Queue
    from explorer.jobs import Jobs

app = typer.Typer(
    invoke_without_command=True,
    help="List the jobs of the runs folder; follow, stop and go on with them.",
)
JobId = Annotated[
    str, typer.Argument(metavar="ID", help="The job's id, or how it begins.", show_default=False)
]


@app.callback()
def list_jobs(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow live until nothing runs or waits.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the jobs as JSON.")] = False,
) -> None:
    """List the jobs of the runs folder (./runs, or what LATENTSCAPE_RUNS names), the last first.

    With --watch they are followed until none runs or waits; Ctrl+C leaves them alone. What waits is
    started as slots are free (LATENTSCAPE_SLOTS), also where no explorer is open.

    Examples:

      latentscape jobs

      latentscape jobs stop 3f2a

      latentscape jobs --watch
    """
    if context.invoked_subcommand is not None:
        return
    if watch and as_json:
        raise JobError("--watch and --json do not go together; leave one of them out.")
    jobs = _jobs()
    if watch:
        from explorer.commands.job_watch import watch as follow

        follow(jobs)
        return
    queue, found = jobs.queue(), jobs.all()
    if as_json:
        listed = [described(job, queue, found) for job in found]
        typer.echo(json.dumps({"slots": jobs.slots, "jobs": listed}, ensure_ascii=False))
    elif not found:
        typer.echo(f"There are no jobs in {paths.runs_folder()}.")
    elif sys.stdout.isatty():
        _print_table(found, queue)
    else:
        for job in found:
            typer.echo("  ".join(cells(job, queue, found)))


@app.command()
def stop(
    job_id: JobId,
    now: Annotated[
        bool, typer.Option("--now", help="End it without waiting; nothing may be kept.")
    ] = False,
) -> None:
    """Stop a job: what waits leaves the queue, a training keeps its best model so far."""
    job = _found(_jobs(), job_id)
    state, name = job.state(), plain(job.record.name)
    if state not in ACTIVE:
        raise JobError(f"The job {job.id} ({name}) is over: {state}.")
    if now:
        job.stop_now()
    else:
        job.interrupt()
    done = "has left the queue" if state == "queued" else "was asked to stop"
    typer.echo(f"{name} ({job.id}) {done}.")


@app.command()
def resume(job_id: JobId) -> None:
    """Go on with a training that ended early, or ask again for one that never began.

    It begins when a slot is free: at once, or when the explorer or `latentscape jobs --watch` runs.
    """
    from explorer.train_settings import short

    jobs = _jobs()
    job = _found(jobs, job_id)
    record = job.record
    if job.state() in ACTIVE:
        raise JobError(f"The job {job.id} is not over; wait until it is, or stop it first.")
    name = plain(record.name)
    if job.state() == "finished":
        raise JobError(
            f"The job {job.id} ({name}) is finished: there is nothing to go on with; for another "
            f"one, `{plain(record.command)}`."
        )
    if superseded(job, jobs.all()):
        raise JobError(
            f"The job {job.id} ({name}) went on as another one; see `latentscape jobs` for that."
        )
    if job.can_go_on():
        arguments = ["train", "--resume", str(short(job.out))]
    elif not record.begun and record.kind == "training":
        arguments = list(record.arguments)
    else:
        raise JobError(
            f"The job {job.id} ({name}) left nothing to go on from; start it again with "
            f"`{plain(record.command)}`."
        )
    again = jobs.start(arguments, record.name, job.out)
    place = jobs.queue().place(again)
    said = "begins" if place is None else f"is number {place} in the queue"
    typer.echo(f"{name} ({again.id}) {said}.")


@app.command()
def log(job_id: JobId) -> None:
    """Print what a job's process has written."""
    job = _found(_jobs(), job_id)
    try:
        content = job.log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        raise JobError(f"The job {job.id} has not begun; it has no log yet.") from error
    except OSError as error:
        raise JobError(f"{job.log} cannot be read: {error.strerror or error}.") from error
    for line in content.splitlines():
        typer.echo(plain(line))


def described(job: Job, queue: Queue, every: list[Job]) -> dict[str, Any]:
    """What is known of a job, as JSON values; times in seconds."""
    record, state = job.record, job.state()
    # The figures in the folder are those of the job that wrote it last.
    rows = [] if superseded(job, every) else _rows(job)
    # After the training, the plain language model that it is compared with is trained.
    comparison = job.comparison.rows() if rows and state == "running" else []
    rows = comparison or rows
    later = successor(job, every) if record.kind == "training" else None
    return {
        "id": job.id,
        "name": record.name,
        "kind": record.kind,
        "state": state,
        "place": queue.place(job),
        "comparing": bool(comparison),
        "progress": share_done(rows) if rows else None,
        "age_seconds": round(job.age(), 1),
        "seconds_left": seconds_left(rows) if state == "running" else None,
        "run": record.out,
        "command": record.command,
        "problem": job.failure() if state in TROUBLED else None,
        "went_on_as": None if later is None else later.id,
    }


def cells(job: Job, queue: Queue, every: list[Job]) -> list[str]:
    """What is known of a job, in words: id, name, state, progress, age, time left."""
    about = described(job, queue, every)
    state = about["state"]
    if about["place"] is not None:
        state = f"queued, number {about['place']}"
    elif about["went_on_as"] is not None:
        state = f"{state}, then {about['went_on_as']}"
    elif about["comparing"]:
        state = f"{state}, comparing"
    share, left = about["progress"], about["seconds_left"]
    name = plain(about["name"]) + (" (preparing)" if about["kind"] == "preparation" else "")
    return [
        job.id,
        name,
        state,
        "–" if share is None else f"{share:.0%}",
        ago(about["age_seconds"]),
        "–" if left is None else f"{duration(left)} left",
    ]


def _print_table(found: list[Job], queue: Queue) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "name", "state", "done", "asked", "time left", box=None, pad_edge=False)
    for job in found:
        table.add_row(*map(Text, cells(job, queue, found)))  # plain: a name may look like markup
    console = Console()
    console.print(table)
    console.print(f"{queue.busy()}.", highlight=False)


def _rows(job: Job) -> list[dict[str, Any]]:
    record = job.record
    return job.metrics.rows() if record.begun and record.kind == "training" else []


def _jobs() -> Jobs:
    from explorer.jobs import Jobs

    return Jobs(paths.runs_folder())


def _found(jobs: Jobs, begins: str) -> Job:
    """The one job whose id begins so. Raises JobError."""
    found = [job for job in jobs.all() if begins and job.id.startswith(begins.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise JobError(f"{len(found)} jobs begin with {begins!r}; give more of the id.")
    raise JobError(f"There is no job {begins!r} in {paths.runs_folder()}; see `latentscape jobs`.")
