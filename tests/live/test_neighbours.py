"""Nearest items and weights against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.live import neighbours
from explorer.live.neighbours import Surroundings, nearest_items, shepard_weights


@pytest.mark.parametrize("count", [1, 7, 200, 500])
@pytest.mark.parametrize("block", [16, 1 << 16])
def test_the_nearest_items_are_those_of_a_full_sort(
    count: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "_BLOCK", block)
    draw = np.random.default_rng(0)
    latents = draw.integers(-2, 3, (200, 3)).astype(np.float32)  # many are equally far
    z = np.array([1, 0, 0], np.float32)
    distances = np.linalg.norm(latents - z, axis=1)
    found, measured = nearest_items(latents, z, count)
    expected = np.lexsort((np.arange(200), distances))[:count]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(measured, distances[expected], rtol=1e-6)


def test_a_point_that_overflows_still_has_nearest_items() -> None:
    latents = np.ones((5, 2), np.float32)
    with np.errstate(over="ignore"):
        found, _ = nearest_items(latents, np.full(2, 3e38, np.float32), 2)
    assert found.tolist() == [0, 1]


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=9).map(sorted))
def test_weights_are_shares(distances: list[float]) -> None:
    weights = shepard_weights(np.array(distances))
    assert len(weights) == len(distances) - 1
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    assert (np.diff(weights) <= 1e-9).all(), "a nearer one weighs less"


def test_weights_have_their_closed_form() -> None:
    # ((4 − 1) / 4)² : ((4 − 2) / 8)² = 9 : 1
    np.testing.assert_allclose(shepard_weights(np.array([1.0, 2.0, 4.0])), [0.9, 0.1])
    np.testing.assert_allclose(shepard_weights(np.array([0.0, 0.0, 1.0, 4.0])), [0.5, 0.5, 0])
    np.testing.assert_allclose(shepard_weights(np.array([3.0, 3.0, 3.0])), [0.5, 0.5])


def grid(side: int) -> np.ndarray:
    return np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) * 1.0


def trust_at(around: Surroundings, *place: float) -> float:
    return around.trust(around.near(np.array(place), neighbours.TRUSTED_NEIGHBOURS)[1])


def test_trust_has_its_closed_form_on_a_grid() -> None:
    around = Surroundings(grid(40))
    spacing = (4 + 4 * np.sqrt(2)) / 8  # to the four beside and the four across
    assert trust_at(around, 20, 20) == 1
    assert trust_at(around, 20.5, 20.5) == 1
    far = 1000.0
    nearest = np.sort(np.linalg.norm(grid(40) - [far, 20], axis=1))[:8].mean()
    assert trust_at(around, far, 20) == pytest.approx((2 * spacing / nearest) ** 2, rel=1e-6)


def test_trust_falls_with_the_distance_from_the_items_and_not_with_their_scale() -> None:
    along = [39.0, 42.0, 45.0, 60.0, 200.0]
    found = [trust_at(Surroundings(grid(40)), x, 20) for x in along]
    assert found == sorted(found, reverse=True)
    assert found[0] == 1
    assert found[-1] < 0.001
    scaled = [trust_at(Surroundings(grid(40) * 1e-3), x * 1e-3, 0.02) for x in along]
    assert scaled == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("items", [1, 2, 5])
def test_few_items_and_items_at_one_place_have_trust_too(items: int) -> None:
    around = Surroundings(np.zeros((items, 2)))
    assert trust_at(around, 0, 0) == 1
    assert trust_at(around, 1, 0) == 0
    near, distances = around.near(np.array([1.0, 0]), 3)
    assert len(near) == len(distances) == min(3, items)
