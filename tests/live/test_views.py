"""From a point of the map to z and back, against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.analysis.projection import ProjectionSpec, fit, project
from explorer.live import views
from explorer.live.views import Linear, Neighbours, Published, Raw, View, Views
from explorer.map_source import view_of
from vae_core.checkpoint import Run


def test_raw_dimensions_are_z_itself(run: Run) -> None:
    mean = run.latents.mean
    published = Published(run, Raw((2, 0)))
    place = published.at(0.25, -1.5, from_nearest=False)
    np.testing.assert_allclose(place.z, [-1.5, mean[:, 1].mean(), 0.25], rtol=1e-6)
    nearest = int(np.linalg.norm(mean[:, [2, 0]] - [0.25, -1.5], axis=1).argmin())
    assert place.nearest == nearest
    kept = published.at(0.25, -1.5, from_nearest=True)
    np.testing.assert_allclose(kept.z, [-1.5, mean[nearest, 1], 0.25], rtol=1e-6)
    assert published.place(kept.z) == pytest.approx((0.25, -1.5))


def test_a_line_does_not_care_for_height(run: Run) -> None:
    published = Published(run, Raw((1,)))
    low, high = (published.at(0.5, y, from_nearest=True) for y in (-9.0, 9.0))
    assert low.nearest == high.nearest == int(abs(run.latents.mean[:, 1] - 0.5).argmin())
    np.testing.assert_array_equal(low.z, high.z)
    assert low.trust == high.trust == 1
    assert published.place(np.array([1.0, 2, 3], np.float32)) == (2.0, 0.0)


def pca(run: Run) -> Linear:
    found = project(run.latents.mean)
    assert found.centre is not None
    assert found.plane is not None
    return Linear(found.centre, found.plane.T)


@pytest.mark.parametrize("from_nearest", [False, True])
def test_the_inverse_of_a_plane_is_exact_in_it(run: Run, from_nearest: bool) -> None:
    plane = pca(run)
    published = Published(run, plane)
    for x, y in ((0.0, 0.0), (1.25, -0.5), (-40.0, 3.0)):
        place = published.at(x, y, from_nearest)
        assert published.place(place.z) == pytest.approx((x, y), abs=1e-5)
        rest = run.latents.mean[place.nearest] if from_nearest else plane.mean
        off = (place.z - rest) - (place.z - rest) @ plane.components.T @ plane.components
        np.testing.assert_allclose(off, 0, atol=1e-5)


def test_a_plane_gives_an_item_back_where_it_lies(run: Run) -> None:
    published = Published(run, pca(run))
    for index in range(len(run)):
        x, y = published.place(run.latents.mean[index])
        place = published.at(x, y, from_nearest=True)
        assert place.nearest == index
        np.testing.assert_allclose(place.z, run.latents.mean[index], atol=1e-5)


def scattered(run: Run, k: int = 4) -> Neighbours:
    points = np.random.default_rng(5).standard_normal((len(run), 2))
    return Neighbours(points, run.latents.mean, k)


def test_neighbours_are_weighted_by_distance(run: Run) -> None:
    view = scattered(run)
    published = Published(run, view)
    where = np.array([0.1, 0.2])
    distances = np.linalg.norm(view.points - where, axis=1)
    order = distances.argsort()[:5]
    radius = distances[order[4]]
    weights = ((radius - distances[order[:4]]) / (radius * distances[order[:4]])) ** 2
    expected = weights @ view.latents[order[:4]] / weights.sum()
    place = published.at(0.1, 0.2, from_nearest=False)
    np.testing.assert_allclose(place.z, expected, rtol=1e-5)
    assert place.nearest == order[0]


def test_neighbours_are_exact_at_an_item_and_smooth_between(run: Run) -> None:
    view = scattered(run)
    published = Published(run, view)
    for index in (0, 7, len(run) - 1):
        place = published.at(*view.points[index].tolist(), from_nearest=False)
        np.testing.assert_array_equal(place.z, run.latents.mean[index])
        assert published.place(run.latents.mean[index]) == pytest.approx(tuple(view.points[index]))
    along = np.linspace(-1, 1, 4001)
    path = np.array([published.at(x, 0.3, from_nearest=False).z for x in along])
    assert np.abs(np.diff(path, axis=0)).max() < 0.05, "it jumps where neighbours change"


def test_an_angle_tells_which_latents_are_near_where_that_is_the_metric(run: Run) -> None:
    points = scattered(run).points
    published = Published(run, Neighbours(points, run.latents.mean, metric="cosine"))
    there = tuple(points[7].tolist())
    assert published.place(5 * run.latents.mean[7]) == pytest.approx(there)
    assert published.place(run.latents.mean[7]) == pytest.approx(there)


def test_a_map_places_new_latents_as_its_projection_does(run: Run) -> None:
    mean = run.latents.mean
    for spec in (ProjectionSpec("umap", neighbours=5), ProjectionSpec("pca")):
        made = fit(mean, spec)
        published = Published(run, view_of(made, run.latent_dim))
        for z in (mean[:5] + 0.2).astype(np.float32):
            assert published.place(z) == pytest.approx(made.place(z[None])[0].tolist(), abs=1e-4)


def test_more_neighbours_than_items_are_all_of_them(run: Run) -> None:
    published = Published(run, scattered(run, k=1000))
    assert np.isfinite(published.at(0.0, 0.0, from_nearest=False).z).all()


def test_empty_places_are_not_trusted(run: Run) -> None:
    for view in (Raw((0, 1)), pca(run), scattered(run)):
        published = Published(run, view)
        assert published.at(0.0, 0.0, from_nearest=False).trust > 0.9
        assert published.at(500.0, 500.0, from_nearest=False).trust < 0.01


THREE = np.eye(3)


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (Raw((0, 3)), "one to three different dimensions below 3"),
        (Raw((-1, 0)), "one to three different"),
        (Raw((1, 1)), "one to three different"),
        (Raw(()), "one to three different"),
        (Raw((0, 1, 2, 1)), "one to three different"),
        (Linear(np.zeros(3), THREE[:, :2]), r"Linear needs components \(2 or 3, 3\)"),
        (Linear(np.zeros(2), THREE[:2]), r"a mean \(3,\)"),
        (Linear(np.zeros(3), 2 * THREE[:2]), "orthonormal"),
        (Neighbours(np.zeros((3, 2)), np.zeros((3, 3), np.float32)), r"points \(40, 2 or 3\)"),
        (Neighbours(np.zeros((40, 2)), np.zeros((40, 2), np.float32)), r"latents \(40, 3\)"),
        (Neighbours(np.zeros((40, 2)), np.zeros((40, 3), np.float32), 0), "k above 0"),
        (Neighbours(np.full((40, 2), np.nan), np.zeros((40, 3), np.float32)), "are numbers"),
    ],
)
def test_a_view_that_is_not_of_the_run_is_refused(run: Run, view: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Views().publish(run, "map", view)


@pytest.mark.parametrize("kind", ["raw", "linear", "neighbours"])
def test_in_space_latent_points_have_a_place_and_a_pointer_has_none(run: Run, kind: str) -> None:
    mean = run.latents.mean
    turned = (mean - mean.mean(axis=0)) @ THREE.T
    view: View = {
        "raw": Raw((0, 1, 2)),
        "linear": Linear(mean.mean(axis=0, dtype=np.float64), THREE),
        "neighbours": Neighbours(turned, mean),
    }[kind]
    published = Published(run, view)
    published.prepare()
    assert not published.flat
    for z, place in zip(mean, mean if kind == "raw" else turned, strict=True):
        assert published.place(z) == pytest.approx(place.tolist(), abs=1e-5)


@pytest.mark.parametrize("name", ["", "x" * 256, "é" * 128])
def test_an_id_that_no_frame_can_carry_is_refused(run: Run, name: str) -> None:
    with pytest.raises(ValueError, match="id of a view"):
        Views().publish(run, name, Raw((0, 1)))


def test_a_prepared_view_is_not_made_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    original = views.Surroundings

    def counted(points: Any) -> Any:
        made.append("tree")
        return original(points)

    monkeypatch.setattr(views, "Surroundings", counted)
    published = Views()
    published.publish(run, "map", Raw((0, 1)))
    assert made == [], "publishing is done by pages, and must be quick"
    published.prepare(run)
    found = published.find(run, "map")
    assert found is not None
    found.at(0, 0, from_nearest=False)
    assert made == ["tree"]


def test_publishing_the_same_again_keeps_what_was_made_ready(run: Run) -> None:
    published = Views()

    def found(view: View) -> Published | None:
        published.publish(run, "map", view)
        return published.find(run, "map")

    first = found(pca(run))
    assert found(pca(run)) is first
    assert found(Raw((0, 1))) is not first
    assert found(Raw((0, 1))) is not found(Raw((1, 0)))
    second = found(scattered(run))
    assert second is not None
    second.prepare()
    assert found(scattered(run)) is second
    assert found(scattered(run, k=5)) is not second


def test_the_longest_unused_view_makes_room(run: Run) -> None:
    published = Views(most=2)
    for name in ("a", "b"):
        published.publish(run, name, Raw((0, 1)))
    assert published.find(run, "a") is not None
    published.publish(run, "c", Raw((0, 1)))
    assert sorted(published.of(run)) == ["a", "c"]
    assert published.find(run, "b") is None
    small = Views(most_bytes=1)
    small.publish(run, "a", Raw((0, 1)))
    small.publish(run, "b", Raw((0, 1)))
    assert list(small.of(run)) == ["b"]


@pytest.mark.parametrize("other", ["coloured"])
def test_views_are_of_one_run(run: Run, folder: Any, other: str) -> None:
    from vae_core.checkpoint import load_run

    published = Views()
    published.publish(run, "map", Raw((0, 1)))
    assert published.find(load_run(folder / other), "map") is None
    assert published.find(load_run(run.path), "map") is not None


def test_pages_and_the_socket_share_one_set_of_views(run: Run) -> None:
    views.publish(run, "a map of a test", Raw((0, 1)))
    assert views.VIEWS.find(run, "a map of a test") is not None
