"""One training as the Train page shows it: how far it is, its curves, and what to do next."""

from __future__ import annotations

import streamlit as st

from explorer import catalogue, figures, page_parts, paths, session
from explorer.job_log import Row, seconds_left, share_done, thin
from explorer.jobs import Job

REFRESH_SECONDS = 1.0
PAGE_OF_THE_MAP = "map.py"
CURVE_HEIGHT = 260
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
_PARAMETER, _WATCHED = "job", "train.job"


def watched() -> str | None:
    """Return the id of the training that this visitor watches: the URL's, else the last one."""
    job_id = session.url_value(_PARAMETER) or session.recall(_WATCHED, None)
    if job_id is not None:
        watch(job_id)
    return job_id


def watch(job_id: str) -> None:
    """Show this training from now on, also after a change of page or when the page is reloaded."""
    session.remember(_WATCHED, job_id)
    session.set_url_value(_PARAMETER, job_id)


def show(job: Job) -> None:
    """Show a training; while it runs, this part of the page renews itself."""
    busy = job.alive()

    @st.fragment(run_every=REFRESH_SECONDS if busy else None)
    def panel() -> None:
        if busy and not job.alive():
            st.rerun()  # once, as a whole: without the clock, and with the form set free
        _show(job)

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
                watch(job.id)
                st.rerun()

    notice()


def _show(job: Job) -> None:
    rows = job.metrics.rows()
    with st.container(key="train_panel", border=True, gap="small"):
        st.markdown(f"**{page_parts.literal(job.record.name)}**")
        _progress(job, rows)
        if rows or job.alive():  # empty charts while it starts: nothing jumps when it is under way
            _curves(rows, running=job.alive())
        with st.expander("The command and its log"):
            st.code(job.record.command, language=None, wrap_lines=True)
            st.code(job.log_tail() or "Nothing has been written yet.", language=None)


def _progress(job: Job, rows: list[Row]) -> None:
    state = job.state()
    if state in ("running", "stopping"):
        st.progress(share_done(rows), text=progress_words(rows, stopping=state == "stopping"))
        if state == "running":
            st.button(
                "Stop",
                icon=":material/stop:",
                help="Ends the training and keeps the best model so far.",
                on_click=job.stop,
            )
        else:
            st.button("Stop at once", icon=":material/stop:", on_click=job.stop_now,
                      help="Ends the training without waiting; nothing may be kept.")  # fmt: skip
    elif state == "failed":
        page_parts.problem(f"The training failed: {job.failure()}")
    elif job.has_result():
        _result(job, stopped=state == "stopped")
    else:
        st.info("The training was stopped; there was no model to keep yet.")


def _result(job: Job, *, stopped: bool) -> None:
    from vae_core.checkpoint import read_summary

    summary = read_summary(job.out)
    begun = "Stopped; the best model so far was kept." if stopped else "Finished."
    quality = f" ELBO {_number(summary.elbo)} nats per item." if summary.elbo is not None else ""
    st.success(page_parts.literal(begun + quality), icon=":material/check_circle:")
    if summary.collapsed:
        st.warning(
            "The model hardly uses its latent dimensions. Train longer, or raise the free bits or "
            "the KL warm-up.",
            icon=":material/warning:",
        )
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


def progress_words(rows: list[Row], *, stopping: bool = False) -> str:
    """Say how far a training is and how long it still takes."""
    if stopping:
        return "Stopping: keeping the best model so far…"
    if not rows:
        return "Starting, and reading the data…"
    last = rows[-1]
    if last.get("step") == last.get("steps"):
        return "Placing every item in the latent space…"
    epoch = min(int(last.get("epoch", 0)) + 1, int(last.get("epochs", 1)))
    words = f"Epoch {epoch} of {last.get('epochs')}"
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
