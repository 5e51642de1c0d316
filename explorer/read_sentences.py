"""Sentences: greedy, beam search and sampling beside each other, from one latent point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import read_start, session
from explorer.canvas.words import MarkedText, marked_words, written

if TYPE_CHECKING:
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run
    from vae_core.models.writing import TokenText

MOST_BEAMS, USUAL_BEAMS = 20, 5
SHOWN, DRAWN = 3, 3


def show(run: Run, item: int, held: Sequence[Pin]) -> None:
    """Show what a model writes at one point, in three ways."""
    st.caption(
        "One place in the latent space allows many sentences. **Greedy** takes the likeliest word "
        "each time, **beam search** keeps the best few beginnings, **sampling** draws."
    )
    start = read_start.choose(run, "sentences", item, held)
    if start is None:
        return
    with st.container(horizontal=True, gap="medium", key="read_writing"):
        width = st.slider(
            "Beam width", 1, MOST_BEAMS, key=session.kept_widget("read.beam", USUAL_BEAMS),
            help="How many beginnings are kept at each word. 1 is greedy.", width=150,
        )  # fmt: skip
        temperature = st.slider(
            "Temperature", 0.1, 2.0, step=0.1, key=session.kept_widget("read.temperature", 0.8),
            help="Of sampling: below 1 likely words are drawn more often, above 1 less often.",
            width=150,
        )  # fmt: skip
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, step=1, key=session.kept_widget("read.seed", 0), width=120,
            help="Of sampling: the same seed draws the same sentences.",
        )  # fmt: skip
    marked_words(
        texts_of(run, start.z, width, temperature, int(seed)),
        key=f"read.sentences.{run.content_hash}",
    )
    st.caption(
        "ln p is how likely the whole sentence is at this place, in nats; nearer to 0 is likelier. "
        "It says nothing for length, so a beam prefers short sentences. The fainter a word, the "
        "less sure the model was; hover for its probability."
    )


def texts_of(
    run: Run, z: NDArray[np.float32], width: int, temperature: float, seed: int
) -> list[MarkedText]:
    """Return what is written at z (latent_dim,): greedy, the best of a beam, and draws."""
    import torch

    from vae_core.models.beam import beam_search
    from vae_core.models.sentence import SentenceVAE

    model = run.model
    assert isinstance(model, SentenceVAE)
    point = torch.from_numpy(np.array(z, np.float32))
    [greedy] = beam_search(model, point, 1)
    found = [written("Greedy", greedy.written, _likelihood(greedy.log_probability))]
    for place, one in enumerate(beam_search(model, point, width)[:SHOWN], 1):
        name = f"Beam of {width}, {('best', 'second', 'third')[place - 1]}"
        found.append(written(name, one.written, _likelihood(one.log_probability)))
    generator = torch.Generator().manual_seed(seed)
    drawn = model.decode_tokens(point.repeat(DRAWN, 1), temperature, generator)
    for place, text in enumerate(drawn, 1):
        found.append(written(f"Drawn at temperature {temperature:.1f}, {place}", text, _mean(text)))
    return found


def _likelihood(log_probability: float) -> str:
    return f"ln p {log_probability:.1f}"


def _mean(text: TokenText) -> str:
    """Of a drawn text its end has no probability, and only its words are told of."""
    known = [math.log(p) for p in text.probabilities if p > 0]
    return f"ln p of its words {sum(known):.1f}" if known else ""
