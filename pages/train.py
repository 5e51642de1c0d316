"""The Train page: make a model of one's own and watch it learn."""

from __future__ import annotations

import streamlit as st

from explorer import (
    configurations,
    interrupted,
    jobs,
    page_parts,
    paths,
    session,
    train_again,
    train_controls,
    train_panel,
    train_queue,
    train_watch,
)
from explorer.job import JobError
from explorer.job_state import TROUBLED
from explorer.slots import SlotsError

runs = paths.runs_folder()
try:
    trainings = jobs.jobs_in(runs)
except SlotsError as error:
    page_parts.problem(str(error))
    st.stop()
job, remark = train_watch.shown(trainings)

with st.container(key="page_bar"):
    page_parts.page_header("Train", "Make a model of your own data; watch it learn.")

if remark is not None:
    st.info(page_parts.literal(remark), icon=":material/info:")
if job is not None:
    train_panel.show(job, trainings)
train_queue.show_others(trainings, job)

interrupted.show(runs, trainings, job)

again = job is not None and job.state() in TROUBLED
if job is None:
    room = st.container()
elif again:
    # What can go on is not to be begun anew by mistake.
    unfolded = job.state() == "failed" or not job.can_go_on()
    room = st.expander("Change the settings and try again", expanded=unfolded)
else:
    room = st.expander("Train another model")
with room:
    if job is not None and again:
        train_again.show(job, runs)
    settings = train_controls.show()
    obstacle = settings.problem(runs) or configurations.problem(settings)
    if settings.names_data:
        st.caption("The command that this runs; it does the same in a terminal.")
        st.code(settings.command(runs), language=None, wrap_lines=True)
    hint = train_queue.start_hint(trainings)
    if hint is not None:
        st.caption(hint)
    if obstacle is not None and not (settings.names_data or settings.refusal):
        st.caption(f":material/upload: {page_parts.told(obstacle)}")
    elif obstacle is not None:
        st.warning(page_parts.told(obstacle), icon=":material/edit:")
    if st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        disabled=obstacle is not None,
    ):
        try:
            started = trainings.start(settings.arguments(runs), settings.name, settings.out(runs))
        except JobError as error:
            page_parts.problem(str(error))
        else:
            train_again.remember(started)
            session.remember(train_controls.STARTED, settings.name)
            train_watch.watch(started.id)
            st.rerun()

train_queue.show_past(trainings)
