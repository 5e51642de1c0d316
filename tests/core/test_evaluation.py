"""Measures against their definitions, computed the slow way."""

from __future__ import annotations

import math
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pytest
import torch

from tests.core.support import CPU, SENTENCES, pictures, sentence_items, tiny_gru
from vae_core.checkpoint import load_run
from vae_core.config import ModelConfig
from vae_core.data.dataset import Modality
from vae_core.data.tensors import SentenceTensors
from vae_core.data.tokenizer import BOS, EOS, Tokenizer
from vae_core.evaluation import active_units, encode_items, evaluate, mutual_information
from vae_core.models import VAE, DenseVAE, Items, Posterior
from vae_core.runs import item_tensors


def drawn(count: int, latent_dim: int, spread: float = 1.0) -> Posterior:
    generator = torch.Generator().manual_seed(count)
    mean = spread * torch.randn(count, latent_dim, generator=generator)
    return Posterior(mean, torch.randn(count, latent_dim, generator=generator) - 1)


def test_active_units_by_hand() -> None:
    # Unbiased variances: 2 points at ±a have 2a².
    edge = math.sqrt(0.01 / 2)
    mean = torch.tensor(
        [[1.0, edge * 1.001, edge * 0.999, 5.0], [-1.0, -edge * 1.001, -edge * 0.999, 5.0]]
    )
    assert active_units(mean) == 2
    assert active_units(mean[:1]) == 0
    assert active_units(mean[:0]) == 0
    # A mean far from zero must not drown the variance.
    assert active_units(mean + 1000) == 2


