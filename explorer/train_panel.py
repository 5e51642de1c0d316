"""One training as the Train page shows it: how far it is, its curves, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

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
    train_watch,
)
from explorer.gate import gate_of
from explorer.job_log import Row, seconds_left, share_done, thin
from explorer.jobs import Job, Jobs
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
_COMPARING = "Comparing with a plain language model…"
_FINISHING = "Placing every item in the latent space…"


def show(job: Job, jobs: Jobs) -> None:
    """Show a training; while it runs, this part of the page renews itself."""
    busy = job.alive()

    @st.fragment(run_every=REFRESH_SECONDS if busy else None)
    def panel() -> None:
        if busy and not job.alive():
            st.rerun()  # once, as a whole: without the clock, and with the form set free
        _show(job, jobs)

    panel()


def show_busy(job: Job) -> None:
    """Say that another training runs, how far it is, and offer to watch it."""

    @st.fragment(run_every=REFRESH_SECONDS)
    def notice() -> None:
        if not job.alive():
            st.rerun()
        done = round(100 * share_done(job.metrics.rows()))
        with st.container(key="train_busy", horizontal=True, vertical_alignment="center"):
            st.info(
                f"Another training is running: {page_parts.literal(job.record.name)}, "
                f"{done} % done. Yours can start when it has ended.",
                icon=":material/hourglass_top:",
            )
            if st.button("Watch it"):
                train_watch.watch(job.id)
                st.rerun()

    notice()


def _show(job: Job, jobs: Jobs) -> None:
    rows = job.metrics.rows()
    with st.container(key="train_panel", border=True, gap="small"):
        st.markdown(f"**{page_parts.literal(job.record.name)}**")
        _progress(job, rows)
        if job.can_go_on():
            _way_on(job, jobs)
        if rows or job.alive():  # empty charts while it starts: nothing jumps when it is under way
            _curves(rows, running=job.alive())
        if job.alive():
            snapshot_view.show(job.out)
        with st.expander("The command and its log"):
            st.code(job.record.command, language=None, wrap_lines=True)
            st.code(job.log_tail() or "Nothing has been written yet.", language=None)


def _progress(job: Job, rows: list[Row]) -> None:
    state = job.state()
    if state in ("running", "stopping"):
        stopping = state == "stopping"
        comparison = job.comparison.rows()
        words = progress_words(rows, comparison, stopping=stopping)
        st.progress(share_done(comparison or rows), text=words)
        _stop_button(job, stopping=stopping)
    elif state == "failed" and job.can_go_on() and job.was_killed():
        st.warning(
            "The training was interrupted. It can go on where it stopped.",
            icon=":material/pause_circle:",
        )
    elif state == "failed":
        page_parts.problem(f"The training failed: {job.failure()}")
        if job.has_result():
            _result(job)
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
                figures.training_curve(drawn, term, epochs),
                key=f"train.curve.{term}",
                height=CURVE_HEIGHT,
                config=figures.PLAIN,
                alt=f"{title} over the epochs",
            )


def progress_words(
    rows: list[Row], comparison: Sequence[Row] = (), *, stopping: bool = False
) -> str:
    """Say how far a training is and how long it still takes.

    `comparison`: what the plain language model has reported, which is trained last.
    """
    if stopping:
        return "Stopping: keeping the best model so far…"
    if not rows:
        return "Starting, and reading the data…"
    if comparison:
        done = comparison[-1].get("step") == comparison[-1].get("steps")
        return _FINISHING if done else _with_time(_COMPARING, comparison)
    last = rows[-1]
    if last.get("step") == last.get("steps"):
        return _FINISHING
    epoch = min(int(last.get("epoch", 0)) + 1, int(last.get("epochs", 1)))
    return _with_time(f"Epoch {epoch} of {last.get('epochs')}", rows)


def _with_time(words: str, rows: Sequence[Row]) -> str:
    left = seconds_left(rows)
    return words if left is None else f"{words} · about {duration(left)} left"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def duration(seconds: float) -> str:
    """Say a duration in the unit that fits it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
