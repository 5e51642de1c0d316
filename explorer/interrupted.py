"""Trainings that ended before they were done and can go on: which they are, and how."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explorer import page_parts, train_watch
from explorer.job import Job, JobError
from explorer.job_queue import last_trainings
from explorer.jobs import Jobs
from explorer.train_settings import short


@dataclass(frozen=True)
class Interrupted:
    """A run folder whose training can go on: how it ended, and whether it kept a model."""

    out: Path
    has_model: bool
    state: str

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.out.name

    @property
    def arguments(self) -> list[str]:
        """The arguments of the command that goes on with it."""
        return ["train", "--resume", str(short(self.out))]

    @property
    def command(self) -> str:
        """The command as one would type it in a terminal."""
        return shlex.join(["latentscape", *self.arguments])


def interrupted_in(runs: Path, jobs: Jobs) -> list[Interrupted]:
    """Return the trainings of a runs folder that can go on, the last one first."""
    from vae_core.checkpoint import has_state
    from vae_core.run_lock import is_locked

    folders = [folder for folder in runs.iterdir() if has_state(folder)] if runs.is_dir() else []
    if not folders:
        return []
    queue = jobs.queue()
    trainings = (job for job in (*queue.running, *queue.waiting) if job.record.kind == "training")
    busy = {job.out.resolve() for job in trainings}
    # A training in a terminal is none of our jobs, but holds its folder's lock.
    found = [
        folder
        for folder in sorted(folders, key=_last_written, reverse=True)
        if not folder.name.startswith(".")
        if folder.resolve() not in busy and not is_locked(folder)
    ]
    last = last_trainings(jobs.all())
    return [_described(folder, last.get(folder.absolute())) for folder in found]


def _described(folder: Path, job: Job | None) -> Interrupted:
    has_model = _has_model(folder)
    # A folder alone does not tell who ended it.
    state = ("stopped" if has_model else "interrupted") if job is None else job.state()
    return Interrupted(folder, has_model, state)


def show(runs: Path, jobs: Jobs, watched: Job | None) -> None:
    """List the trainings that can go on, but for the one that is shown already."""
    shown = None if watched is None else watched.out.resolve()
    found = [one for one in interrupted_in(runs, jobs) if one.out.resolve() != shown]
    if not found:
        return
    title = "1 training can go on" if len(found) == 1 else f"{len(found)} trainings can go on"
    with st.expander(title, icon=":material/pause_circle:"):
        for one in found:
            kept = ", and kept a model" if one.has_model else ""
            st.markdown(f"**{page_parts.literal(one.name)}** · {one.state}{kept}")
            show_way_on(one, jobs)


def show_way_on(one: Interrupted, jobs: Jobs, *, first: bool = False) -> None:
    """Show a button that goes on with a training, and its command.

    `first`: whether that is what one most likely wants to do here.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = st.button(
            "Go on",
            key=f"train.go_on.{one.name}",
            type="primary" if first else "secondary",
            icon=":material/play_arrow:",
            help="Goes on where it stopped, to the result it would have had; in the queue where "
            "all slots are busy.",
        )
        st.code(one.command, language=None, wrap_lines=True)
    if pressed:
        try:
            job = jobs.start(one.arguments, one.name, one.out)
        except JobError as error:
            page_parts.problem(str(error))
        else:
            train_watch.watch(job.id)
            st.rerun()


def _has_model(folder: Path) -> bool:
    from vae_core.checkpoint import RunError, read_summary

    try:
        return read_summary(folder).finished
    except RunError:
        return False


def _last_written(folder: Path) -> float:
    from vae_core.checkpoint import METRICS, STATE

    times = []
    for file in (folder / STATE, folder / METRICS):
        try:
            times.append(file.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=0.0)
