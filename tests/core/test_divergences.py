"""Estimates of divergences against closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from vae_core.divergences import maximum_mean_discrepancy, total_correlation
from vae_core.models.base import Posterior


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_the_total_correlation_of_a_normal_is_known(correlation: float) -> None:
    # q(z) is a bivariate normal: means of that correlation, under posteriors that are narrow.
    generator = torch.Generator().manual_seed(0)
    spread, count = 0.3, 4000
    covariance = torch.tensor([[1.0, correlation], [correlation, 1.0]])
    mean = torch.randn(count, 2, generator=generator) @ torch.linalg.cholesky(covariance).T
    posterior = Posterior(mean, torch.full((count, 2), 2 * math.log(spread)))
    aggregate = covariance + spread**2 * torch.eye(2)
    expected = 0.5 * float(aggregate.diagonal().log().sum() - torch.logdet(aggregate))
    z = posterior.sample(generator)
    # With the whole set as the batch, the estimate is of the set itself, but for log N.
    offset = math.log(count)
    found = float(total_correlation(z, posterior, count)) - offset
    assert found == pytest.approx(expected, abs=0.05)


def test_the_total_correlation_falls_when_it_is_minimised() -> None:
    generator = torch.Generator().manual_seed(1)
    shared = torch.randn(256, 1, generator=generator)
    turn = torch.zeros(2, 2, requires_grad=True)
    own = torch.randn(256, 2, generator=generator)
    optimiser = torch.optim.Adam([turn], lr=0.05)
    values = []
    for _ in range(60):
        mean = own + shared * torch.tensor([1.0, 1.0]) @ (torch.eye(2) + turn)
        posterior = Posterior(mean, torch.full((256, 2), -2.0))
        value = total_correlation(posterior.sample(generator), posterior, 256)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        values.append(float(value.detach()))
    assert sum(values[-5:]) < sum(values[:5]) - 0.1


def test_the_discrepancy_has_no_bias_and_sees_a_shift() -> None:
    generator = torch.Generator().manual_seed(2)

    def draw(shift: float) -> float:
        x = torch.randn(40, 3, generator=generator)
        y = torch.randn(50, 3, generator=generator) + shift
        return float(maximum_mean_discrepancy(x, y))

    same = torch.tensor([draw(0.0) for _ in range(400)])
    assert abs(float(same.mean())) < 4 * float(same.std()) / math.sqrt(400)
    assert float(same.min()) < 0  # an estimate with a bias never goes below
    assert draw(0.5) < draw(1.0) < draw(2.0)
    assert draw(1.0) > float(same.max())


def test_the_discrepancy_is_its_definition() -> None:
    x, y = torch.randn(4, 2, generator=torch.Generator().manual_seed(3)), torch.randn(3, 2)

    def kernel(a: torch.Tensor, b: torch.Tensor) -> float:
        square = float(((a - b) ** 2).sum())
        widths = [scale * 2 * 2 for scale in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
        return sum(width / (width + square) for width in widths)

    within_x = sum(kernel(x[i], x[j]) for i in range(4) for j in range(4) if i != j) / 12
    within_y = sum(kernel(y[i], y[j]) for i in range(3) for j in range(3) if i != j) / 6
    between = sum(kernel(a, b) for a in x for b in y) / 12
    expected = within_x + within_y - 2 * between
    assert float(maximum_mean_discrepancy(x, y)) == pytest.approx(expected, rel=1e-4)


def test_gradients_are_numbers_where_points_coincide() -> None:
    x = torch.zeros(4, 2, requires_grad=True)
    maximum_mean_discrepancy(x, torch.zeros(4, 2)).backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
