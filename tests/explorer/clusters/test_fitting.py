"""k-means and HDBSCAN, what they say of clusters, and whether these come again."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from explorer.analysis.clusters import fitting
from explorer.analysis.clusters.description import describe, means, tightness_words
from explorer.analysis.clusters.fitting import by_size, divide
from explorer.analysis.clusters.spec import ClusterError, ClusterSpec
from explorer.analysis.clusters.stability import stability
from tests.explorer.clusters.made import blobs, cloud


def density(size: int, samples: int | None = None, seed: int = 0) -> ClusterSpec:
    return ClusterSpec("hdbscan", min_cluster_size=size, min_samples=samples, seed=seed)


def test_both_methods_find_the_heaps_and_number_them_by_size() -> None:
    points, of = blobs(400, 3, 4)
    for spec in (ClusterSpec(k=4), density(15)):
        found = divide(spec, points)
        inside = found.assignment >= 0
        assert adjusted_rand_score(of[inside], found.assignment[inside]) > 0.99
        sizes = np.bincount(found.assignment[inside])
        assert len(sizes) == 4
        assert (np.diff(sizes) <= 0).all()
        assert found.assignment.dtype == np.int32


def test_lonely_items_are_noise_with_no_membership() -> None:
    points, _ = blobs(200, 2, 2)
    points = np.concatenate([points, [[50, 50], [-60, 40]]]).astype(np.float32)
    found = divide(density(20), points)
    assert found.membership is not None
    assert found.assignment[-2:].tolist() == [-1, -1]
    assert (found.membership[found.assignment < 0] == 0).all()
    assert (found.membership[found.assignment >= 0] > 0).all()
    assert found.note == ""


def test_of_many_items_hdbscan_sees_a_sample_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    points, of = blobs(900, 2, 3)
    monkeypatch.setattr(fitting, "MOST_HDBSCAN_NARROW", 300)
    found = divide(density(60), points)
    inside = found.assignment >= 0
    assert inside.mean() > 0.9
    assert adjusted_rand_score(of[inside], found.assignment[inside]) > 0.99
    assert found.note.startswith("Found on 300 of the 900 items, drawn at random, where a cluster")
    assert "20 of them" in found.note
    again = divide(density(60), points)
    np.testing.assert_array_equal(found.assignment, again.assignment)


def test_clusters_left_empty_by_batches_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_is_empty(*_: object) -> np.ndarray:
        return np.array([3, 3, 1, 0, 3], np.int32)

    monkeypatch.setattr(fitting, "k_means", one_is_empty)
    found = divide(ClusterSpec(k=4), np.eye(5, dtype=np.float32))
    assert found.assignment.tolist() == [0, 0, 2, 1, 0]
    assert found.note == "1 of the 4 clusters stayed empty and are left out."


def test_numbering_by_size_keeps_noise() -> None:
    assert by_size(np.array([-1, 2, 2, 0, 5, 5, 5], np.int32)).tolist() == [-1, 1, 1, 2, 0, 0, 0]


@pytest.mark.parametrize(
    ("spec", "points", "sentence"),
    [
        (ClusterSpec(k=6), cloud(5, 2), "holds 5 items, too few for 6 clusters"),
        (ClusterSpec(k=3), np.eye(2, dtype=np.float32).repeat(9, 0), "Only 2 of the items differ"),
        (density(6), cloud(5, 2), "6 items at least, but there are only 5"),
        (density(5, 9), cloud(8, 2), "9 neighbours"),
        (density(3), np.ones((50, 2), np.float32), "at one point"),
        (density(200), cloud(300, 5), "nothing but noise"),
        (density(3), np.full((9, 2), np.nan, np.float32), "9 of the 9 items"),
        (ClusterSpec(k=3), np.full((9, 2), np.nan, np.float32), "9 of the 9 items"),
    ],
)
def test_what_cannot_be_divided_is_one_sentence(
    spec: ClusterSpec, points: np.ndarray, sentence: str
) -> None:
    with pytest.raises(ClusterError, match=sentence):
        divide(spec, points)


def test_more_clusters_than_can_be_shown_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "MOST_K", 3)
    with pytest.raises(ClusterError, match=r"4 clusters, more than the 3 .* larger clusters"):
        divide(density(15), blobs(400, 3, 4)[0])


def test_a_description_by_hand() -> None:
    # Two clusters on a line, numbered 1 and 4, and noise far off.
    points = np.array([[0], [1], [5], [10], [12], [100]], np.float32)
    assignment = np.array([1, 1, 1, 4, 4, -1], np.int32)
    found = describe(points, assignment, count=2)
    assert found.clusters.tolist() == [1, 4]
    assert found.sizes.tolist() == [3, 2]
    assert found.noise == 1
    assert found.centroids.tolist() == [[2], [11]]
    assert [items.tolist() for items in found.typical] == [[1, 0], [3, 4]]
    # Margins: 5 is 6 from the other centroid and 3 from its own; of 0 and 1 it is 9 each.
    assert [items.tolist() for items in found.borderline] == [[2, 0], [3, 4]]
    spread = np.abs(points[:, 0] - points.mean()).mean()
    np.testing.assert_allclose(found.tightness, [2 / spread, 1 / spread])
    assert [tightness_words(float(t)) for t in found.tightness] == ["tight", "tight"]
    surely = np.array([0.9, 0.2, 0.3, 0.5, 1, 0], np.float32)
    by_membership = describe(points, assignment, surely, count=1)
    assert [items.tolist() for items in by_membership.borderline] == [[1], [3]]


def test_items_at_one_place_are_told_once() -> None:
    points = np.array([[0], [1], [1], [1], [3], [9]], np.float32)
    found = describe(points, np.array([0, 0, 0, 0, 0, 1], np.int32), count=3)
    assert found.typical[0].tolist() == [1, 0, 4]
    assert found.borderline[0].tolist() == [4, 0, 1]
    assert found.typical[1].tolist() == [5]


def test_an_only_cluster_has_no_borders() -> None:
    found = describe(cloud(20, 3), np.zeros(20, np.int32))
    assert [len(items) for items in found.borderline] == [0]
    np.testing.assert_allclose(found.tightness, 1.0)


def test_descriptions_agree_with_distances_one_by_one() -> None:
    points = cloud(300, 4)
    assignment = np.random.default_rng(1).integers(-1, 5, 300).astype(np.int32)
    found = describe(points, assignment, count=7)
    np.testing.assert_allclose(found.centroids, means(points, assignment, 5), rtol=1e-6)
    for place, number in enumerate(found.clusters.tolist()):
        members = np.flatnonzero(assignment == number)
        middle = points[members].mean(axis=0)
        np.testing.assert_allclose(found.centroids[place], middle, atol=1e-5)
        near = np.linalg.norm(points[members] - middle, axis=1)
        assert found.typical[place].tolist() == members[np.argsort(near)[:7]].tolist()
        others = np.delete(found.centroids, place, axis=0)
        other = np.linalg.norm(points[members][:, None] - others, axis=2).min(axis=1)
        assert found.borderline[place].tolist() == members[np.argsort(other - near)[:7]].tolist()


def test_heaps_come_again_and_a_cloud_does_not() -> None:
    heaps, one = blobs(300, 3, 4)[0], cloud(300, 6)
    sure = stability(ClusterSpec(k=4), heaps)
    assert sure.ari > 0.99
    assert sure.words() == "the same clusters each time (mean ARI 1.00 over 5 seeds)"
    unsure = stability(ClusterSpec(k=9), one)
    assert unsure.ari < 0.8
    samples = stability(density(15), heaps, repeats=3)
    assert samples.ari > 0.9
    assert samples.over == "samples"


def test_stability_is_the_mean_over_all_pairs() -> None:
    points = cloud(200, 4)
    parts = [divide(ClusterSpec(k=6, seed=seed), points).assignment for seed in (7, 8, 9)]
    scores = [adjusted_rand_score(parts[a], parts[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    found = stability(ClusterSpec(k=6, seed=7), points, repeats=3)
    assert found.ari == pytest.approx(np.mean(scores))
    assert found.spread == pytest.approx(np.std(scores))


def test_stability_of_nothing_but_noise_is_one_sentence() -> None:
    with pytest.raises(ClusterError, match="nothing but noise"):
        stability(density(200), cloud(300, 5))
