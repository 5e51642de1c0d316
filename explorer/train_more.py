"""The folded settings of the Train page: each with a line of help, shown only where it applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import session
from explorer.configurations import ORDINARY_ITEMS
from explorer.train_fields import SECTIONS, Choice, Field, Number, Situation
from explorer.train_settings import Value

if TYPE_CHECKING:
    from vae_core.data.dataset import Modality

COLUMNS = 3


def show(family: str, modality: Modality, epochs: int) -> dict[str, Value]:
    """Show the settings for a model; return what was chosen, by the command's option names."""
    from vae_core.presets import recommended

    preset = recommended(modality, ORDINARY_ITEMS, epochs)
    chosen: dict[str, Any] = {}
    situation = Situation(family, modality, preset, chosen)
    st.caption("What is left empty is chosen to suit the data.")
    for title, fields in SECTIONS:
        st.markdown(f"**{title}**")
        _show_section(fields, situation, chosen)
    chosen |= _required(situation)
    return {name: value for name, value in chosen.items() if value is not None}


def _required(situation: Situation) -> dict[str, Value]:
    """What the recommendation has, and what was chosen cannot go with, set to what it needs."""
    recommended, required = situation.preset.objective, dict[str, Value]()
    if situation.prior != "normal" and recommended.free_bits > 0:
        required["free_bits"] = 0
    if situation.objective == "iwae" and recommended.beta != 1:
        required["beta"] = 1
    return required


def _show_section(fields: Sequence[Field], situation: Situation, chosen: dict[str, Any]) -> None:
    shown = 0
    columns: Sequence[Any] = ()
    for field in fields:
        if not field.applies(situation):
            continue
        if shown % COLUMNS == 0:
            columns = st.columns(COLUMNS, gap="medium")
        with columns[shown % COLUMNS]:
            chosen[field.name] = (
                _number(field, situation)
                if isinstance(field, Number)
                else _choice(field, situation)
            )
        shown += 1


def _number(field: Number, situation: Situation) -> Any:
    return st.number_input(
        field.title,
        field.low,
        field.high,
        step=field.step,
        format="%g" if isinstance(field.step, float) else None,
        key=session.kept_widget(f"train.{field.name}", None if field.empty else field.first),
        persist_state="session",
        placeholder=field.empty(situation) if field.empty else None,
        help=field.help,
    )


def _choice(field: Choice, situation: Situation) -> str | None:
    options, usual = field.options(situation), field.usual(situation)
    picked = st.selectbox(
        field.title,
        list(options),
        key=session.kept_widget(f"train.{field.name}.{situation.modality}", usual, list(options)),
        persist_state="session",
        format_func=lambda name: options.get(name, name),
        help=field.help,
    )
    return None if picked == usual else picked
