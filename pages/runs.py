"""The Runs page: every model there is; rename, compare, take away, bring in, delete."""

from __future__ import annotations

import streamlit as st

from explorer import (
    catalogue,
    jobs,
    page_parts,
    paths,
    runs_cards,
    runs_compare,
    runs_import,
    runs_list,
    runs_notice,
    session,
)
from explorer.slots import SlotsError

folder = paths.runs_folder()
compared = runs_compare.asked()
with st.container(key="page_bar"):
    page_parts.page_header(
        "Runs",
        "Every model there is, to compare, take away and train again."
        if compared is None
        else "Two of them beside each other.",
    )

if compared is not None:
    runs_compare.show(compared)
    st.stop()

runs_notice.expire(folder)
runs_notice.show(folder)
try:
    trainings = jobs.jobs_in(folder).all()
except SlotsError as error:
    page_parts.problem(str(error))
    st.stop()
every = runs_list.listed(catalogue.list_models(), trainings)
marked = runs_cards.marked(every)
with st.container(key="runs_bar", horizontal=True, vertical_alignment="center", gap="small"):
    words = st.text_input(
        "Look for",
        key=session.kept_widget("runs.words", ""),
        placeholder="Look for a name, tag, data set, model…",
        max_chars=200,
        label_visibility="collapsed",
        width=320,
    )
    orders = list(runs_list.ORDERS)
    order = st.selectbox(
        "Order",
        orders,
        key=session.kept_widget("runs.order", orders[0], orders),
        label_visibility="collapsed",
        width=200,
    )
    st.button(
        "Compare two" if len(marked) < 2 else "Compare the two",
        icon=":material/compare:",
        type="primary" if len(marked) == 2 else "secondary",
        disabled=len(marked) < 2,
        on_click=runs_compare.ask,
        args=tuple(marked) if len(marked) == 2 else (None, None),
        help="Tick “Compare” at two runs." if len(marked) < 2 else None,
    )

if not any(not run.entry.bundled for run in every):
    st.info("No runs of your own yet: train one on the Train page, or bring one in below.")
found = runs_list.chosen(every, words, order)
if every and not found:
    st.caption("No run has all of these words.")
runs_cards.show(found, every)
runs_import.show()
runs_notice.show_trash(folder)
