"""Beam search against all texts there are, and against greedy."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from tests.core.support import SENTENCE_FAMILIES, one_sentence, some_z, tiny_sentence_model
from vae_core.config import ConfigError
from vae_core.data.tokenizer import BOS, EOS, PAD
from vae_core.models import SentenceVAE
from vae_core.models.beam import Scored, beam_search
from vae_core.models.writing import NEVER_WRITTEN

# Three words, the end, and what is never written: 1 + 3 + 9 + 27 texts of at most three tokens.
FEW = ("red green blue",)
LONGEST = 3


def every_text(model: SentenceVAE, z: Tensor) -> list[tuple[float, tuple[int, ...]]]:
    """All texts that can be written at z (latent_dim,), with log p, the likeliest first."""
    words = [
        token for token in range(model.config.vocabulary_size) if token not in (*NEVER_WRITTEN, EOS)
    ]
    found = []
    for length in range(LONGEST + 1):
        for text in itertools.product(words, repeat=length):
            whole = text if length == LONGEST else (*text, EOS)
            batch = torch.tensor([[BOS, *whole]])
            with torch.no_grad():
                score = float(model.log_likelihood(batch, z[None])[0])
            found.append((score, text))
    return sorted(found, reverse=True)


def log_p(model: SentenceVAE, text: str, z: Tensor) -> float:
    """log p of a text that has ended."""
    rows = model.tokenizer.encode([text], model.config.max_tokens)
    batch = torch.tensor([list(rows[0])])
    with torch.no_grad():
        return float(model.log_likelihood(batch, z[None])[0])


@pytest.mark.parametrize("family", SENTENCE_FAMILIES)
def test_a_beam_as_wide_as_all_texts_finds_them_all_in_order(family: str) -> None:
    model = tiny_sentence_model(family, FEW, latent_dim=3, max_tokens=LONGEST)
    for z in some_z(3):
        wanted = every_text(model, z)
        found = beam_search(model, z, len(wanted))
        assert [one.log_probability for one in found] == pytest.approx(
            [score for score, _ in wanted], abs=1e-4
        )
        best = model.tokenizer.decode(list(wanted[0][1]))
        assert found[0].written.text == best
        # All that can be written is written: the probabilities of what is never are the rest.
        assert sum(math.exp(one.log_probability) for one in found) < 1.0


@pytest.mark.parametrize("family", SENTENCE_FAMILIES)
def test_a_beam_of_one_is_greedy_to_the_probabilities(family: str) -> None:
    model = tiny_sentence_model(family, latent_dim=3)
    points = some_z(5)
    for z, greedy in zip(points, model.decode_tokens(points), strict=True):
        [found] = beam_search(model, z, 1)
        assert found.written.text == greedy.text
        assert found.written.tokens == greedy.tokens
        assert found.written.probabilities == pytest.approx(greedy.probabilities, abs=1e-5)


@pytest.mark.parametrize("family", SENTENCE_FAMILIES)
def test_its_score_is_that_of_the_likelihood_and_the_best_comes_first(family: str) -> None:
    model = tiny_sentence_model(family, latent_dim=3)
    for z in some_z(3):
        found = beam_search(model, z, 4)
        scores = [one.log_probability for one in found]
        assert scores == sorted(scores, reverse=True)
        assert len({one.written.tokens for one in found}) == len(found) == 4
        for one in found:
            if len(one.written.tokens) < model.config.max_tokens and one.written.text:
                assert one.log_probability == pytest.approx(
                    log_p(model, one.written.text, z), abs=1e-3
                )


def test_where_all_texts_are_in_it_a_beam_is_never_worse_than_greedy() -> None:
    model = tiny_sentence_model("gru", FEW, latent_dim=3, max_tokens=LONGEST)
    with torch.no_grad():
        model.output_bias.zero_()  # so that no word is the likeliest everywhere
    better = 0
    for z in some_z(8):
        [greedy], best = beam_search(model, z, 1), beam_search(model, z, 40)[0]
        assert best.log_probability >= greedy.log_probability - 1e-9
        better += best.log_probability > greedy.log_probability + 1e-6
    assert better > 0  # else the test would say nothing


def test_what_is_never_written_is_in_no_text() -> None:
    model = tiny_sentence_model("lstm", latent_dim=3)
    with torch.no_grad():
        model.output_bias[[PAD, BOS]] = 50.0  # would be the likeliest by far
    found: list[Scored] = beam_search(model, some_z(1)[0], 5)
    assert all("<" not in one.written.text for one in found)


def test_a_beam_without_width_is_refused() -> None:
    model = tiny_sentence_model("gru", latent_dim=3)
    with pytest.raises(ConfigError, match="width") as caught:
        beam_search(model, some_z(1)[0], 0)
    one_sentence(caught.value)
