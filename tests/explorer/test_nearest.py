"""The nearest items, against every distance measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.analysis import nearest as module
from explorer.analysis.nearest import Known, nearest, normalised


def points(count: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dim), np.float32)


def measured(queries: np.ndarray, items: np.ndarray) -> np.ndarray:
    away = queries[:, None].astype(np.float64) - items[None].astype(np.float64)
    return np.asarray(np.linalg.norm(away, axis=2))


@settings(deadline=None, max_examples=40)
@example(1, 1, 1, 1e25, 0)
@given(
    st.integers(1, 900),
    st.integers(1, 20),
    st.integers(1, 40),
    st.sampled_from([1e-20, 1.0, 1e25]),
    st.integers(0, 9),
)
def test_exactly_the_nearest_are_found(
    count: int, dim: int, k: int, scale: float, seed: int
) -> None:
    items = (points(count, dim, seed) + 5) * np.float32(scale)
    queries = (points(7, dim, seed + 1) + 5) * np.float32(scale)
    found = nearest(queries, items, k)
    distances = measured(queries, items)
    expected = np.sort(distances, axis=1)[:, :k]
    np.testing.assert_allclose(found.distances, expected, rtol=1e-3, atol=1e-5 * scale)
    np.testing.assert_allclose(
        np.take_along_axis(distances, found.items, 1), expected, rtol=1e-3, atol=1e-5 * scale
    )
    assert all(len(set(row)) == len(row) for row in found.items.tolist())


@pytest.mark.parametrize("values", [64, 1 << 22])
def test_blocks_change_nothing(values: int, monkeypatch: pytest.MonkeyPatch) -> None:
    items = points(500, 6)
    expected = nearest(items, items, 5)
    monkeypatch.setattr(module, "_BLOCK_VALUES", values)
    found = nearest(items, items, 5)
    np.testing.assert_array_equal(found.items, expected.items)
    np.testing.assert_array_equal(found.items[:, 0], np.arange(500))
    np.testing.assert_array_equal(found.distances[:, 0], 0)


def test_cells_find_nearly_all_of_them_and_the_same_ones_again() -> None:
    middles = 6 * points(30, 12, 1)
    items = (middles[np.arange(6000) % 30] + points(6000, 12)).astype(np.float32)
    true = nearest(items[:500], items, 15)
    found = nearest(items, items, 15, exact_pairs=0)
    pairs = zip(true.items, found.items[:500], strict=True)
    recall = np.mean([len(set(one) & set(other)) / 15 for one, other in pairs])
    assert recall > 0.95
    np.testing.assert_array_equal(found.items[:, 0], np.arange(6000))
    again = nearest(items, items, 15, exact_pairs=0)
    np.testing.assert_array_equal(found.items, again.items)


@pytest.mark.parametrize("count", [1, 2, 300])
def test_identical_items_are_all_at_distance_0(count: int) -> None:
    items = np.full((count, 3), 7.5, np.float32)
    for pairs in (0, 10**9):
        found = nearest(items, items, 5, exact_pairs=pairs)
        assert found.items.shape == (count, min(5, count))
        np.testing.assert_array_equal(found.distances, 0)


def test_what_is_looked_up_again_and_again_is_the_same() -> None:
    items = points(300, 4)
    expected = nearest(items[:9], items, 6)
    found = Known(items).nearest(items[:9], 6)
    np.testing.assert_array_equal(found.items, expected.items)
    far = Known(items).nearest(np.full((1, 4), 3e38, np.float32), 2)
    assert np.isfinite(far.distances).all()


def test_cosine_is_the_angle_and_a_vector_of_zeros_has_none() -> None:
    vectors = np.array([[1, 0], [9, 1], [0, 2], [0, 0]], np.float32)
    found = normalised(vectors, "cosine")
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 1, 1, 0], rtol=1e-6)
    assert nearest(found[:1], found, 2).items.tolist() == [[0, 1]]
    assert normalised(vectors, "euclidean") is vectors
