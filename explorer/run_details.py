"""What is to know of a run: whether it uses its latent space, what was odd, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer import page_parts
from explorer.gate import Gate, gate_of
from explorer.loose_json import count, mapping, number
from explorer.remarks import remarks

ICONS = {"passed": "check_circle", "failed": "error", "unknown": "help"}
_HOLDS = {True: ":material/check:", False: ":material/close:", None: ":material/question_mark:"}
# In the order shown; by the names of config.json's result.
_FIGURES = {
    "elbo": ("ELBO", "nats per item"),
    "reconstruction": ("Reconstruction", "nats per item"),
    "kl": ("KL", "nats per item"),
    "mutual_information": ("Mutual information", "nats"),
    "perplexity": ("Perplexity", ""),
}


def show(config: Mapping[str, Any]) -> None:
    """Show what config.json says of a run, all of it as plain text."""
    gate = gate_of(config)
    if gate is not None:
        st.markdown(f":material/{ICONS[gate.light]}: **Collapse gate: {gate.words}**")
        show_gate(gate, "bar")
    for sentence in remarks(config):
        st.warning(page_parts.told(sentence), icon=":material/warning:")
    page_parts.show_facts(facts(config), key="run_facts")


def show_gate(gate: Gate, place: str) -> None:
    """Show what the light means, its checks with their numbers, and what to do.

    `place` tells one such part of a page from another.
    """
    with st.container(key=f"gate_{place}", gap="xsmall"):
        st.caption(gate.meaning)
        for check in gate.checks:
            with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
                st.markdown(f"{_HOLDS[check.holds]} {check.title}")
                st.text(check.number)
        for sentence in gate.advice:
            st.markdown(page_parts.literal(sentence))


def facts(config: Mapping[str, Any]) -> dict[str, str]:
    """Return names and values of what a run is and how good it came out."""
    model, data = mapping(config.get("model")), mapping(config.get("dataset"))
    result = mapping(config.get("result"))
    found = {
        "Data": f"{data.get('name', '?')}, {_total(config)} {config.get('modality', 'items')}",
        "Model": f"{model.get('family', '?')}, {model.get('latent_dim', '?')} dimensions",
    }
    if (prior := model.get("prior", "normal")) != "normal":
        found["Prior"] = str(prior)
    if "binarisation" in model:
        found["Pixels"] = (
            "grey" if model["binarisation"] == "none" else (f"{model['binarisation']} binarisation")
        )
    for name, (title, unit) in _FIGURES.items():
        if (value := number(result, name)) is not None:
            found[title] = f"{value:,.2f} {unit}".strip().replace("-", "−")
    if (active := number(result, "active_units")) is not None:
        found["Active dimensions"] = f"{active:g} of {model.get('latent_dim', '?')}"
    found["Trained"] = str(config.get("created", "?")).partition("T")[0]
    return found


def _total(config: Mapping[str, Any]) -> str:
    return f"{count(config, 'items'):,}"
