"""Other models of the same data beside the open one, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import (
    catalogue,
    evaluate_job,
    evaluate_state,
    evaluation_compare,
    evaluation_metrics,
    page_parts,
    session,
)
from explorer.content import key_of
from explorer.evaluation_compare import Cell, Measured, Row
from explorer.kept_evaluations import Evaluation
from explorer.loose_json import mapping

if TYPE_CHECKING:
    from explorer.catalogue import Entry
    from vae_core.checkpoint import Run

MOST_OTHERS = 4
_DIRECTION = {"higher": "higher", "lower": "lower", "": ""}


@dataclass(frozen=True)
class Others:
    """The other models by id: titles of those that can be compared, why not of the rest."""

    titles: Mapping[str, str]
    reasons: Mapping[str, tuple[str, str]]


def show(run: Run, model_id: str, evaluation: Evaluation | None) -> None:
    """Show the choice of other models, and the figures of those that are chosen."""
    st.markdown("##### Beside other models of the same data")
    others = others_of(run, model_id)
    if not others.titles:
        st.caption(
            "There is no other model of the same data. Train one with other settings on the Train "
            "page, and it can be compared here."
        )
        _show_reasons(others)
        return
    names = list(others.titles)
    key = f"evaluate.others.{run.content_hash}"
    kept = [name for name in session.recall(key, []) if name in names]
    if kept != session.recall(key, []):
        session.set_kept(key, kept)
    chosen = st.multiselect(
        "Models to compare with", names, key=session.kept_widget(key, []),
        format_func=lambda name: others.titles.get(name, name), max_selections=MOST_OTHERS,
        placeholder=f"{len(names)} to choose from", label_visibility="collapsed",
    )  # fmt: skip
    if chosen:
        _show_chosen(run, model_id, evaluation, [(name, others.titles[name]) for name in chosen])
    _show_reasons(others)


def others_of(run: Run, model_id: str) -> Others:
    """Return the other models, and which of them were trained on the same data."""
    from vae_core.checkpoint import RunError, read_config

    titles: dict[str, str] = {}
    reasons: dict[str, tuple[str, str]] = {}
    for entry in catalogue.list_models():
        if entry.id == model_id:
            continue
        if entry.problem is not None:
            reasons[entry.id] = (entry.title, entry.description)
            continue
        try:
            config = read_config(entry.path)
        except RunError:
            reasons[entry.id] = (entry.title, "cannot be opened")
            continue
        prints = _print_of(run), _print_in(config) or _counted(run, entry)
        why = evaluation_compare.why_not(run.config, prints[0], config, prints[1])
        if why is None:
            titles[entry.id] = f"{entry.title} · {entry.description}"
        else:
            reasons[entry.id] = (entry.title, why)
    return Others(titles, reasons)


def _show_reasons(others: Others) -> None:
    if not others.reasons:
        return
    with st.expander(f"Not to be compared: {len(others.reasons)}"):
        for title, why in others.reasons.values():
            st.caption(page_parts.literal(f"{title}: {why}."))


def _show_chosen(
    run: Run,
    model_id: str,
    evaluation: Evaluation | None,
    chosen: Sequence[tuple[str, str]],
) -> None:
    from vae_core.checkpoint import RunError

    settings = evaluate_state.asked(run)
    if evaluation is not None:
        settings = evaluation.samples, evaluation.seed
    title = next((one.title for one in catalogue.list_models() if one.id == model_id), model_id)
    runs = [_measured(run, title, evaluation)]
    for other_id, other_title in chosen:
        try:
            other = catalogue.open_run(other_id)
        except (catalogue.UnknownModelError, RunError) as error:
            page_parts.problem(str(error))
            continue
        found = evaluate_state.read(other, *settings)
        runs.append(_measured(other, other_title.partition(" · ")[0], found))
        if found is None:
            _offer(other, other_id, other_title, settings)
    if len(runs) > 1:
        _show_table(runs)


def _offer(run: Run, model_id: str, title: str, settings: tuple[int, int]) -> None:
    """Have another model measured with the settings of the open one."""
    name = title.partition(" · ")[0]
    job = evaluate_job.last(run.path)
    if job is not None and not job.over():
        evaluate_job.follow(job, f"evaluate_{run.content_hash[:12]}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            page_parts.literal(
                f"{name} was not measured with K = {settings[0]} and seed {settings[1]} yet; shown "
                "is what its training noted."
            )
        )
        st.button(
            "Measure it", key=f"evaluate.measure.{model_id}", icon=":material/straighten:",
            on_click=evaluate_job.ask, args=(run, *settings),
        )  # fmt: skip


def _measured(run: Run, title: str, evaluation: Evaluation | None) -> Measured:
    result = None if evaluation is None else evaluation.result
    found = evaluation_metrics.sections(run.config, result)
    return Measured(title, run.config, found, evaluation)


def _show_table(runs: Sequence[Measured]) -> None:
    found = evaluation_compare.rows(runs)
    columns = {
        "Measure": [page_parts.literal(row.name) for row in found],
        "Better is": [_DIRECTION[row.metric.better] for row in found],
    }
    for number, run in enumerate(runs):
        title = page_parts.literal(run.title)
        while title in columns:  # two runs may have one name
            title += f" ({number + 1})"
        columns[title] = [_said(row, number) for row in found]
    with st.container(key="evaluate_compared"):
        st.table(columns, border="horizontal", hide_index=True)
    st.caption(_about(runs))


def _said(row: Row, number: int) -> str:
    cell: Cell = row.cells[number]
    text = page_parts.literal(cell.text)
    if cell.best:
        return f":material/star: **{text}**"
    return f"{text} ≈" if cell.near else text


def _about(runs: Sequence[Measured]) -> str:
    same = [evaluation_compare.same_items(runs[0].evaluation, one.evaluation) for one in runs[1:]]
    words = (
        ":material/star: is the best of those that may be compared. ≈ is within noise of it: the "
        "difference is less than two standard errors (likelihoods and accuracy item by item, where "
        "the items are the same) or, of clusters, twice their spread over seeds. "
        "Where no error is known, nothing is said of noise."
    )
    if False in same:
        words += " Not all were measured on the same held-out items, since their seeds differ."
    return words


def _print_in(config: Mapping[str, Any]) -> str | None:
    found = mapping(config.get("dataset")).get("fingerprint")
    return found if isinstance(found, str) and found else None


def _print_of(run: Run) -> str | None:
    """The fingerprint of a run's data: as noted, else of the items where they are all there."""
    noted = _print_in(run.config)
    if noted is not None or run.items_are_decoded:
        return noted
    return _fingerprint(key_of(run), run)


def _counted(run: Run, entry: Entry) -> str | None:
    """The fingerprint of another run that notes none, where its data seem to be the same."""
    from vae_core.checkpoint import RunError

    if (entry.dataset, entry.items) != (run.summary.dataset, len(run)):
        return None
    try:
        return _print_of(catalogue.open_run(entry.id))
    except (catalogue.UnknownModelError, RunError):
        return None


@st.cache_resource(max_entries=16, show_spinner=False)
def _fingerprint(key: str, _run: Run) -> str:
    from vae_core.runs import dataset_of

    return dataset_of(_run).fingerprint()
