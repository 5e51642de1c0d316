"""The importance-weighted bound against closed forms and against the ELBO."""

from __future__ import annotations

import math

import pytest
import torch

from tests.core.evaluation.toys import LinearGaussian
from tests.core.support import one_sentence, sentence_items, tiny_gru
from vae_core.checks import ConfigError
from vae_core.data.documents import DocumentTensors
from vae_core.data.tensors import SentenceTensors
from vae_core.data.tokenizer import BOS, EOS
from vae_core.evaluation.likelihood import (
    importance_weighted_nll,
    language_model_nll,
    perplexity,
    token_count,
)

CPU = torch.device("cpu")


def test_the_exact_posterior_gives_the_exact_likelihood_at_every_draw() -> None:
    model = LinearGaussian()
    items = model.draw(40)
    for samples in (1, 7):
        found = importance_weighted_nll(model, items, samples)
        assert found.dtype == torch.float64
        torch.testing.assert_close(found, model.exact_nll(items.rows), atol=1e-4, rtol=0)


def test_a_wrong_posterior_gives_it_too_with_enough_draws() -> None:
    model = LinearGaussian(latent_dim=2, shift=0.3, widening=0.5)
    items = model.draw(30)
    found = importance_weighted_nll(model, items, 5000)
    torch.testing.assert_close(found, model.exact_nll(items.rows), atol=0.08, rtol=0)


def test_one_draw_averages_to_the_elbo() -> None:
    model = LinearGaussian(shift=0.3, widening=-0.4)
    items = model.draw(20)
    posterior = model.encode(items.rows)
    # E_q[log p(x|z)] of a linear model: that of the mean, less the variance that z adds.
    squares = (model.weight**2).sum(dim=0)
    spread = 0.5 * (posterior.log_variance.exp() * squares).sum(dim=1) / model.noise**2
    expected = posterior.kl().sum(dim=1) - (
        model.log_likelihood(items.rows, posterior.mean) - spread
    )
    repeats = [importance_weighted_nll(model, items, 1, seed=seed) for seed in range(400)]
    found = torch.stack(repeats)
    error = found.mean(dim=0) - expected.detach().double()
    assert bool((error.abs() < 5 * found.std(dim=0) / math.sqrt(len(repeats))).all())
    assert bool((found.std(dim=0) > 0.1).all())


def test_the_bound_tightens_with_the_draws() -> None:
    model = LinearGaussian(shift=0.5, widening=1.0)
    items = model.draw(300)
    bounds = [float(importance_weighted_nll(model, items, k).mean()) for k in (1, 4, 16, 256)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] - bounds[-1] > 0.3
    assert bounds[-1] > float(model.exact_nll(items.rows).mean()) - 0.05


@pytest.mark.parametrize("rows", [1, 7, 64, 10_000])
def test_no_more_rows_exist_at_a_time_than_allowed(rows: int) -> None:
    model = LinearGaussian(shift=0.1)
    items = model.draw(25)
    found = importance_weighted_nll(model, items, 60, rows=rows)
    assert model.most_rows <= rows
    torch.testing.assert_close(found, model.exact_nll(items.rows), atol=0.3, rtol=0)


def test_items_keep_their_order_when_sentences_are_sorted_by_length() -> None:
    texts = ("the small old dog sat on the mat", "cow", "the cat sat", "on the mat")
    model = tiny_gru()
    with torch.no_grad():  # a posterior so narrow that every draw is μ
        model.log_variance_head.weight.zero_()
        model.log_variance_head.bias.fill_(-30.0)
    items = sentence_items(model, texts)
    found = importance_weighted_nll(model, items, 3, rows=2)
    for number in range(len(texts)):
        alone = importance_weighted_nll(model, items.part(torch.tensor([number])), 3)
        assert float(alone[0]) == pytest.approx(float(found[number]), abs=15.0)
    likelihoods = -language_model_nll(model, items)
    assert likelihoods.argmax() == 1, "one word is likelier than many"


def test_a_learned_prior_takes_part() -> None:
    model = LinearGaussian(prior="mixture", latent_dim=1)
    items = model.draw(10)
    found = importance_weighted_nll(model, items, 4000)
    z = torch.linspace(-12, 12, 4001)[:, None]
    for number in range(len(items)):
        row = items.rows[number].expand(len(z), -1)
        with torch.no_grad():
            joint = (model.log_likelihood(row, z) + model.log_prior(z)).double()
        exact = -float(torch.logsumexp(joint, dim=0) + math.log(24 / 4000))
        assert float(found[number]) == pytest.approx(exact, abs=0.1)


def test_the_same_seed_gives_the_same_bound_and_the_mode_stays() -> None:
    model = LinearGaussian(shift=0.5).train()
    items = model.draw(9)
    first, again = (importance_weighted_nll(model, items, 3, seed=5) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, importance_weighted_nll(model, items, 3, seed=6))
    assert model.training


@pytest.mark.parametrize("rows", [4, 100])
def test_the_progress_rises_with_the_draws_to_all_items(rows: int) -> None:
    told: list[tuple[str, int, int]] = []
    model = LinearGaussian()
    importance_weighted_nll(
        model, model.draw(10), 50, rows=rows, progress=lambda *step: told.append(step)
    )
    done = [step[1] for step in told]
    assert {(step[0], step[2]) for step in told} == {("likelihood", 10)}
    assert done == sorted(done)
    assert (done[0], done[-1], done.count(10)) == (0, 10, 1)
    assert len(done) > 4


@pytest.mark.parametrize("samples", [0, -1, 10**9])
def test_impossible_numbers_of_draws_are_refused(samples: int) -> None:
    model = LinearGaussian()
    with pytest.raises(ConfigError) as caught:
        importance_weighted_nll(model, model.draw(2), samples)
    assert "samples" in one_sentence(caught.value)


def test_the_language_model_reads_no_z() -> None:
    model = LinearGaussian()
    items = model.draw(6)
    squares = ((items.rows - model.bias) / model.noise) ** 2
    expected = 0.5 * (squares + math.log(2 * math.pi * model.noise**2)).sum(dim=1)
    found = language_model_nll(model, items)
    torch.testing.assert_close(found, expected.detach().double(), atol=1e-4, rtol=0)


def test_tokens_are_counted_with_the_end_and_without_the_beginning() -> None:
    sentences = SentenceTensors([[BOS, 4, 5, EOS], [BOS, EOS], [BOS, 4, 4, 4]], CPU)
    assert token_count(sentences) == 3 + 1 + 3
    documents = DocumentTensors([[BOS, 4, 5, 5, EOS], [BOS, 3, EOS]], 8, CPU)
    assert token_count(documents) == 3
    model = LinearGaussian()
    assert token_count(model.draw(3)) is None


def test_perplexity_by_hand() -> None:
    assert perplexity(12 * math.log(50.0), 12) == pytest.approx(50.0)
    assert math.isfinite(perplexity(1e9, 1))
