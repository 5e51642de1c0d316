"""The settings of a training that failed, brought back into the form after a reload."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer import page_parts, runs_retrain, session
from explorer.job import Job

_ASKED = "train.asked"


def remember(job: Job) -> None:
    """Note that this session's form holds the settings of `job`."""
    session.remember(_ASKED, job.id)


def show(job: Job, runs: Path) -> None:
    """Offer to fill in the form as `job` was asked for, where it does not hold that already.

    Where the training failed before it had written its settings, its command tells them.
    """
    from vae_core.config import ConfigError
    from vae_core.run_items import RunError

    if session.recall(_ASKED) == job.id:
        return
    try:
        form = runs_retrain.form_of_run(job.out, runs)
    except (RunError, ConfigError):
        st.caption("The form begins anew; the command of the failed training tells its settings.")
        return
    if form.missing:
        st.caption(page_parts.literal(form.missing))
    st.button(
        "Fill in its settings",
        icon=":material/edit_note:",
        on_click=_fill,
        args=(form, job),
        help="Sets the form below as it was for the training that failed.",
    )


def _fill(form: runs_retrain.Form, job: Job) -> None:
    runs_retrain.fill(form)
    remember(job)
