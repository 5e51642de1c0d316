"""The one place to choose the open model: a picker in the bar on top of every page."""

from __future__ import annotations

import streamlit as st

from explorer import catalogue, run_details, session
from explorer.gate import Gate, gate_of

_PICKER = "model_picker"


def show() -> None:
    """Draw the picker and keep it in step with the session and the URL."""
    models = catalogue.list_models()
    titles = {entry.id: _title(entry) for entry in models}
    chosen = session.current_model_id()
    if chosen is None:
        default = catalogue.default_model(models)
        chosen = default.id if default else None
    elif chosen not in titles and (run := f"{catalogue.RUN_PREFIX}{chosen}") in titles:
        # A link written by hand: the run is meant that has this name.
        session.rename_model(run)
        chosen = run
    with st.container(key="model_bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.selectbox(
            "Model",
            list(titles),
            key=session.synced_widget(_PICKER, chosen if chosen in titles else None),
            format_func=lambda model_id: titles.get(model_id, model_id),
            placeholder="Choose a model" if models else "No model yet",
            label_visibility="collapsed",
            on_change=_picked,
        )
        if chosen in titles:
            _details(next(entry for entry in models if entry.id == chosen))


def _picked() -> None:
    picked = session.recall(_PICKER)
    if picked is not None:
        session.choose_model(picked)


def _title(entry: catalogue.Entry) -> str:
    return f"{entry.title} · {entry.description}"


def _details(entry: catalogue.Entry) -> None:
    """Show the light of the collapse gate, and behind it what is to know of the model."""
    from vae_core.checkpoint import RunError, read_config

    if entry.problem is not None:
        return
    try:
        config = read_config(entry.path)
    except RunError:
        return
    gate = gate_of(config)
    light = "none" if gate is None else gate.light
    with (
        st.container(key=f"model_light_{light}", width="content"),
        st.popover(
            "Details" if gate is None else f"Gate {gate.words}",
            icon=":material/info:" if gate is None else f":material/{run_details.ICONS[light]}:",
            help=_hint(gate),
            key="model_details",
        ),
    ):
        run_details.show(config)


def _hint(gate: Gate | None) -> str:
    if gate is None:
        return "What is to know of this model."
    return (
        f"Collapse gate: {gate.words}. Click to see its checks, and what is to know of the model."
    )
