"""What a visitor's data are like and what to train on them, as soon as that is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import figures, page_parts, picture_facts, session
from explorer.plans import PlanError, plans
from explorer.progress_words import duration_between, time_words

if TYPE_CHECKING:
    from vae_core.planning import Proposal

REFRESH_SECONDS = 0.5
CHART_HEIGHT = 180
SHOWN_SCRIPTS = 3


def planned(arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
    """Return the plan for data, made or in the making."""
    return plans().get(arguments, file)


def show(arguments: Sequence[str], file: Path) -> None:
    """Show the plan for data; while it is made, that it is, without holding up the page."""
    made = planned(arguments, file)
    if not made.done():
        _wait(made)
        return
    try:
        found = made.result()
    except PlanError as error:
        page_parts.problem(str(error))
        return
    with st.container(key="data_plan", gap="small"):
        if found["profile"] is not None:
            _facts(found)
        if found["pictures"] is not None:
            picture_facts.show(found["pictures"])
        _proposed(found)


def _wait(made: Future[dict[str, Any]]) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def waiting() -> None:
        if made.done():
            st.rerun()
        st.caption(":material/hourglass_top: Reading all of it, and trying a few steps…")

    waiting()


def _facts(found: Mapping[str, Any]) -> None:
    profile = found["profile"]
    scripts = list(profile["scripts"].items())[:SHOWN_SCRIPTS]
    facts = {
        "Items": f"{profile['items']:,}",
        "Repeated": f"{profile['repeated']:,}",
        "Without text": f"{profile['empty']:,}",
        "Different words": f"{profile['words']:,}",
        "Scripts": ", ".join(f"{name} {share:.0%}" for name, share in scripts) or "none",
    }
    if profile["looked_at"] < profile["items"]:
        facts["Looked at"] = f"{profile['looked_at']:,}, evenly drawn"
    for name, column in (("Texts from", "text_column"), ("Labels from", "label_column")):
        if found[column] is not None:
            facts[name] = found[column]
    left, middle, right = st.columns([1, 1.2, 1], gap="medium")
    with left:
        page_parts.show_facts(facts, key="data_facts")
    with middle:
        st.caption("**Words in an item**")
        st.plotly_chart(
            figures.lengths(profile["lengths"]),
            key="train.lengths",
            height=CHART_HEIGHT,
            config=figures.PLAIN,
            alt="How many items have so many words",
        )
    with right:
        if profile["labels"]:
            picture_facts.show_labels(profile["labels"], profile["different_labels"])
    with st.expander("Some of the items"):
        page_parts.show_sentences(profile["samples"])


def _proposed(found: Mapping[str, Any]) -> None:
    from vae_core.planning import Proposal

    proposal = Proposal.from_json(found["proposal"])
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        words = " ".join([*proposal.reasons, *time_words(found)])
        st.info(page_parts.literal(words), icon=":material/lightbulb:")
        st.button(
            "Use these settings",
            icon=":material/check:",
            on_click=_use,
            args=(proposal,),
            help="Fills in the model, its size and how long to train; change what you like.",
        )
        if shorter := found["shorter"]:
            epochs = shorter["epochs"]
            st.button(
                f"With {epochs} epochs",
                icon=":material/timer:",
                on_click=_use,
                args=(dataclasses.replace(proposal, epochs=epochs),),
                help=f"The same, in {duration_between(*shorter['seconds'])}.",
            )


def _use(proposal: Proposal) -> None:
    from vae_core.families import data_modality
    from vae_core.models import model_class

    modality = model_class(proposal.model).modality
    chosen = {
        f"train.model.{data_modality(modality)}": proposal.model,
        f"train.latent_dim.{proposal.model}.None": proposal.latent_dim,
        f"train.epochs.{modality}": proposal.epochs,
        "train.vocabulary_size": proposal.vocabulary_size,
        "train.max_tokens": proposal.max_tokens,
    }
    if proposal.tokenizer is not None:
        chosen[f"train.tokenizer.{modality}"] = proposal.tokenizer
    for key, value in chosen.items():
        session.set_kept(key, value)
