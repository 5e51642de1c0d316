"""The Train page: make a model of one's own and watch it learn."""

from __future__ import annotations

import streamlit as st

from explorer import jobs, page_parts, paths, session, train_controls, train_panel
from explorer.job_log import share_done

runs = paths.runs_folder()
trainings = jobs.jobs_in(runs)
job = trainings.get(session.kept_url_value("job"))
running = trainings.running()

page_parts.page_header("Train", "Make a model of digits or of your own text, and watch it learn.")


def watch(job_id: str) -> None:
    """Show this training here, also after the page is loaded again."""
    session.keep_url_value("job", job_id)


if job is not None:
    train_panel.show(job)
if running is not None and (job is None or running.id != job.id):
    with st.container(key="train_busy", horizontal=True, vertical_alignment="center"):
        done = round(100 * share_done(running.metrics.rows()))
        st.info(
            f"Another training is running: {page_parts.literal(running.record.name)}, "
            f"{done} % done. Yours can start when it has ended.",
            icon=":material/hourglass_top:",
        )
        st.button("Watch it", on_click=watch, args=(running.id,))

settings_room = st.container() if job is None else st.expander("Train another model")
with settings_room:
    settings = train_controls.show()
    obstacle = settings.problem(runs)
    st.caption("The command that this runs; it does the same in a terminal.")
    st.code(settings.command(runs), language="bash", wrap_lines=True)
    if obstacle is not None:
        st.warning(page_parts.literal(obstacle), icon=":material/edit:")
    if st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        disabled=running is not None or obstacle is not None,
        help="One training runs at a time." if running is not None else None,
    ):
        try:
            started = trainings.start(settings.arguments(runs), settings.name, settings.out(runs))
        except jobs.JobError as error:
            page_parts.problem(str(error))
        else:
            watch(started.id)
            st.rerun()
