"""A data set of the Hugging Face hub, as the Train page asks for it."""

from __future__ import annotations

import streamlit as st

from explorer import session

MOST_NAME = 4096
_FIELDS = {
    "hub": ("Name on the hub", "stanfordnlp/imdb", "As in its address; or a folder on the "
            "server's disk that is laid out like one."),
    "split": ("Split", "train", "Which part of it."),
    "config": ("Configuration", "the only one", "Which of its versions, where it has several."),
    "text_column": ("Column with the texts", "found by itself", "Empty: text, else the one "
                    "with the longest texts."),
    "label_column": ("Column with the labels", "none", "Empty: none."),
}  # fmt: skip


def show() -> dict[str, str]:
    """Ask for a data set of the hub; return what was given, by field, "" where nothing was."""
    given = {}
    for side, (name, (title, placeholder, help_)) in zip(
        st.columns([2, 1, 1, 1, 1], gap="medium"), _FIELDS.items(), strict=True
    ):
        with side:
            given[name] = st.text_input(
                title,
                key=session.kept_widget(f"train.hub.{name}", ""),
                persist_state="session",
                max_chars=MOST_NAME,
                placeholder=placeholder,
                help=help_,
            ).strip()
    return given
