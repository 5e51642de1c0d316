"""Sentences: greedy, beam search and sampling beside each other, from one latent point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import read_start, session
from explorer.canvas.words import MarkedText, marked_words, written

if TYPE_CHECKING:
    from torch import Tensor

    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run
    from vae_core.models.beam import Scored
    from vae_core.models.sentence import SentenceVAE
    from vae_core.models.writing import TokenText

MOST_BEAMS, USUAL_BEAMS = 20, 5
SHOWN, DRAWN = 3, 3
PLACES = ("The likeliest it finds", "Second", "Third")


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
    sides = st.columns(3, gap="small")
    for side, (name, texts) in zip(
        sides, ways_of(run, start.z, width, temperature, int(seed)).items(), strict=True
    ):
        with side:
            st.markdown(f"**{name}**")
            marked_words(texts, key=f"read.sentences.{name.split()[0]}.{run.content_hash}")
    st.caption(
        "ln p is how likely the whole sentence is at this place, in nats; nearer to 0 is likelier. "
        "It says nothing for length, so a beam prefers short sentences. A draw may be likelier "
        "than all the beam finds: it gave up that beginning early, for others that were likelier "
        "by then. The fainter a word, the less sure the model was; hover for its probability."
    )


def ways_of(
    run: Run, z: NDArray[np.float32], width: int, temperature: float, seed: int
) -> dict[str, list[MarkedText]]:
    """Return what is written at z (latent_dim,): greedy, the best of a beam, and draws."""
    import torch

    from vae_core.models.beam import beam_search
    from vae_core.models.sentence import SentenceVAE

    model = run.model
    assert isinstance(model, SentenceVAE)
    point = torch.from_numpy(np.array(z, np.float32))
    greedy, beam = beam_search(model, point, 1), beam_search(model, point, width)[:SHOWN]
    generator = torch.Generator().manual_seed(seed)
    drawn = model.decode_tokens(point.repeat(DRAWN, 1), temperature, generator)
    return {
        "Greedy": [_scored("Likeliest word each time", one) for one in greedy],
        f"Beam of {width}": [_scored(PLACES[at], one) for at, one in enumerate(beam)],
        f"Drawn at {temperature:.1f}": [
            written(f"Draw {number}", text, _likelihood(log_p(model, point, text)))
            for number, text in enumerate(drawn, 1)
        ],
    }


def log_p(model: SentenceVAE, z: Tensor, text: TokenText) -> float | None:
    """Return ln p of a text with its end at z (latent_dim,); None where it is not read as written.

    A draw does not tell how probable its end was: the text is read again.
    """
    import torch

    rows = model.tokenizer.encode([text.text], model.config.max_tokens)
    ids = [int(token) for token in rows[0]]
    # Without its first token, and what ends it.
    read = model.tokenizer.pieces(ids[1:-1])
    if [piece.strip() for piece in read] != [piece.strip() for piece in text.tokens]:
        return None
    with torch.inference_mode():
        found = model.log_likelihood(torch.tensor([ids], device=model.device), z[None])
    return float(found[0])


def _scored(name: str, one: Scored) -> MarkedText:
    return written(name, one.written, _likelihood(one.log_probability))


def _likelihood(log_probability: float | None) -> str:
    return "" if log_probability is None else f"ln p {log_probability:.1f}".replace("-", "−")
