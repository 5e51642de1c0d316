"""One training as the Train page shows it: how far it is, its curves, and what to do next."""

from __future__ import annotations

import streamlit as st

from explorer import (
    catalogue,
    figures,
    interrupted,
    page_parts,
    paths,
    run_details,
    session,
    snapshot_view,
    train_queue,
)
from explorer.gate import gate_of
from explorer.job import Job, State
from explorer.job_log import Row, share_done, thin
from explorer.jobs import Jobs
from explorer.progress_words import progress_words
from explorer.remarks import remarks

REFRESH_SECONDS = 1.0
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
    """Show a training; while it runs, this part of the page renews itself."""
    busy = not job.over()

    @st.fragment(run_every=REFRESH_SECONDS if busy else None)
    def panel() -> None:
        if busy and job.over():
            st.rerun()  # once, as a whole: without the clock
        _show(job, jobs)

    panel()


def _show(job: Job, jobs: Jobs) -> None:
    state = job.state()
    running = state in ("running", "stopping")
    # A training that goes on finds its first rows there, though it waits.
    rows = job.metrics.rows() if job.record.begun else []
    with st.container(key="train_panel", border=True, gap="small"):
        st.markdown(f"**{page_parts.literal(job.record.name)}**")
        if state == "queued":
            train_queue.show_place(job, jobs)
        else:
            _progress(job, state, rows)
        if job.can_go_on():
            _way_on(job, jobs)
        if rows or running:  # empty charts while it starts: nothing jumps when it is under way
            _curves(rows, running=running)
        if running:
            snapshot_view.show(job.out)
        with st.expander("The command and its log"):
            st.code(job.record.command, language=None, wrap_lines=True)
            st.code(job.log_tail() or "Nothing has been written yet.", language=None)


def _progress(job: Job, state: State, rows: list[Row]) -> None:
    if state in ("running", "stopping"):
        stopping = state == "stopping"
        comparison = job.comparison.rows()
        words = progress_words(rows, comparison, stopping=stopping)
        st.progress(share_done(comparison or rows), text=words)
        _stop_button(job, stopping=stopping)
    elif state == "failed" and job.can_go_on() and job.was_killed():
        st.warning(
            page_parts.literal(f"The training was interrupted. {job.failure()}"),
            icon=":material/pause_circle:",
        )
    elif state == "failed":
        page_parts.problem(f"The training failed: {job.failure()}")
        if job.has_result():
            _result(job)
    elif not job.record.begun:
        st.info("It was taken out of the queue before it began.")
    elif job.has_result():
        stopped = "Stopped; the best model so far was kept."
        _result(job, stopped if state == "stopped" else "Finished.")
    elif not job.can_go_on():
        st.info("The training was stopped; there was no model to keep yet.")
    else:
        st.info("The training was stopped before there was a model. It can go on where it stopped.")


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


def _way_on(job: Job, jobs: Jobs) -> None:
    st.caption("To go on where it stopped:")
    interrupted.show_way_on(interrupted.Interrupted(job.out, job.has_result()), jobs)


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
        st.warning(page_parts.literal(sentence), icon=":material/warning:")
    if st.button("Open on the map", type="primary", icon=":material/scatter_plot:"):
        session.choose_model(catalogue.run_id(job.out))
        st.switch_page(paths.pages_folder() / PAGE_OF_THE_MAP)


def _curves(rows: list[Row], *, running: bool) -> None:
    drawn = thin(rows)
    epochs = rows[-1].get("epochs") if rows and running else None
    for side, (term, (title, meaning)) in zip(st.columns(3), _TERMS.items(), strict=True):
        with side:
            st.caption(f"**{title}**, nats per item", help=meaning)
            st.plotly_chart(
                figures.of_height(figures.training_curve(drawn, term, epochs), CURVE_HEIGHT),
                key=f"train.curve.{term}",
                height=CURVE_HEIGHT,
                config=figures.PLAIN,
                alt=f"{title} over the epochs",
            )


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
