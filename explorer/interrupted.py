"""Trainings that ended before they were done and can go on: which they are, and how."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explorer import page_parts, train_watch
from explorer.job_record import read_record
from explorer.jobs import Job, JobError, Jobs
from explorer.train_settings import short

# A training in a terminal is not in our list: while it writes, it is alive.
QUIET_SECONDS = 120.0


@dataclass(frozen=True)
class Interrupted:
    """A run folder whose training can go on; `has_model`: it was stopped, and kept a model."""

    out: Path
    has_model: bool

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

    folders = [folder for folder in runs.iterdir() if has_state(folder)] if runs.is_dir() else []
    if not folders:
        return []
    running, begun = jobs.running(), _begun_here(jobs)
    busy = None if running is None else running.out.resolve()
    quiet = time.time() - QUIET_SECONDS
    written = {folder: _last_written(folder) for folder in folders}
    found = [
        folder
        for folder in sorted(folders, key=lambda folder: -written[folder])
        if folder.resolve() != busy and not folder.name.startswith(".")
        if folder.resolve() in begun or written[folder] < quiet
    ]
    return [Interrupted(folder, _has_model(folder)) for folder in found]


def show(runs: Path, jobs: Jobs, watched: Job | None) -> None:
    """List the interrupted trainings, but for the one that is shown already."""
    shown = None if watched is None else watched.out.resolve()
    found = [one for one in interrupted_in(runs, jobs) if one.out.resolve() != shown]
    if not found:
        return
    title = "1 interrupted training" if len(found) == 1 else f"{len(found)} interrupted trainings"
    with st.expander(title, icon=":material/pause_circle:"):
        for one in found:
            how = "stopped early, and kept a model" if one.has_model else "interrupted"
            st.markdown(f"**{page_parts.literal(one.name)}** · {how}")
            show_way_on(one, jobs)


def show_way_on(one: Interrupted, jobs: Jobs) -> None:
    """Show the command that goes on with a training, and a button that runs it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.code(one.command, language=None, wrap_lines=True)
        pressed = st.button(
            "Go on",
            key=f"train.go_on.{one.name}",
            icon=":material/play_arrow:",
            disabled=jobs.running() is not None,
            help="Goes on where it stopped, to the result it would have had.",
        )
    if pressed:
        try:
            job = jobs.start(one.arguments, one.name, one.out)
        except JobError as error:
            page_parts.problem(str(error))
        else:
            train_watch.watch(job.id)
            st.rerun()


def _begun_here(jobs: Jobs) -> set[Path]:
    """The run folders of all jobs: of these we know without waiting whether they have ended."""
    folders = jobs.folder.iterdir() if jobs.folder.is_dir() else ()
    records = (read_record(folder) for folder in folders)
    return {Path(record.out).resolve() for record in records if record is not None}


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
