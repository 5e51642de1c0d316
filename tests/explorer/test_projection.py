"""Points to draw, by every method, of all that may come."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from explorer.analysis.projection import ProjectionError, ProjectionSpec, fit, measure, project
from explorer.analysis.projection.placing import placed


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


def latents(count: int, dimensions: int = 8, kinds: int = 4) -> np.ndarray:
    draw = np.random.default_rng(1)
    middles = 6 * draw.standard_normal((kinds, dimensions))
    around = draw.standard_normal((count, dimensions))
    return (middles[np.arange(count) % kinds] + around).astype(np.float32)


SPECS = [
    ProjectionSpec("pca"),
    ProjectionSpec("pca", 3),
    ProjectionSpec("umap", neighbours=8),
    ProjectionSpec("umap", 3, metric="cosine"),
    ProjectionSpec("tsne", perplexity=10),
    ProjectionSpec("tsne", 3, metric="cosine", perplexity=10),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_every_projection_is_seeded_measured_and_places_its_own_items(
    spec: ProjectionSpec,
) -> None:
    mean = latents(200)
    found = fit(mean, spec)
    assert found.points.shape == (200, spec.dimensions)
    assert found.points.dtype == np.float32
    np.testing.assert_array_equal(fit(mean, spec).points, found.points)
    assert found.spec == spec
    assert found.quality is not None
    assert found.quality.trustworthiness > 0.85
    assert (found.warning is None) == (spec.method == "pca")
    np.testing.assert_allclose(found.place(mean[:20]), found.points[:20], atol=1e-4)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_pca_is_the_singular_value_decomposition(dimensions: int) -> None:
    mean = latents(120)
    centred = mean.astype(np.float64) - mean.mean(axis=0, dtype=np.float64)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    expected = (left * sizes)[:, :dimensions]
    found = fit(mean, ProjectionSpec("pca", dimensions))
    signs = np.sign((found.points * expected).sum(axis=0))
    np.testing.assert_allclose(found.points, expected * signs, atol=1e-3)
    shares = sizes**2 / (sizes**2).sum()
    np.testing.assert_allclose(found.explained, shares[:dimensions], rtol=1e-5)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_space_of_so_many_dimensions_is_drawn_as_it_is(dimensions: int) -> None:
    mean = points(30, dimensions)
    found = fit(mean, ProjectionSpec("raw", dimensions))
    np.testing.assert_array_equal(found.points, mean)
    assert found.warning is None
    for method in ("pca", "umap", "tsne", "pacmap"):
        with pytest.raises(ProjectionError, match=r"needs no .* draw it as it is \(raw\)\."):
            fit(mean, ProjectionSpec(method, dimensions))
    with pytest.raises(ProjectionError, match="cannot be drawn as it is"):
        fit(points(30, 7), ProjectionSpec("raw", dimensions))


def test_held_out_items_are_placed_where_their_neighbours_are() -> None:
    mean = latents(600)
    fitted = fit(mean[:500], ProjectionSpec("umap"))
    before = fitted.points.copy()
    there = fitted.place(mean[500:])
    np.testing.assert_array_equal(fitted.points, before)
    rows = np.arange(500, 600)
    placed = measure(mean, np.concatenate([fitted.points, there]), rows=rows)
    together = measure(mean, fit(mean, ProjectionSpec("umap")).points, rows=rows)
    assert placed is not None
    assert together is not None
    assert placed.trustworthiness > together.trustworthiness - 0.03


def test_what_lies_between_two_clusters_is_placed_in_one_of_them() -> None:
    known = np.array([[0, 0], [0, 0.1], [0.1, 0], [5, 5], [5, 5.1]], np.float32)
    drawn = np.array([[0, 0], [0, 1], [1, 0], [90, 90], [90, 91]], np.float32)
    found = placed(np.array([[0.6, 0.6]], np.float32), known, drawn, "euclidean")
    assert np.linalg.norm(found) < 2


def test_more_items_than_are_fitted_are_placed_amid_landmarks() -> None:
    mean = latents(900)
    spec = ProjectionSpec("umap")
    found = fit(mean, spec, most_fitted=400, landmarks=300)
    assert found.points.shape == (900, 2)
    assert "300 of 900 items were laid out" in found.note
    np.testing.assert_array_equal(
        fit(mean, spec, most_fitted=400, landmarks=300).points, found.points
    )
    whole = fit(mean, spec)
    assert found.quality is not None
    assert whole.quality is not None
    assert found.quality.trustworthiness > whole.quality.trustworthiness - 0.05


LAID_OUT = [ProjectionSpec("umap"), ProjectionSpec("umap", 3), ProjectionSpec("tsne")]


@pytest.mark.parametrize("spec", [*LAID_OUT, ProjectionSpec("pca")], ids=lambda spec: spec.id)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_few_items_are_drawn_with_what_they_allow(spec: ProjectionSpec, count: int) -> None:
    found = fit(points(count, 5), spec)
    assert found.points.shape == (count, spec.dimensions)
    assert np.isfinite(found.points).all()
    if spec.method == "umap" and count > 3:
        assert f"15 neighbours are more than {count} items have" in found.note
    elif spec.method == "tsne" and count > 3:
        assert f"Perplexity 30 is too much for {count} items" in found.note
    elif spec.method != "pca":
        assert "Too few items differ" in found.note


@pytest.mark.parametrize("spec", LAID_OUT, ids=lambda spec: spec.id)
def test_identical_items_are_told_and_drawn(spec: ProjectionSpec) -> None:
    found = fit(np.full((50, 6), 3, np.float32), spec)
    assert "Too few items differ" in found.note
    assert np.isfinite(found.points).all()
    np.testing.assert_allclose(np.abs(found.points).max(), 0, atol=0.1)


@pytest.mark.parametrize("spec", LAID_OUT, ids=lambda spec: spec.id)
def test_many_copies_and_a_dimension_that_is_always_the_same_are_no_failure(
    spec: ProjectionSpec,
) -> None:
    mean = latents(200, 6)
    mean[:60] = mean[0]
    mean[:, 2] = 1.5
    assert np.isfinite(fit(mean, spec).points).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_latents_that_are_no_numbers_are_refused(spec: ProjectionSpec, value: float) -> None:
    mean = latents(50)
    mean[[3, 7], 1] = value
    with pytest.raises(ProjectionError, match="2 of 50 items have latents that are not finite"):
        fit(mean, spec)


def test_no_items_are_refused() -> None:
    with pytest.raises(ProjectionError, match="no items"):
        fit(np.zeros((0, 5), np.float32), ProjectionSpec("pca"))


def test_labels_are_needed_where_they_are_asked_for_half_of_them_is_enough() -> None:
    spec = ProjectionSpec("umap", supervised=True)
    mean = latents(80)
    for labels in (None, [""] * 80):
        with pytest.raises(ProjectionError, match="these have none"):
            fit(mean, spec, labels)
    with pytest.raises(ProjectionError, match="40 labels for 80 items"):
        fit(mean, spec, ["a"] * 40)
    found = fit(mean, spec, ["a", ""] * 40)
    assert np.isfinite(found.points).all()
    assert "by label" in found.note


def test_pacmap_where_it_is_installed_else_a_sentence() -> None:
    spec = ProjectionSpec("pacmap", neighbours=8)
    if find_spec("pacmap") is None:
        with pytest.raises(ProjectionError, match=r"latentscape\[pacmap\]"):
            fit(latents(100), spec)
        return
    found = fit(latents(100), spec)
    np.testing.assert_array_equal(fit(latents(100), spec).points, found.points)
    assert found.quality is not None
    assert found.quality.trustworthiness > 0.8
