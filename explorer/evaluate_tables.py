"""The measures of a run as the Evaluate page shows them: the main ones large, all in tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from explorer import page_parts, run_details
from explorer.evaluation_rows import Metric, Section, every
from explorer.evaluation_words import BASELINES
from explorer.gate import gate_of
from explorer.loose_json import mapping

# What says most of a model in the fewest figures, the first that are there. Topic coherence is none
# of them: there is nothing to weigh it by.
_MAIN: Sequence[tuple[str, str]] = (
    ("space.mutual_information", "Places tell of items"),
    ("likelihood.iw_nll", "Surprise by new items"),
    ("likelihood.elbo", "ELBO"),
    ("likelihood.perplexity_word", "Perplexity, of words"),
    ("likelihood.perplexity_subword", "Perplexity, of subwords"),
    ("text.reconstruction_bleu", "Reconstruction BLEU"),
    ("probe.accuracy", "Labels told right"),
    ("probe.f1", "Macro F1 of labels"),
    ("clustering.nmi", "Clusters and labels (NMI)"),
)
MOST_MAIN = 5
_SHORT = {"language_model": "plain LM"}


def show_main(sections: Sequence[Section]) -> None:
    """Show the few figures that say most."""
    known = {metric.id: metric for metric in every(sections)}
    there = [one for one in _MAIN if one[0] in known]
    if any(name == "likelihood.iw_nll" for name, *_ in there):
        there = [one for one in there if one[0] != "likelihood.elbo"]
    with st.container(key="evaluate_main", horizontal=True, gap="small"):
        for name, title in there[:MOST_MAIN]:
            _tile(known[name], title)


def _tile(metric: Metric, title: str) -> None:
    other = strongest(metric)
    unit = "nats" if metric.words.unit.startswith("nats") else ""
    delta, colour = None, "off"
    if other is not None:
        # Not a zero with a minus.
        more = round(metric.value - metric.beside[other], metric.words.digits) + 0.0
        # With a minus sign instead of a hyphen Streamlit takes it for more.
        delta = f"{more:+,.{metric.words.digits}f} beside {_SHORT.get(other, BASELINES[other])}"
        if more:
            colour = "normal" if metric.better == "higher" else "inverse"
    st.metric(
        title, f"{metric.text()} {unit}".strip(), delta, colour,  # type: ignore[arg-type]
        help=f"{metric.words.meaning} {metric.words.good} {_literal_of(metric)}", border=True,
        width="stretch",
    )  # fmt: skip


def strongest(metric: Metric) -> str | None:
    """Return the best of what stands beside a measure: that is what a model has to beat."""
    if not metric.beside or not metric.better:
        return None
    best = max if metric.better == "higher" else min
    return best(metric.beside, key=metric.beside.__getitem__)


def _literal_of(metric: Metric) -> str:
    return f"Measured on {page_parts.literal(metric.of)}."


def show_gate(config: Mapping[str, Any], result: Mapping[str, Any] | None) -> None:
    """Show the collapse gate of a model of texts: as measured now, else as training noted it."""
    measured = mapping((result or {}).get("gate"))
    if measured:
        noted = mapping(config.get("result"))
        config = {**config, "result": {**noted, "gate": measured}}
    gate = gate_of(config)
    if gate is None:
        return
    with st.container(key="evaluate_gate", border=True, gap="xsmall"):
        st.markdown(f":material/{run_details.ICONS[gate.light]}: **Collapse gate: {gate.words}**")
        run_details.show_gate(gate, "evaluate")


def show_section(section: Section) -> None:
    """Show the measures that answer one question, and what is to be known of them."""
    with st.container(key=f"evaluate_part_{section.family}", gap="xsmall"):
        st.markdown(f"##### {section.title}")
        for note in section.notes:
            st.caption(page_parts.told(note))
        if section.metrics:
            with st.container(key=f"evaluate_table_{section.family}"):
                st.table(_columns(section.metrics), border="horizontal", hide_index=True)


def _columns(metrics: Sequence[Metric]) -> dict[str, list[str]]:
    return {
        "Measure": [_name(metric) for metric in metrics],
        "This model": [_value(metric) for metric in metrics],
        "Beside it": ["  \n".join(_beside(metric)) for metric in metrics],
        "What it says": [f"{metric.words.meaning} {metric.words.good}" for metric in metrics],
        "Measured on": [page_parts.literal(metric.of) for metric in metrics],
    }


def _name(metric: Metric) -> str:
    subject = f": {page_parts.literal(metric.subject)}" if metric.subject else ""
    return f"{metric.words.name}{subject}"


def _value(metric: Metric) -> str:
    unit = metric.words.unit
    if " to " in unit or unit.startswith("at "):
        unit = f"({unit})"
    lines = [f"**{metric.text()}** {unit}".strip()]
    if metric.error is not None:
        least = 10.0**-metric.words.digits
        error = f"± {metric.text(metric.error)}" if metric.error >= least / 2 else f"± < {least:g}"
        lines.append(f"{error} ({metric.error_kind})")
    return "  \n".join(lines)


def _beside(metric: Metric) -> Iterator[str]:
    for name, value in metric.beside.items():
        yield f"{metric.text(value)} {BASELINES[name]}"


def with_content(sections: Sequence[Section]) -> list[Section]:
    """Return the sections that have anything to show."""
    return [one for one in sections if one.metrics or one.notes]
