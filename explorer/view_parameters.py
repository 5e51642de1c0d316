"""The fields of what a new projection of the map is to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import session
from explorer.analysis.projection.spec import PCA

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def dimensions(method: str) -> int:
    """Show a choice of how many dimensions a map has, where there is one."""
    if method == PCA:
        return 3  # the plane is there at once
    chosen = st.segmented_control(
        "Dimensions",
        (2, 3),
        key=session.kept_widget("view.dimensions", 2, (2, 3)),
        format_func=lambda count: f"{count}-D",
        required=True,
    )
    return chosen or 2


def value_of(name: str, run: Run) -> Any:
    """Show the field of a parameter; return its value, None where the run has no use for it."""
    if name == "neighbours":
        return st.slider(
            "Neighbours", 2, 100, key=session.kept_widget("view.neighbours", 15),
            help="How many of its nearest items each one is kept near to: few show detail, many "
            "show the whole.",
        )  # fmt: skip
    if name == "min_dist":
        return st.slider(
            "Least distance", 0.0, 0.99, step=0.01, key=session.kept_widget("view.min_dist", 0.1),
            help="How close points may come: less packs clusters tighter.",
        )  # fmt: skip
    if name == "perplexity":
        return st.slider(
            "Perplexity", 5, 100, key=session.kept_widget("view.perplexity", 30),
            help="About how many neighbours count for each item.",
        )  # fmt: skip
    if name == "metric":
        return st.segmented_control(
            "Distance", ("euclidean", "cosine"), required=True,
            key=session.kept_widget("view.metric", "euclidean", ("euclidean", "cosine")),
            help="Between latent points: as the crow flies, or by the angle alone.",
        )  # fmt: skip
    if name == "supervised":
        if run.labels is None:
            return None
        return st.toggle(
            "Pull labels together", key=session.kept_widget("view.supervised", False),
            help="Items of one label are drawn together: the map then shows what was told, too.",
        )  # fmt: skip
    return st.number_input(
        "Seed", 0, 2**31 - 1, step=1, key=session.kept_widget("view.seed", 0),
        help="Another seed gives another picture of the same: what stays can be trusted more.",
    )  # fmt: skip
