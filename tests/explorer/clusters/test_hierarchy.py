"""Fewer, larger themes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, is_valid_linkage, linkage

from explorer.analysis.clusters.hierarchy import themes, tree_of


@settings(deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=12), st.integers(0, 10**6))
def test_the_tree_is_scipys_ward_of_as_many_copies_of_each_centroid(
    sizes: list[int], seed: int
) -> None:
    centroids = np.random.default_rng(seed).standard_normal((len(sizes), 3))
    tree = tree_of(centroids, sizes)
    copies = np.repeat(centroids, sizes, axis=0)
    ward = linkage(copies, "ward")[sum(sizes) - len(sizes) :]
    np.testing.assert_allclose(tree[:, 2], ward[:, 2], rtol=1e-6)
    assert is_valid_linkage(tree)
    assert (np.diff(tree[:, 2]) > -1e-9).all()


@settings(deadline=None)
@given(st.integers(2, 12), st.integers(1, 15), st.integers(0, 10**6))
def test_themes_are_where_scipy_cuts_the_tree(count: int, wanted: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    sizes = draw.integers(1, 50, count)
    tree = tree_of(draw.standard_normal((count, 2)), sizes)
    found = themes(tree, sizes, wanted)
    cut = fcluster(tree, min(wanted, count), "maxclust")
    assert len(set(zip(found.tolist(), cut.tolist(), strict=True))) == len(set(cut.tolist()))
    held = np.bincount(found, sizes)
    assert len(held) == min(wanted, count)
    assert (np.diff(held) <= 0).all()


def test_size_weighs() -> None:
    # Nearer, but far heavier: the small one joins the other small one.
    centroids = np.array([[0.0], [1.0], [2.5]])
    assert themes(tree_of(centroids, [1000, 1000, 1]), [1000, 1000, 1], 2).tolist() == [1, 0, 0]
    assert themes(tree_of(centroids, [1, 1, 1]), [1, 1, 1], 2).tolist() == [0, 0, 1]


@pytest.mark.parametrize("wanted", [0, 1, 5])
def test_an_only_cluster_is_the_only_theme(wanted: int) -> None:
    tree = tree_of(np.zeros((1, 2)), [4])
    assert tree.shape == (0, 4)
    assert themes(tree, [4], wanted).tolist() == [0]
