"""The bar of the Evaluate page: measure, with which settings, and take the figures away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import evaluate_job, evaluate_state, evaluation_files, page_parts
from explorer.evaluation_rows import Section
from explorer.kept_evaluations import Evaluation
from explorer.loose_json import count

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def show(
    run: Run, sections: Sequence[Section], evaluation: Evaluation | None, *, busy: bool
) -> None:
    """Show what can be done: settings, measure, take away."""
    with st.container(key="evaluate_ways", horizontal=True, gap="small", width="content"):
        _show_ways(run, sections, evaluation, busy=busy)


def _show_ways(
    run: Run, sections: Sequence[Section], evaluation: Evaluation | None, *, busy: bool
) -> None:
    with st.popover("Settings", icon=":material/tune:"):
        evaluate_state.show_settings(run)
    samples, seed = evaluate_state.asked(run)
    st.button(
        "Measure" if evaluation is None else "Measure again",
        key="evaluate.measure",
        type="secondary" if is_asked_for(run, evaluation) else "primary",
        icon=":material/straighten:",
        disabled=busy,
        on_click=evaluate_job.ask,
        args=(run, samples, seed),
        help="Everything on held-out items. It takes seconds to minutes, and goes on while you do "
        "something else.",
    )
    with st.popover("Take away", icon=":material/download:"):
        name = f"evaluation-{run.summary.name}"
        st.download_button(
            "All figures (CSV)", evaluation_files.as_csv(sections), f"{name}.csv", "text/csv",
            key="evaluate.csv", icon=":material/table:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "All figures (JSON)", evaluation_files.as_json(sections, evaluation), f"{name}.json",
            "application/json", key="evaluate.json", icon=":material/data_object:",
            on_click="ignore",
        )  # fmt: skip
        st.caption(
            f"The same from a terminal: `latentscape evaluate RUN --samples {samples} "
            f"--seed {seed} --json`"
        )


def is_asked_for(run: Run, evaluation: Evaluation | None) -> bool:
    """Tell whether what is shown was measured with the settings that are asked for."""
    asked = evaluate_state.asked(run)
    return evaluation is not None and (evaluation.samples, evaluation.seed) == asked


def show_state(run: Run, evaluation: Evaluation | None, *, busy: bool) -> None:
    """Say what the figures below are of, and what is missing."""
    if evaluation is None:
        if not busy:
            st.info(
                "These figures were noted at the end of training, on validation items. Measure to "
                "have all of them, on items that the training never saw.",
                icon=":material/straighten:",
            )
        return
    samples, seed = evaluate_state.asked(run)
    if not is_asked_for(run, evaluation):
        then = "" if busy else " Measure again to have that."
        st.info(
            f"Shown is what was measured with K = {evaluation.samples} and seed "
            f"{evaluation.seed}; you ask for K = {samples} and seed {seed}.{then}",
            icon=":material/tune:",
        )
    if evaluation.result.get("without_items") is True:
        st.info(
            "This run was published without its data. What needs them stands as training noted it, "
            "or is left out; the rest is measured from where its items lie.",
            icon=":material/visibility_off:",
        )
    items = count(evaluation.result, "items")
    split = evaluation.result.get("split")
    if isinstance(split, str) and split != "test":
        st.warning(
            page_parts.literal(f"This run marks no test items, so it was measured on {split}."),
            icon=":material/warning:",
        )
    if items < 100:
        st.warning(
            f"Only {items} item{'s' if items != 1 else ''} could be measured: figures of so few "
            "may be far off.",
            icon=":material/warning:",
        )
