"""The measuring of a run by a job beside the server: asked for, followed, cancelled, failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer import jobs, page_parts, paths, session
from explorer.job import JobError
from explorer.progress_words import duration
from explorer.slots import SlotsError
from vae_core.run_config import CONFIG

if TYPE_CHECKING:
    from explorer.job import Job
    from vae_core.checkpoint import Run

REFRESH_SECONDS = 1.0
_COMMAND = "evaluate"
# What is being measured, in words, and from where to where it is of the whole.
_STEPS = {
    "likelihood": ("how likely it finds items", 0.02, 0.7),
    "reconstructions": ("how well texts come back", 0.7, 0.8),
    "samples": ("what it writes at random places", 0.8, 0.84),
    "paths": ("ways between texts", 0.84, 0.88),
    "probe": ("what the latent space tells of labels", 0.88, 0.95),
    "clustering": ("whether clusters follow labels", 0.95, 0.99),
    "factors": ("properties of the items", 0.99, 1.0),
}
_MEASURING = re.compile(r"^measuring: ([a-z]+)(?: ([0-9]{1,3})%)?$")


@dataclass(frozen=True)
class Step:
    """How far a measuring is: in words, and its share of the whole, 0 to 1."""

    words: str
    share: float


def step_of(log: list[str]) -> Step:
    """Return how far the job is that wrote these lines."""
    for line in reversed(log):
        said = _MEASURING.match(line)
        if said is None or said[1] not in _STEPS:
            continue
        words, first, last = _STEPS[said[1]]
        part = min(int(said[2] or 0), 100) / 100
        return Step(f"Measuring {words}", first + part * (last - first))
    return Step("Opening the model", 0.0)


def arguments(run: Path, samples: int, seed: int) -> list[str]:
    """Return the command that measures a run and keeps what it finds."""
    draws = ["--samples", str(samples), "--seed", str(seed)]
    return [_COMMAND, str(run), *draws, "--keep"]


def ask(run: Run, samples: int, seed: int) -> None:
    """Have a run measured: from a callback. What goes wrong is told on the page."""
    session.remember(_problem(run), None)
    try:
        jobs.jobs_in(paths.runs_folder()).ask_analysis(
            run.path, arguments(run.path, samples, seed), f"{run.path.name}: evaluation"
        )
    except (JobError, SlotsError) as error:
        session.remember(_problem(run), str(error))


def last(run: Path) -> Job | None:
    """Return the last measuring of a run that was asked for, by whom- and whenever; None for none.

    Raises:
        SlotsError: the number of slots is set wrongly.
    """
    every = jobs.jobs_in(paths.runs_folder()).all()
    begun = (_COMMAND, str(run))
    found = next((job for job in every if job.record.arguments[:2] == begun), None)
    # One of a run that was in this place before says nothing of the run that is there now.
    before = found is not None and found.over() and (found.record.asked or 0.0) < _written(run)
    return None if before else found


def _written(run: Path) -> float:
    try:
        return (run / CONFIG).stat().st_mtime
    except OSError:
        return 0.0


def is_busy(run: Path) -> bool:
    """Tell whether a run is being measured, or waits to be."""
    try:
        job = last(run)
    except SlotsError:  # `show` says so
        return False
    return job is not None and not job.over()


def show(run: Run, there: bool) -> None:
    """Show how far the measuring of a run is, or how it ended.

    `there`: whether what is asked for was measured since.
    """
    problem: str | None = session.recall(_problem(run))
    if problem is not None:
        page_parts.problem(f"The measuring could not begin. {problem}")
    try:
        job = last(run.path)
    except SlotsError as error:
        page_parts.problem(str(error))
        return
    if job is None:
        return
    if not job.over():
        follow(job, "evaluate")
    elif not there:
        _show_end(job)


def follow(job: Job, key: str) -> None:
    """Show how far a job is, each second, until it is over."""

    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        if job.over():
            st.rerun()
        _wait(job, key)

    progress()


def _wait(job: Job, key: str) -> None:
    step = step_of(job.log_tail().splitlines())
    with st.container(key=f"{key}_progress", border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/hourglass_top: {_words(job, step)}")
            st.button(
                "Cancel", key=f"{key}.cancel", type="tertiary", icon=":material/close:",
                on_click=job.stop_now, width="content",
            )  # fmt: skip
        st.progress(step.share)


def _words(job: Job, step: Step) -> str:
    if job.state() == "queued":
        return "The measuring waits for its turn: something else is being computed or trained."
    return f"{step.words}… {duration(job.age())} so far."


def _show_end(job: Job) -> None:
    state = job.state()
    if state == "stopped":
        st.info("The measuring was cancelled; nothing of it was kept.", icon=":material/block:")
    elif state == "interrupted":
        page_parts.problem(
            "The measuring was ended from outside, often for want of memory; measure again, with "
            "fewer draws of z if it happens again."
        )
    elif state == "failed":
        page_parts.problem(f"The measuring failed. {job.failure()}")


def _problem(run: Run) -> str:
    return f"evaluate.problem.{run.content_hash}"
