"""Holes against closed forms: where posterior and prior are normal, all of it is known."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.analysis import aggregate, hole_field
from explorer.analysis.aggregate import LEVEL, Aggregate, Holes
from explorer.analysis.projection import project
from vae_core.models.prior import mixture_log_prob, mixture_sample

# Beyond this many deviations a normal has its least dense `LEVEL`, in one dimension.
EDGE = NormalDist().inv_cdf(1 - LEVEL / 2)
DRAWS = 20_000
phi = NormalDist().cdf


class Normal:
    """N(0, I) as a prior."""

    def __init__(self, latent_dim: int) -> None:
        self.latent_dim = latent_dim

    def sample_prior(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        return torch.randn(count, self.latent_dim, generator=generator)

    def log_prior(self, z: Tensor) -> Tensor:
        return -0.5 * (z**2 + math.log(2 * math.pi)).sum(dim=1)


class Mixture:
    """An even mixture of normals of one width."""

    def __init__(self, mean: NDArray[np.float64], log_variance: float) -> None:
        self.parts = (
            torch.from_numpy(mean).float(),
            torch.full(mean.shape, log_variance),
            torch.full((len(mean),), -math.log(len(mean))),
        )

    def sample_prior(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        return mixture_sample(count, *self.parts, generator)

    def log_prior(self, z: Tensor) -> Tensor:
        return mixture_log_prob(z, *self.parts)


def of_one_normal(mean: float, deviation: float, latent_dim: int = 1) -> Holes:
    """Items whose posteriors are all N(mean, deviation²), so that q is that, too."""
    means = np.full((200, latent_dim), mean)
    spread = np.full_like(means, 2 * math.log(deviation))
    return aggregate.holes(Aggregate(means, spread), Normal(latent_dim), 200, draws=DRAWS)


def near(share: float) -> object:
    """Within four standard errors of the prior's draws, and of the threshold's own draws."""
    return pytest.approx(share, abs=4 * math.sqrt(max(share, 0.01) / 5_000) + 0.004)


@pytest.mark.parametrize("latent_dim", [1, 2, 16])
def test_where_posterior_and_prior_are_one_holes_have_the_level_itself(latent_dim: int) -> None:
    found = of_one_normal(0.0, 1.0, latent_dim)
    assert found.mass == near(LEVEL)
    assert found.outside == near(LEVEL)
    assert found.kl == pytest.approx(0.0, abs=1e-5)
    assert found.least == pytest.approx(0.0, abs=1e-5)
    assert found.information == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 0.5), (1.0, 1.0), (0.7, 0.6), (0.0, 2.0)])
def test_one_normal_against_another_is_as_computed_by_hand(mean: float, deviation: float) -> None:
    found = of_one_normal(mean, deviation)
    reach = EDGE * deviation
    assert found.mass == near(1 - (phi(mean + reach) - phi(mean - reach)))
    # The prior's own edge, as the items' normal sees it.
    inside = phi((EDGE - mean) / deviation) - phi((-EDGE - mean) / deviation)
    assert found.outside == near(1 - inside)
    kl = 0.5 * (deviation**2 + mean**2 - 1) - math.log(deviation)
    assert found.kl == pytest.approx(kl, abs=0.08)


def test_a_ring_leaves_its_middle_and_all_around_it_empty() -> None:
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius, width = 1.5, 0.1
    means = radius * np.column_stack([np.cos(angles), np.sin(angles)])
    items = Aggregate(means, np.full_like(means, 2 * math.log(width)))
    found = aggregate.holes(items, Normal(2), 400, draws=DRAWS)
    # Across the ring q is a normal around the radius; the prior's radius is Rayleigh's.
    low, high = radius - EDGE * width, radius + EDGE * width
    inside = math.exp(-(low**2) / 2) - math.exp(-(high**2) / 2)
    assert found.mass == pytest.approx(1 - inside, abs=0.02)
    middle = np.linalg.norm(found.points, axis=1) < 1.0
    assert found.empty[middle].all()
    assert found.mass > 0.6


def test_a_learned_prior_that_is_where_items_are_has_no_holes() -> None:
    means = np.array([[-4.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    items = Aggregate(np.repeat(means, 100, axis=0), np.full((300, 2), -1.0))
    learned = aggregate.holes(items, Mixture(means, -1.0), 300, draws=DRAWS)
    assert learned.mass == near(LEVEL)
    assert learned.kl == pytest.approx(0.0, abs=1e-4)
    assert learned.information == pytest.approx(math.log(3), abs=0.01)
    normal = aggregate.holes(items, Normal(2), 300, draws=DRAWS)
    assert normal.mass > 0.5
    assert normal.kl > 1.0


def test_information_is_capped_and_the_divergence_lies_between_its_bounds() -> None:
    draw = np.random.default_rng(0)
    means = draw.standard_normal((100, 8))
    sharp = Aggregate(means, np.full_like(means, -12.0))
    found = aggregate.holes(sharp, Normal(8), 100)
    assert found.information == pytest.approx(found.cap, abs=1e-6)
    assert found.cap == pytest.approx(math.log(100))
    assert found.least < 0 < found.kl
    # KL(q(z) ‖ p) = mean KL(q(z|x) ‖ p) − I(x; z).
    each = 0.5 * (means**2 + math.exp(-12) + 12 - 1).sum(axis=1).mean()
    assert found.kl == pytest.approx(each - found.information, abs=0.1)


def test_the_density_is_the_mixture_and_leaving_out_takes_one_part_of_it() -> None:
    draw = np.random.default_rng(1)
    mean, log_variance = draw.standard_normal((2, 7, 3))
    items = Aggregate(mean, log_variance)
    z = draw.standard_normal((7, 3))
    terms = np.array(
        [
            [
                sum(
                    math.log(NormalDist(m, math.exp(v / 2)).pdf(x))
                    for x, m, v in zip(point, mean[j], log_variance[j], strict=True)
                )
                for j in range(7)
            ]
            for point in z
        ]
    )
    assert items.log_density(z) == pytest.approx(np.log(np.exp(terms).mean(axis=1)))
    whole, others, own = items.at_own_draws(z)
    assert whole == pytest.approx(items.log_density(z))
    assert own == pytest.approx(np.diag(terms))
    left = np.exp(terms)
    np.fill_diagonal(left, 0.0)
    assert others == pytest.approx(np.log(left.sum(axis=1) / 6))


def test_a_sample_is_taken_of_many_items_the_same_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aggregate, "MOST_ITEMS", 50)
    mean = np.random.default_rng(0).standard_normal((400, 2))
    one, other = (aggregate.aggregate_of(mean, np.zeros_like(mean)) for _ in range(2))
    assert len(one) == len(other) == 50
    assert one.log_density(mean[:5]).tolist() == other.log_density(mean[:5]).tolist()


def test_a_single_item_has_no_holes_rather_than_an_error() -> None:
    found = aggregate.holes(Aggregate(np.zeros((1, 2)), np.zeros((1, 2))), Normal(2), 1)
    assert found.mass == 0.0


class TestField:
    def test_of_a_plane_it_is_empty_where_items_are_and_full_where_only_the_prior_is(self) -> None:
        draw = np.random.default_rng(0)
        mean = draw.normal((1.0, 0.0), 0.3, (500, 2)).astype(np.float32)
        items = Aggregate(mean, np.full_like(mean, -4.0))
        found = aggregate.holes(items, Normal(2), 500)
        drawn = hole_field.field(items, Normal(2), found, project(mean))
        assert self.at(drawn, 1.0, 0.0) == 0.0
        assert self.at(drawn, -0.5, 0.0) > 0.5
        # exp(−r²/4): the root of the prior's density, of the largest.
        assert self.at(drawn, -2.0, 0.0) == pytest.approx(math.exp(-1.0), abs=0.05)
        assert drawn.shares.max() <= 1.0

    def test_of_a_line_it_is_bands(self) -> None:
        mean = np.random.default_rng(0).normal(1.0, 0.2, (300, 1)).astype(np.float32)
        items = Aggregate(mean, np.full_like(mean, -4.0))
        found = aggregate.holes(items, Normal(1), 300)
        drawn = hole_field.field(items, Normal(1), found, project(mean))
        assert (drawn.shares == drawn.shares[0]).all()
        assert self.at(drawn, 1.0, 0.0) == 0.0
        assert self.at(drawn, 0.0, 0.0) > 0.9

    def test_of_more_dimensions_it_is_the_share_of_the_draws_there(self) -> None:
        draw = np.random.default_rng(0)
        mean = draw.normal(0.0, (1.0, 1.0, 0.05), (800, 3)).astype(np.float32)
        mean[:, 0] = np.abs(mean[:, 0])  # nothing lies on the left
        items = Aggregate(mean, np.full_like(mean, -2.0))
        found = aggregate.holes(items, Normal(3), 800)
        view = project(mean)
        drawn = hole_field.field(items, Normal(3), found, view)
        left, right = view.place(np.array([[-1.2, 0, 0], [1.2, 0, 0]], np.float32))
        assert self.at(drawn, *left) > self.at(drawn, *right) + 0.3
        assert 0.0 <= drawn.shares.min() <= drawn.shares.max() <= 1.0

    @staticmethod
    def at(drawn: hole_field.HoleField, x: float, y: float) -> float:
        place = [
            int((at - low) / (high - low) * hole_field.SIDE)
            for at, low, high in zip((x, y), drawn.low, drawn.high, strict=True)
        ]
        return float(drawn.shares[place[1], place[0]])
