"""What a visitor of the Evaluate page asks for, and what is there of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import kept_evaluations, measuring, session
from explorer.content import key_of
from explorer.kept_evaluations import Evaluation
from vae_core.config import MAX_SAMPLES

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

MOST_SEED = 2**32 - 1


def asked(run: Run) -> tuple[int, int]:
    """Return the draws of z and the seed that are asked for."""
    samples, seed = _usual(run)
    return (
        int(session.recall(_key(run, "samples"), samples)),
        int(session.recall(_key(run, "seed"), seed)),
    )


def show_settings(run: Run) -> None:
    """Show the fields for the draws of z and for the seed."""
    samples, seed = _usual(run)
    st.number_input(
        "Draws of z an item (K)", 1, MAX_SAMPLES, step=1,
        key=session.kept_widget(_key(run, "samples"), samples),
        help="For the likelihood of an item. More draws take longer and give a truer figure; "
        "figures of different K are not to be compared.",
    )  # fmt: skip
    st.number_input(
        "Seed", 0, MOST_SEED, step=1, key=session.kept_widget(_key(run, "seed"), seed),
        help="Of everything drawn at random: the same seed measures the same.",
    )  # fmt: skip


def shown(run: Run) -> Evaluation | None:
    """Return the evaluation that is asked for, else the last one; None where none is kept."""
    return next(
        (
            found
            for samples, seed in dict.fromkeys([asked(run), *kept_evaluations.settings(run)])
            if (found := read(run, samples, seed)) is not None
        ),
        None,
    )


def read(run: Run, samples: int, seed: int) -> Evaluation | None:
    """Return what is kept for these draws and seed, read once for all visitors."""
    stamp = kept_evaluations.stamp(run, samples, seed)
    return None if stamp is None else _read(f"{key_of(run)} {stamp}", samples, seed, run)


def _usual(run: Run) -> tuple[int, int]:
    kept = kept_evaluations.settings(run)
    return kept[0] if kept else (measuring.usual_samples(run.modality), 0)


def _key(run: Run, what: str) -> str:
    return f"evaluate.{what}.{run.content_hash}"


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(key: str, samples: int, seed: int, _run: Run) -> Evaluation | None:
    return kept_evaluations.find(_run, samples, seed)
