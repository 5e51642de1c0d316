"""Two dimensions to draw."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis.projection import project


def points(count: int, dimensions: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((count, dimensions), np.float32)


def test_two_dimensions_are_drawn_as_they_are_and_it_says_so() -> None:
    mean = points(20, 2)
    found = project(mean)
    np.testing.assert_array_equal(found.points, mean)
    assert "no projection is needed" in found.note
    assert found.explained is None
    np.testing.assert_array_equal(found.place(mean[:3]), mean[:3])


def test_one_dimension_lies_along_the_horizontal() -> None:
    mean = points(20, 1)
    found = project(mean)
    np.testing.assert_array_equal(found.points[:, 0], mean[:, 0])
    np.testing.assert_array_equal(found.place(mean)[:, 1], np.zeros(20))


def test_many_dimensions_are_drawn_in_the_plane_that_shows_most() -> None:
    mean = points(500, 5) * np.array([1, 9, 1, 4, 1], np.float32) + 7
    found = project(mean)
    assert found.explained is not None
    shares = np.sort(mean.var(axis=0))[::-1] / mean.var(axis=0).sum()
    np.testing.assert_allclose(found.explained, shares[:2], atol=0.02)
    np.testing.assert_allclose(np.abs(np.corrcoef(found.points[:, 0], mean[:, 1])[0, 1]), 1, 0.01)
    np.testing.assert_allclose(found.points.mean(axis=0), 0, atol=1e-4)
    assert f"{sum(found.explained):.0%}" in found.note


def test_other_points_land_where_the_items_of_the_same_place_do() -> None:
    mean = points(50, 6)
    found = project(mean)
    np.testing.assert_allclose(found.place(mean[:9]), found.points[:9], atol=1e-5)


def test_the_picture_does_not_flip_with_the_order_of_the_items() -> None:
    mean = points(200, 4) * np.array([5, 3, 1, 1], np.float32)
    turned = project(mean[::-1].copy()).points[::-1]
    np.testing.assert_allclose(project(mean).points, turned, atol=1e-4)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 16])
def test_one_item_has_a_place(dimensions: int) -> None:
    found = project(points(1, dimensions))
    assert found.points.shape == (1, 2)
    assert np.isfinite(found.points).all()


def test_identical_items_have_no_variance_to_show() -> None:
    found = project(np.ones((10, 3), np.float32))
    assert found.explained == (0.0, 0.0)
    assert np.isfinite(found.points).all()
