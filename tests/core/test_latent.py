"""Operations on latent points."""

from __future__ import annotations

import math

import pytest
import torch

from tests.core.support import one_sentence
from vae_core.config import ConfigError
from vae_core.latent import analogy, grid, interpolate, sample_prior, slerp, traverse


def draw(count: int, size: int = 5, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("spherical", [False, True])
@pytest.mark.parametrize("steps", [2, 3, 7, 64])
def test_a_path_begins_and_ends_exactly_at_its_ends(steps: int, spherical: bool) -> None:
    for seed in range(10):
        z0, z1 = draw(2, seed=seed) * 3
        path = interpolate(z0, z1, steps, spherical=spherical)
        assert path.shape == (steps, 5)
        assert torch.equal(path[0], z0)
        assert torch.equal(path[-1], z1)


def test_a_straight_path_has_equal_steps() -> None:
    z0, z1 = draw(2)
    steps = interpolate(z0, z1, 9).diff(dim=0)
    torch.testing.assert_close(steps, ((z1 - z0) / 8).expand(8, 5))


def test_a_spherical_path_between_unit_vectors_keeps_length_and_turns_evenly() -> None:
    z0, z1 = torch.nn.functional.normalize(draw(2).double(), dim=1)
    path = interpolate(z0, z1, 9, spherical=True)
    torch.testing.assert_close(path.norm(dim=1), torch.ones(9, dtype=torch.double))
    angles = torch.acos((path[:-1] * path[1:]).sum(dim=1))
    whole = math.acos(float(z0 @ z1))
    torch.testing.assert_close(angles, torch.full((8,), whole / 8, dtype=torch.double))


def test_the_length_goes_evenly_from_one_end_to_the_other() -> None:
    z0, z1 = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 4.0])
    path = interpolate(z0, z1, 3, spherical=True)
    torch.testing.assert_close(path[1], torch.tensor([3.0, 3.0]) / math.sqrt(2))


@pytest.mark.parametrize(
    ("z0", "z1"),
    [
        ([1.0, 2.0], [-1.0, -2.0]),
        ([0.0, 0.0], [1.0, 2.0]),
        ([1.0, 2.0], [0.0, 0.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([1.0, 2.0], [1.0, 2.0]),
        ([1.0, 2.0], [2.0, 4.0]),
    ],
)
def test_where_the_circle_is_not_defined_the_line_is_taken(
    z0: list[float], z1: list[float]
) -> None:
    ends = torch.tensor([z0, z1])
    fractions = torch.linspace(0, 1, 5)
    path = slerp(ends[0], ends[1], fractions)
    torch.testing.assert_close(path, torch.lerp(ends[0], ends[1], fractions[:, None]))


@pytest.mark.parametrize(
    ("z0", "z1"), [(torch.zeros(2), torch.zeros(3)), (torch.zeros(1, 2), torch.zeros(1, 2))]
)
def test_ends_of_other_shapes_are_refused(z0: torch.Tensor, z1: torch.Tensor) -> None:
    with pytest.raises(ConfigError) as caught:
        interpolate(z0, z1, 3)
    assert str(tuple(z1.shape)) in one_sentence(caught.value)


@pytest.mark.parametrize("steps", [0, 1, -1, 2.0])
def test_a_path_needs_two_points(steps: int) -> None:
    with pytest.raises(ConfigError, match="steps"):
        interpolate(torch.zeros(2), torch.ones(2), steps)


def test_a_traversal_changes_one_dimension_only() -> None:
    z = draw(1)[0]
    before = z.clone()
    points = traverse(z, 3, [-2.0, 0.0, 2.0])
    assert torch.equal(points[:, 3], torch.tensor([-2.0, 0.0, 2.0]))
    others = [0, 1, 2, 4]
    assert torch.equal(points[:, others], z[others].expand(3, 4))
    assert torch.equal(z, before)
    assert torch.equal(traverse(z, 3, torch.tensor([1.0])), traverse(z, 3, [1.0]))


@pytest.mark.parametrize("dimension", [-1, 5])
def test_a_traversal_of_a_dimension_that_is_not_there_is_refused(dimension: int) -> None:
    with pytest.raises(ConfigError, match="between 0 and 4"):
        traverse(torch.zeros(5), dimension, [0.0])


def test_a_grid_runs_row_by_row_from_the_top_left() -> None:
    points = grid(3, span=2.0, center=(10.0, 20.0))
    assert points.tolist() == [
        [8.0, 22.0], [10.0, 22.0], [12.0, 22.0],
        [8.0, 20.0], [10.0, 20.0], [12.0, 20.0],
        [8.0, 18.0], [10.0, 18.0], [12.0, 18.0],
    ]  # fmt: skip
    assert grid(2)[0].tolist() == [-3.0, 3.0]


def test_draws_from_the_prior_depend_on_the_seed_alone() -> None:
    torch.manual_seed(5)
    first = sample_prior(20, 4, seed=1)
    torch.rand(3)
    assert torch.equal(first, sample_prior(20, 4, seed=1))
    assert not torch.equal(first, sample_prior(20, 4, seed=2))
    # A seeded draw must not move anyone else's randomness.
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    sample_prior(20, 4)
    assert torch.equal(torch.rand(3), expected)


def test_temperature_scales_the_draws() -> None:
    assert not sample_prior(3, 2, temperature=0.0).any()
    torch.testing.assert_close(
        sample_prior(9, 2, temperature=0.5, seed=7), 0.5 * sample_prior(9, 2, seed=7)
    )
    draws = sample_prior(20_000, 2, temperature=2.0)
    torch.testing.assert_close(draws.std(dim=0), torch.full((2,), 2.0), atol=0.05, rtol=0)
    torch.testing.assert_close(draws.mean(dim=0), torch.zeros(2), atol=0.06, rtol=0)


@pytest.mark.parametrize(
    ("key", "value"),
    [("count", 0), ("temperature", -1.0), ("temperature", math.nan), ("seed", 2**64), ("seed", -1)],
)
def test_impossible_draws_are_refused(key: str, value: float) -> None:
    settings = {"count": 3, "latent_dim": 2, "temperature": 1.0, "seed": 0, key: value}
    with pytest.raises(ConfigError, match=key):
        sample_prior(**settings)  # type: ignore[arg-type]


def test_analogy_moves_c_by_what_makes_a_differ_from_b() -> None:
    a, b, c = draw(3)
    assert torch.equal(analogy(a, b, c), a - b + c)
    torch.testing.assert_close(analogy(a, a, c), c)


def test_a_grid_of_one_point_is_its_center() -> None:
    assert grid(1, center=(0.5, -2.0)).tolist() == [[0.5, -2.0]]
