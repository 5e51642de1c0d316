"""One training as the Train page shows it: how far it is, its curves, and what to do next."""

from __future__ import annotations

import streamlit as st

from explorer import (
    catalogue,
    figures_live,
    interrupted,
    page_parts,
    paths,
    run_details,
    session,
    snapshot_view,
    train_queue,
)
from explorer.gate import gate_of
from explorer.job import Job
from explorer.job_log import Row, share_done, thin
from explorer.job_state import State
from explorer.jobs import Jobs
from explorer.progress_words import progress_words
from explorer.remarks import remarks

REFRESH_SECONDS, DRAW_SECONDS = 1.0, 2.0
LOG_LINES, INTERRUPTED_LINES = 40, 8
PAGE_OF_THE_MAP = "map.py"
CURVE_HEIGHT = 260
COLLAPSED = (
    "The model hardly uses its latent dimensions. Train longer, or raise the free bits or the KL "
    "warm-up."
)
_TERMS = {
    "elbo": (
        "ELBO",
        "How well the model explains the data: reconstruction less KL. Higher is better.",
    ),
    "reconstruction": (
        "Reconstruction",
        "How likely the model finds each item after squeezing it through its latent numbers "
        "(log-likelihood). Closer to 0 is better.",
    ),
    "kl": (
        "KL",
        "How much the latent numbers say about an item beyond the prior. Near 0 the model "
        "ignores them.",
    ),
}


def show(job: Job, jobs: Jobs) -> None:
    """Show a training; while it is not over, this part of the page renews itself."""
    with st.container(key="train_panel", border=True, gap="small"):
        st.markdown(f"**{page_parts.literal(job.record.name)}**")
        if job.over():
            _ended(job, jobs)
        else:
            _under_way(job, jobs)


def _under_way(job: Job, jobs: Jobs) -> None:
    """Show a training that waits or runs.

    How far it is comes often and costs little; what is drawn of it comes less often, and on a busy
    machine does not hold that up.
    """

    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        if job.over():
            st.rerun()  # once, as a whole: without the clock
        state = job.state()
        if state == "queued":
            train_queue.show_place(job, jobs)
        else:
            _progress(job, state)

    @st.fragment(run_every=DRAW_SECONDS)
    def looks() -> None:
        state, rows = job.state(), _rows(job)
        if rows or state != "queued":  # empty charts while it starts: nothing jumps later
            _curves(rows, running=state != "queued")
            snapshot_view.show(job.out)
        with st.expander("The command and its log"):
            _log(job)

    progress()
    looks()


def _ended(job: Job, jobs: Jobs) -> None:
    """Show a training that is over: how it ended, what to do next, what it came to."""
    state = job.state()
    _ending(job, state)
    if job.can_go_on():
        if state != "interrupted":
            st.caption("To go on where it stopped:")
        way = interrupted.Interrupted(job.out, job.has_result(), state)
        interrupted.show_way_on(way, jobs, first=state == "interrupted")
    if state == "interrupted":
        with st.expander("The last lines of its log", expanded=True):
            _log(job, INTERRUPTED_LINES)
    if rows := _rows(job):
        _curves(rows, running=False)
    if job.record.begun:
        snapshot_view.show_ended(job.out, finished=job.has_result())
    if state != "interrupted":
        with st.expander("The command and its log"):
            _log(job)


def _rows(job: Job) -> list[Row]:
    # A training that goes on finds its first rows there, though it waits.
    return job.metrics.rows() if job.record.begun else []


def _log(job: Job, lines: int = LOG_LINES) -> None:
    st.code(job.record.command, language=None, wrap_lines=True)
    st.code(job.log_tail(lines) or "Nothing has been written yet.", language=None)


def _progress(job: Job, state: State) -> None:
    stopping = state == "stopping"
    rows, comparison = _rows(job), job.comparison.rows()
    words = progress_words(rows, comparison, stopping=stopping)
    st.progress(share_done(comparison or rows), text=words)
    _stop_button(job, stopping=stopping)


def _ending(job: Job, state: State) -> None:
    """Say how a training ended."""
    if state == "interrupted":
        st.warning(page_parts.told(_interruption(job)), icon=":material/pause_circle:")
    elif state == "failed":
        page_parts.problem(f"The training failed: {job.failure()}")
        if job.has_result():
            _result(job)
    elif not job.record.begun:
        st.info("It was taken out of the queue before it began.")
    elif job.has_result():
        _result(job, _end_words(job, state))
    elif job.can_go_on():
        st.info("The training was stopped before there was a model. It can go on where it stopped.")
    else:
        st.info("The training was stopped; there was no model to keep yet.")


def _interruption(job: Job) -> str:
    left = (
        "It can go on from the last step that was saved."
        if job.can_go_on()
        else "Nothing had been saved to go on from: start it again."
    )
    return f"The training was interrupted. {job.failure()} {left}"


def _end_words(job: Job, state: State) -> str:
    if state == "stopped":
        return "Stopped; the best model so far was kept."
    if job.record.stop_asked is not None:
        return "Finished: all of it was trained when it was asked to stop."
    return "Finished."


def _stop_button(job: Job, *, stopping: bool) -> None:
    if stopping:
        st.button("Stop at once", icon=":material/stop:", on_click=job.stop_now,
                  help="Ends the training without waiting; nothing may be kept.")  # fmt: skip
        return
    st.button(
        "Stop",
        icon=":material/stop:",
        help="Ends the training and keeps the best model so far.",
        on_click=job.stop,
    )


def _result(job: Job, begun: str = "The last good model was kept.") -> None:
    from vae_core.checkpoint import read_config, read_summary

    summary, config = read_summary(job.out), read_config(job.out)
    quality = f" ELBO {_number(summary.elbo)} nats per item." if summary.elbo is not None else ""
    gate = gate_of(config)
    if gate is not None and gate.light == "failed":
        st.warning(page_parts.literal(begun + quality), icon=":material/warning:")
    else:
        st.success(page_parts.literal(begun + quality), icon=":material/check_circle:")
    if gate is not None:
        title = f"Collapse gate: {gate.words}"
        icon = f":material/{run_details.ICONS[gate.light]}:"
        with st.expander(title, expanded=gate.light == "failed", icon=icon):
            run_details.show_gate(gate, "panel")
    elif summary.collapsed:
        st.warning(COLLAPSED, icon=":material/warning:")
    for sentence in remarks(config):
        st.warning(page_parts.told(sentence), icon=":material/warning:")
    if st.button("Open on the map", type="primary", icon=":material/scatter_plot:"):
        session.choose_model(catalogue.run_id(job.out))
        st.switch_page(paths.pages_folder() / PAGE_OF_THE_MAP)


def _curves(rows: list[Row], *, running: bool) -> None:
    drawn = thin(rows)
    epochs = rows[-1].get("epochs") if rows and running else None
    for side, (term, (title, meaning)) in zip(st.columns(3), _TERMS.items(), strict=True):
        with side:
            st.caption(f"**{title}**, nats per item", help=meaning)
            st.echarts_chart(
                figures_live.training_curve(drawn, term, epochs),
                key=f"train.curve.{term}",
                height=CURVE_HEIGHT,
                alt=f"{title} over the epochs",
            )


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
