"""What is decoded along one dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import page_parts, read_start, wording
from explorer.analysis.decoding import decode
from explorer.analysis.words_along import traversal
from explorer.canvas.words import marked_words, written

if TYPE_CHECKING:
    from explorer.analysis.dimensions import Dimension
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

STEPS = 7
PICTURE_WIDTH = 64


def show(run: Run, one: Dimension, item: int, held: Sequence[Pin]) -> None:
    """Show what is decoded from a start with one dimension moved from end to end."""
    start = read_start.choose(run, "along", item, held, middle=True)
    if start is None:
        return
    low, high = one.ends
    values = np.linspace(low, high, STEPS).tolist()
    z = traversal(start.z, one.dimension, values)
    names = [f"{one.name} = {signed(value)}" for value in values]
    if run.modality == "images":
        page_parts.show_items(decode(run, z), [f"{signed(value)}" for value in values],
                              width=PICTURE_WIDTH)  # fmt: skip
    else:
        import torch

        texts = run.model.decode_tokens(torch.from_numpy(z))  # type: ignore[operator]
        marked_words(
            [
                written(name, text, likeliest=run.modality == "documents")
                for name, text in zip(names, texts, strict=True)
            ],
            key=f"read.along.{run.content_hash}",
        )
    top = f" {wording.TOP_WORDS}" if run.modality == "documents" else ""
    whence = f"the {start.name}" if start.name == read_start.MIDDLE else start.name
    st.caption(
        f"From {whence}; only {one.name} moves, from where 5% of the items lie below to where 5% "
        f"lie above.{top}"
    )


def signed(value: float) -> str:
    """Write a number with its sign, as it is written in print."""
    return f"{value:+.1f}".replace("-", "−")
