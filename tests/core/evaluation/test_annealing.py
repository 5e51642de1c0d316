"""Annealed importance sampling against closed forms."""

from __future__ import annotations

import pytest
import torch

from tests.core.evaluation.toys import LinearGaussian
from tests.core.support import one_sentence
from vae_core.checks import ConfigError
from vae_core.evaluation.annealing import Hamiltonian, ais_nll, sigmoidal_schedule
from vae_core.evaluation.likelihood import importance_weighted_nll


def test_it_equals_the_closed_form_whatever_the_encoder() -> None:
    model = LinearGaussian(shift=3.0, widening=-2.0)
    items = model.draw(12)
    exact = model.exact_nll(items.rows)
    found = ais_nll(model, items, temperatures=200, chains=32, leapfrog=5)
    torch.testing.assert_close(found, exact, atol=0.25, rtol=0)
    assert abs(float((found - exact).mean())) < 0.08
    misled = importance_weighted_nll(model, items, 32)
    assert float((misled - exact).mean()) > 1.0


def test_few_temperatures_give_an_upper_bound() -> None:
    model = LinearGaussian(noise=0.2)
    items = model.draw(60)
    exact = float(model.exact_nll(items.rows).mean())
    bounds = [
        float(ais_nll(model, items, temperatures=count, chains=2, leapfrog=3).mean())
        for count in (1, 8, 64)
    ]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] > exact + 1.0
    assert bounds[-1] > exact - 0.1


def test_moves_leave_their_target_as_it_is() -> None:
    """From draws of the exact posterior come draws of the exact posterior, at a coarse step."""
    model = LinearGaussian(pixels=2, latent_dim=1, noise=2.0).requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    count = 200_000
    batch = model.draw(1).rows.expand(count, -1)
    posterior = model.encode(batch)
    z = posterior.sample(generator).detach()
    mover = Hamiltonian(model, batch, 2, generator)
    for _ in range(6):
        mover.step.fill_(1.2)  # so long that one move in ten or so is refused
        z, likelihood = mover.move(z, 1.0)
    deviation = float(posterior.log_variance[0, 0].mul(0.5).exp())
    standard = (z - posterior.mean[0]) / deviation
    assert abs(float(standard.mean())) < 5 / count**0.5
    assert abs(float(standard.var()) - 1) < 5 * (2 / count) ** 0.5
    torch.testing.assert_close(likelihood, model.log_likelihood(batch, z).detach())
    assert 0.3 < float(mover.accepted.mean()) < 0.99


def test_moves_matter() -> None:
    """With moves the many temperatures help; without, they would be plain importance sampling."""
    model = LinearGaussian(noise=0.2, latent_dim=4)
    items = model.draw(30)
    exact = float(model.exact_nll(items.rows).mean())
    moved = float(ais_nll(model, items, temperatures=150, chains=4, leapfrog=4).mean())
    still = float(ais_nll(model, items, temperatures=1, chains=4).mean())
    assert 5 * (moved - exact) < still - exact


def test_a_learned_prior_takes_part() -> None:
    torch.manual_seed(0)  # the mixture begins anywhere
    model = LinearGaussian(prior="mixture", latent_dim=2)
    items = model.draw(8)
    annealed = ais_nll(model, items, temperatures=100, chains=32, leapfrog=4)
    weighted = importance_weighted_nll(model, items, 5000)
    torch.testing.assert_close(annealed, weighted, atol=0.3, rtol=0)


def test_chunks_keep_the_order_and_the_limit() -> None:
    model = LinearGaussian()
    items = model.draw(11)
    found = ais_nll(model, items, temperatures=200, chains=8, leapfrog=3, rows=24)
    assert model.most_rows <= 24
    torch.testing.assert_close(found, model.exact_nll(items.rows), atol=0.6, rtol=0)
    again = ais_nll(model, items, temperatures=200, chains=8, leapfrog=3, rows=24)
    assert torch.equal(found, again)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_schedule_rises_from_0_to_1() -> None:
    schedule = sigmoidal_schedule(100)
    assert schedule[0] == 0
    assert schedule[-1] == 1
    assert schedule == sorted(schedule)
    assert schedule[1] < 0.005 < schedule[51] - schedule[50]


def test_impossible_settings_are_refused() -> None:
    model = LinearGaussian()
    for name in ("temperatures", "chains", "leapfrog"):
        with pytest.raises(ConfigError) as caught:
            ais_nll(model, model.draw(2), **{name: 0})
        assert name in one_sentence(caught.value)
