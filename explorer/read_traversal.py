"""What is decoded along one dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import page_parts, read_start, wording
from explorer.analysis.decoding import decode
from explorer.analysis.dimensions import SHARES
from explorer.analysis.words_along import traversal
from explorer.canvas.words import marked_words, written

if TYPE_CHECKING:
    from explorer.analysis.dimensions import Dimension
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

PICTURE_WIDTH = 64


def show(run: Run, one: Dimension, item: int, held: Sequence[Pin]) -> None:
    """Show what is decoded from a start with one dimension moved from end to end."""
    start = read_start.choose(run, "along", item, held, middle=True)
    if start is None:
        return
    z = traversal(start.z, one.dimension, one.steps)
    names = [
        f"{share:.0%} · {one.name} = {signed(value)}"
        for share, value in zip(SHARES, one.steps, strict=True)
    ]
    if run.modality == "images":
        page_parts.show_items(decode(run, z), [*map(signed, one.steps)], width=PICTURE_WIDTH)
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
        f"From {whence}; only {one.name} moves, to where {SHARES[0]:.0%} of the items lie below, "
        f"then more, up to {SHARES[-1]:.0%}.{top}"
    )


def signed(value: float) -> str:
    """Write a number with its sign, as it is written in print; what rounds to 0 has none."""
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")
