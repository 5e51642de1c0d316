"""Duplicates and outliers of a run that a job looks for, while the page goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import jobs, page_parts, paths, session
from explorer.job import JobError
from explorer.slots import SlotsError

if TYPE_CHECKING:
    from explorer.job import Job
    from vae_core.checkpoint import Run

REFRESH_SECONDS = 1.0


def show(run: Run) -> None:
    """Offer to look for duplicates and outliers, or say how far that is."""
    problem: str | None = session.recall(_key(run, "problem"))
    if problem is not None:
        page_parts.problem(f"The items could not be compared. {problem}")
    try:
        job = jobs.jobs_in(paths.runs_folder()).get(session.recall(_key(run, "job")))
    except SlotsError as error:
        page_parts.problem(str(error))
        return
    if job is None:
        st.button(
            "Compare the items",
            key="check.ask",
            type="primary",
            icon=":material/compare_arrows:",
            on_click=_ask,
            args=(run,),
            help="Once for each model; it goes on while you do something else.",
        )
        return

    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        if not job.over():
            _wait(job)
            return
        session.remember(_key(run, "job"), None)
        if job.state() == "failed":
            session.remember(_key(run, "problem"), job.failure())
        st.rerun()

    progress()


def _wait(job: Job) -> None:
    waits = job.state() == "queued"
    words = (
        "The comparison waits for a free slot."
        if waits
        else f"Comparing the items: {job.age():.0f} s so far."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/hourglass_top: {words}")
        st.button(
            "Cancel", key="check.cancel", type="tertiary", icon=":material/close:",
            on_click=job.stop_now,
        )  # fmt: skip


def _ask(run: Run) -> None:
    session.remember(_key(run, "problem"), None)
    try:
        job = jobs.jobs_in(paths.runs_folder()).ask_analysis(
            run.path, ["check", str(run.path)], f"{run.path.name}: duplicates and outliers"
        )
    except (JobError, SlotsError) as error:
        session.remember(_key(run, "problem"), str(error))
        return
    session.remember(_key(run, "job"), job.id)


def _key(run: Run, what: str) -> str:
    return f"check.{what}.{run.content_hash}"
