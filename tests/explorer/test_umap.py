"""Our UMAP: its graph against umap-learn's, its layout by what it keeps."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from explorer.analysis.nearest import Near
from explorer.analysis.projection import ProjectionSpec, measure
from explorer.analysis.projection.umap import by_label, curve, graph_of, neighbours_of, umap


def clouds(count: int, dim: int = 8, kinds: int = 5) -> tuple[np.ndarray, list[str]]:
    """Items around some middles, and which; the first two are identical."""
    draw = np.random.default_rng(3)
    middles = 8 * draw.standard_normal((kinds, dim))
    kind = np.arange(count) % kinds
    items = (middles[kind] + draw.standard_normal((count, dim))).astype(np.float32)
    items[kinds] = items[0]
    return items, [f"kind {k}" for k in kind]


@pytest.fixture(scope="module")
def learned() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import umap_
    return umap_


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_the_graph_is_that_of_umap_learn(metric: str, learned: Any) -> None:
    latents, labels = clouds(300)
    near = neighbours_of(latents, ProjectionSpec("umap", neighbours=12, metric=metric))
    found = graph_of(near, len(latents))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, *_ = learned.fuzzy_simplicial_set(
            latents, 12, np.random.RandomState(0), metric,
            knn_indices=near.items.astype(np.int32), knn_dists=near.distances,
        )  # fmt: skip
    np.testing.assert_allclose(found.toarray(), expected.toarray(), atol=2e-4)
    assert abs(found - found.T).max() < 1e-12

    codes = np.array([int(label[-1]) for label in labels])
    codes[::2] = -1
    some = [label if code >= 0 else "" for label, code in zip(labels, codes, strict=True)]
    expected = learned.discrete_metric_simplicial_set_intersection(expected, codes, far_dist=5.0)
    np.testing.assert_allclose(by_label(found, some).toarray(), expected.toarray(), atol=2e-3)


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.99])
def test_the_curve_is_that_of_umap_learn(min_dist: float, learned: Any) -> None:
    assert curve(min_dist) == pytest.approx(learned.find_ab_params(1.0, min_dist), rel=1e-6)


def test_the_neighbours_of_cosine_are_at_its_distances() -> None:
    latents, _ = clouds(50)
    near = neighbours_of(latents, ProjectionSpec("umap", neighbours=5, metric="cosine"))
    one, other = latents[7], latents[near.items[7, 3]]
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert near.distances[7, 3] == pytest.approx(1 - cosine, abs=1e-5)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_same_seed_gives_the_same_points_on_any_number_of_cores(dimensions: int) -> None:
    import numba

    latents, _ = clouds(400)
    spec = ProjectionSpec("umap", dimensions)
    found = umap(latents, spec, None)
    assert found.shape == (400, dimensions)
    assert np.isfinite(found).all()
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        np.testing.assert_array_equal(umap(latents, spec, None), found)
    finally:
        numba.set_num_threads(before)
    other = umap(latents, ProjectionSpec("umap", dimensions, seed=1), None)
    assert np.abs(other - found).max() > 0.1


def test_it_keeps_neighbours_as_umap_learn_does(learned: Any) -> None:
    latents, _ = clouds(400)
    found = measure(latents, umap(latents, ProjectionSpec("umap"), None))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        points = learned.UMAP(random_state=0, init="pca").fit_transform(latents)
    expected = measure(latents, np.asarray(points))
    assert found is not None
    assert expected is not None
    assert found.trustworthiness > expected.trustworthiness - 0.01
    assert found.preservation > expected.preservation - 0.03


def test_labels_draw_items_together_and_those_without_stay_free() -> None:
    draw = np.random.default_rng(0)
    latents = draw.standard_normal((300, 6)).astype(np.float32)  # nothing to see without labels
    labels = ["a" if i % 2 else "b" for i in range(270)] + [""] * 30
    spec = ProjectionSpec("umap", supervised=True)
    found = umap(latents, spec, labels)
    free = umap(latents, ProjectionSpec("umap"), labels)
    assert apart(found[:270], labels[:270]) > 3 * apart(free[:270], labels[:270])
    assert np.isfinite(found).all()


def apart(points: np.ndarray, labels: list[str]) -> float:
    """How far the middles of two labels are apart, in the spread of one."""
    kinds = [points[np.array(labels) == name] for name in ("a", "b")]
    between = np.linalg.norm(kinds[0].mean(axis=0) - kinds[1].mean(axis=0))
    return float(between / np.mean([kind.std() for kind in kinds]))


def test_a_graph_of_identical_items_is_sound() -> None:
    near = Near(np.array([[0, 1, 2], [0, 1, 2], [0, 1, 2]]), np.zeros((3, 3), np.float32))
    found = graph_of(near, 3).toarray()
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, 1 - np.eye(3))