@pytest.mark.parametrize(("count", "latent_dim"), [(1, 3), (5, 1), (300, 4), (513, 2)])
def test_mutual_information_equals_its_definition(count: int, latent_dim: int) -> None:
    posterior = drawn(count, latent_dim)
    mean, log_variance = (value.double().numpy() for value in posterior)
    z = Posterior(posterior.mean.double(), posterior.log_variance.double())

    def of_one_draw(seed: int) -> float:
        points = z.sample(torch.Generator().manual_seed(seed)).numpy()
        difference = points[:, None] - mean[None]
        each = difference**2 / np.exp(log_variance) + log_variance + np.log(2 * np.pi)
        log_q = -0.5 * each.sum(axis=2)
        top = log_q.max(axis=1)
        marginal = np.log(np.exp(log_q - top[:, None]).mean(axis=1)) + top
        return float((np.diag(log_q) - marginal).mean())

    # Few items are drawn often enough to make ten thousand, but at most 32 times.
    rounds = min(32, 10_000 // count)
    expected = np.mean([of_one_draw(7 + number) for number in range(rounds)])
    assert mutual_information(posterior, seed=7) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("spread", [0.0, 1.0, 10.0, 1000.0])
def test_mutual_information_is_at_most_the_logarithm_of_the_items(spread: float) -> None:
    found = mutual_information(drawn(200, 3, spread))
    assert found <= math.log(200) + 1e-9
    if spread == 1000.0:
        assert found == pytest.approx(math.log(200))


def test_posteriors_that_are_all_the_same_tell_nothing() -> None:
    row = drawn(1, 4)
    same = Posterior(row.mean.expand(300, 4), row.log_variance.expand(300, 4))
    assert mutual_information(same) == pytest.approx(0.0, abs=1e-9)
    assert active_units(same.mean) == 0


def test_mutual_information_of_two_distant_groups_is_ln_2() -> None:
    mean = torch.tensor([[50.0], [-50.0]]).repeat(100, 1)
    assert mutual_information(Posterior(mean, torch.zeros(200, 1))) == pytest.approx(math.log(2))


def test_items_are_encoded_in_their_order() -> None:
    model = tiny_gru()
    items = sentence_items(model)
    at_once = encode_items(model, items)
    torch.testing.assert_close(encode_items(model, items, batch_size=5), at_once)
    one = encode_items(model, items.part(torch.tensor([9])))
    torch.testing.assert_close(one.mean[0], at_once.mean[9])


def test_measuring_leaves_the_mode_and_the_gradients_alone() -> None:
    model = tiny_gru().train()
    items = sentence_items(model)
    first, again = (evaluate(model, items) for _ in range(2))
    assert first == again, "dropout was on"
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not encode_items(model, items).mean.requires_grad
    assert evaluate(model.eval(), items) == first
    assert not model.training


def test_the_elbo_is_the_reconstruction_less_the_kl() -> None:
    model = tiny_gru()
    items = sentence_items(model)
    batch = items.batch(torch.arange(len(items)))
    with torch.no_grad():
        posterior = model.encode(batch)
        z = posterior.sample(torch.Generator().manual_seed(5))
        likelihood = model.log_likelihood(batch, z)
    found = evaluate(model, items, seed=5)
    assert found["items"] == len(SENTENCES)
    assert found["kl"] == pytest.approx(float(posterior.kl().sum(dim=1).mean()), rel=1e-5)
    assert found["reconstruction"] == pytest.approx(float(likelihood.mean()), rel=1e-5)
    assert found["elbo"] == pytest.approx(found["reconstruction"] - found["kl"])
    assert found["latent_dim"] == 2
    assert found["mutual_information_items"] == len(SENTENCES)


def test_perplexity_counts_the_end_but_not_the_beginning() -> None:
    model = tiny_gru()
    texts = ("the cat", "the big dog sat", "cow")
    found = evaluate(model, sentence_items(model, texts))
    tokens = 3 + 5 + 2
    assert found["perplexity"] == pytest.approx(math.exp(-found["elbo"] * 3 / tokens))


def test_a_uniform_guess_has_the_perplexity_of_the_vocabulary() -> None:
    model = tiny_gru()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    found = evaluate(model, sentence_items(model))
    assert found["kl"] == 0
    assert found["perplexity"] == pytest.approx(model.config.vocabulary_size, rel=1e-5)


def test_pictures_have_no_perplexity(finished_runs: dict[str, Path]) -> None:
    model = load_run(finished_runs["images"]).model
    assert isinstance(model, DenseVAE)
    found = evaluate(model, item_tensors(model, pictures()))
    assert "perplexity" not in found
    assert "collapsed" not in found
    assert found["elbo"] == pytest.approx(found["reconstruction"] - found["kl"])


def numbered(count: int) -> SentenceTensors:
    """Sentences of one word, each another."""
    return SentenceTensors([[BOS, 4 + i, EOS] for i in range(count)], CPU)


class Lookup(VAE):
    """Encodes word i at place i modulo `places` of a line; it is the likelier, the nearer z is."""

    modality: ClassVar[Modality] = "sentences"

    def __init__(self, spacing: float, sharpness: float, places: int) -> None:
        super().__init__()
        self.config = ModelConfig(latent_dim=1)
        self.spacing = torch.nn.Parameter(torch.tensor(spacing))
        self.sharpness = sharpness
        self.places = places

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        raise NotImplementedError

    def encode(self, batch: torch.Tensor) -> Posterior:
        mean = self.spacing * (batch[:, 1:2] % self.places)
        return Posterior(mean, torch.full_like(mean, -4.0))

    def log_likelihood(self, batch: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        return -1.0 - self.sharpness * (z[:, 0] - self.encode(batch).mean[:, 0]) ** 2

    def decode(self, z: torch.Tensor) -> Items:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("spacing", "sharpness", "places", "collapsed"),
    [
        (1.0, 1.0, 100, False),  # z tells the words apart, and the words need it
        (0.0, 1.0, 100, True),  # every sentence has the same posterior
        (1.0, 0.0, 100, True),  # z tells all, but the words do not listen
        (5.0, 1.0, 2, True),  # the words listen, but z tells only ln 2
    ],
)
def test_a_model_that_ignores_z_has_collapsed(
    spacing: float, sharpness: float, places: int, collapsed: bool
) -> None:
    found = evaluate(Lookup(spacing, sharpness, places), numbered(50))
    assert found["collapsed"] is collapsed
    assert found["active_units"] == (1 if spacing else 0)
    if not collapsed:
        assert found["mutual_information"] > 2
        assert found["reconstruction_drop_when_z_exchanged"] > 2


def test_a_handful_of_items_cannot_show_a_collapse() -> None:
    assert evaluate(Lookup(0.0, 1.0, 100), numbered(7))["collapsed"] is None


def test_an_untrained_sentence_model_has_collapsed() -> None:
    model = tiny_gru()
    assert evaluate(model, sentence_items(model))["collapsed"] is True
