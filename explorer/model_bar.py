"""The one place to choose the open model: a picker in the bar on top of every page."""

from __future__ import annotations

import streamlit as st

from explorer import catalogue, session

_PICKER = "model_picker"


def show() -> None:
    """Draw the picker and keep it in step with the session and the URL."""
    models = catalogue.list_models()
    titles = {entry.id: _title(entry) for entry in models}
    chosen = session.current_model_id()
    if chosen is None:
        default = catalogue.default_model(models)
        chosen = default.id if default else None
    with st.container(key="model_bar"):
        st.selectbox(
            "Model",
            list(titles),
            key=session.synced_widget(_PICKER, chosen if chosen in titles else None),
            format_func=lambda model_id: titles.get(model_id, model_id),
            placeholder="Choose a model" if models else "No model yet",
            label_visibility="collapsed",
            on_change=_picked,
        )


def _picked() -> None:
    picked = session.recall(_PICKER)
    if picked is not None:
        session.choose_model(picked)


def _title(entry: catalogue.Entry) -> str:
    return f"{entry.title} · {entry.description}"
