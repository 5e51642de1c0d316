"""The queue as the Train page shows it: what else runs and waits, a job's place, past jobs."""

from __future__ import annotations

import streamlit as st

from explorer import page_parts, train_watch
from explorer.job import Job, JobError
from explorer.job_log import share_done
from explorer.job_queue import Queue, superseded
from explorer.job_state import TROUBLED
from explorer.jobs import Jobs
from explorer.progress_words import ago

REFRESH_SECONDS = 1.0
MOST_ROWS, MOST_PAST = 6, 20
STAYS = "It stays in the queue when the explorer is closed, and goes on when it is opened again."


def show_others(jobs: Jobs, watched: Job | None) -> None:
    """Say what else runs and waits, and offer to watch it; renews itself while there is any."""
    if not _others(jobs.queue(), watched):
        return

    @st.fragment(run_every=REFRESH_SECONDS)
    def notice() -> None:
        queue = jobs.queue()
        others = _others(queue, watched)
        if not others:
            st.rerun()
        with st.container(key="train_busy", border=True, gap="small"):
            st.caption(f"{queue.busy()}, {_waiting(queue)}.")
            for job in others[:MOST_ROWS]:
                _row(job, queue)
            if len(others) > MOST_ROWS:
                st.caption(f"and {len(others) - MOST_ROWS} more")

    notice()


def show_place(job: Job, jobs: Jobs) -> None:
    """Say which place a job has in the queue, and offer to take it out."""
    queue = jobs.queue()
    place = queue.place(job)
    if jobs.trouble is not None:
        page_parts.problem(jobs.trouble)
    words = "It is about to start." if place is None else queue.words(place)
    st.info(f"{words} {STAYS}", icon=":material/hourglass_top:")
    if st.button("Leave the queue", icon=":material/close:", key=f"train.leave.{job.id}"):
        cancel(job)


def start_hint(jobs: Jobs) -> str | None:
    """Say which place a training would have that is asked for now; None where it would begin."""
    queue = jobs.queue()
    if not queue.full:
        return None
    waiting = sum(job.record.kind == "training" for job in queue.waiting)
    return f"{queue.busy()}: it will wait as number {waiting + 1} in the queue."


def show_past(jobs: Jobs) -> None:
    """List the last jobs, what was prepared of runs included."""
    found = jobs.all()
    if not found:
        return
    with (
        st.expander("All jobs", icon=":material/list:"),
        st.container(key="train_jobs", gap=None),
    ):
        for job in found[:MOST_PAST]:
            state = job.state()
            with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
                st.text(job.record.name)
                then = ", then went on" if superseded(job, found) else ""
                st.caption(f"{job.record.kind} · {state}{then} · {ago(job.age())}")
            if state in TROUBLED:
                st.caption(page_parts.told(job.failure()))
        if len(found) > MOST_PAST:
            st.caption(f"and {len(found) - MOST_PAST} earlier ones: `latentscape jobs`")


def cancel(job: Job) -> None:
    """Take a job out of the queue, or stop it where it has begun meanwhile."""
    try:
        job.stop()
    except JobError as error:
        page_parts.problem(str(error))
    else:
        st.rerun()


def _others(queue: Queue, watched: Job | None) -> list[Job]:
    """The trainings that run and wait, but for the one that is shown already."""
    shown = None if watched is None else watched.id
    everything = (*queue.running, *queue.waiting)
    return [job for job in everything if job.record.kind == "training" and job.id != shown]


def _waiting(queue: Queue) -> str:
    count = sum(job.record.kind == "training" for job in queue.waiting)
    return "nothing waits" if count == 0 else f"{count} in the queue"


def _row(job: Job, queue: Queue) -> None:
    place = queue.place(job)
    if place is not None:
        words = f"number {place} in the queue"
    else:
        words = f"{round(100 * share_done(job.metrics.rows()))} % done"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{page_parts.literal(job.record.name)}** · {words}", width="stretch")
        if st.button("Watch it", key=f"train.watch.{job.id}"):
            train_watch.watch(job.id)
            st.rerun()
