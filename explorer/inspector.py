"""The panel beside the map: one item, what the model makes of it, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import page_parts, wording
from explorer.analysis.decoding import decode

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

MOST_METADATA = 6
PICTURE_WIDTH = 144


def show(run: Run, index: int) -> None:
    """Show item `index` of a run, its decode and where it lies."""
    with st.container(key="inspector", gap="small"):
        _item_and_decode(run, index)
        _facts(run, index)


def _item_and_decode(run: Run, index: int) -> None:
    rebuilt = decode(run, run.latents.mean[index : index + 1])
    decoded = wording.decoded(run.modality)
    if run.items_are_decoded:
        page_parts.show_items(rebuilt, [decoded], width=PICTURE_WIDTH)
        st.caption(wording.WITHOUT_DATA)
        return
    item = run.items(np.array([index]))
    both = np.concatenate([item, rebuilt]) if isinstance(item, np.ndarray) else [*item, *rebuilt]
    page_parts.show_items(both, ["Item", decoded], width=PICTURE_WIDTH)


def _facts(run: Run, index: int) -> None:
    mean = run.latents.mean[index]
    spread = np.exp(0.5 * run.latents.log_variance[index])
    facts = {} if run.labels is None else {"Label": run.labels[index]}
    facts |= {"Item": f"{index:,}", "Split": run.split[index]}
    for name in list(run.metadata)[:MOST_METADATA]:
        facts.setdefault(name, run.metadata[name][index])
    for number in run.active_order()[:2].tolist():
        facts[f"z{number + 1}"] = f"{mean[number]:+.2f} ± {spread[number]:.2f}"
    facts["Distance from the origin"] = f"{np.linalg.norm(mean):.2f}"
    page_parts.show_facts(facts)
