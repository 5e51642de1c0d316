"""The Evaluate page: what a model is worth, in figures that say what they mean."""

from __future__ import annotations

import streamlit as st

from explorer import (
    evaluate_bar,
    evaluate_compare,
    evaluate_job,
    evaluate_probe,
    evaluate_state,
    evaluate_tables,
    evaluation_metrics,
    page_parts,
)

run, model_id = page_parts.open_model()
evaluation = evaluate_state.shown(run)
result = None if evaluation is None else evaluation.result
sections = evaluation_metrics.sections(run.config, result)
there = evaluate_bar.is_asked_for(run, evaluation)
busy = evaluate_job.is_busy(run.path)

with st.container(key="page_bar", horizontal=True, vertical_alignment="center"):
    page_parts.page_header("Evaluate", "What this model is worth, and how one can tell.")
    evaluate_bar.show(run, sections, evaluation, busy=busy)

evaluate_job.show(run, there)
evaluate_bar.show_state(run, evaluation, busy=busy)
evaluate_tables.show_main(sections)
evaluate_tables.show_gate(run.config, result)
for part in evaluate_tables.with_content(sections):
    evaluate_tables.show_section(part)
    if part.family == "probe" and evaluation is not None:
        evaluate_probe.show(run, evaluation)
evaluate_compare.show(run, model_id, evaluation)
