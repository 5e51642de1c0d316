"""k-means in the latent space."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis.clustering import ClusterError, cluster, label_mix

CENTRES = np.array([[0, 0], [10, 0], [0, 10]], np.float32)


def heaps(sizes: tuple[int, ...] = (20, 50, 30)) -> np.ndarray:
    draw = np.random.default_rng(0)
    return np.concatenate(
        [c + draw.standard_normal((n, 2), np.float32) for c, n in zip(CENTRES, sizes, strict=True)]
    )


def test_heaps_are_found_and_the_largest_comes_first() -> None:
    found = cluster(heaps(), 3)
    assert found.sizes.tolist() == [50, 30, 20]
    assert found.assignment.tolist() == [2] * 20 + [0] * 50 + [1] * 30
    np.testing.assert_allclose(found.centroids, CENTRES[[1, 2, 0]], atol=0.7)


def test_typical_items_are_the_nearest_to_the_centre_of_their_own_cluster() -> None:
    mean = heaps()
    found = cluster(mean, 3)
    for code, typical in enumerate(found.typical):
        members = np.flatnonzero(found.assignment == code)
        distances = np.linalg.norm(mean[members] - found.centroids[code], axis=1)
        assert set(typical) == set(members[np.argsort(distances)[:3]])


def test_the_same_seed_gives_the_same_clusters() -> None:
    mean = np.random.default_rng(3).standard_normal((300, 4), np.float32)
    first, second = cluster(mean, 7, seed=5), cluster(mean, 7, seed=5)
    np.testing.assert_array_equal(first.assignment, second.assignment)


def test_large_models_are_divided_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.analysis.clusters.fitting.LARGE", 50)
    assert sorted(cluster(heaps(), 3).sizes.tolist()) == [20, 30, 50]


def test_more_clusters_than_items_is_one_sentence() -> None:
    with pytest.raises(ClusterError, match=r"holds 1 item, too few for 2 clusters: choose fewer"):
        cluster(np.zeros((1, 2), np.float32), 2)


def test_more_clusters_than_different_items_is_one_sentence() -> None:
    with pytest.raises(ClusterError, match=r"Only 1 of the items differ"):
        cluster(np.ones((30, 2), np.float32), 2)


def test_as_many_clusters_as_items_is_one_each() -> None:
    assert cluster(heaps((2, 1, 1)), 4).sizes.tolist() == [1, 1, 1, 1]


def test_the_label_mix_names_the_most_frequent_first() -> None:
    labels = ["a"] * 6 + ["b"] * 3 + ["c"]
    isolated = str.maketrans("", "", "\u2068\u2069")
    assert label_mix(labels, np.arange(10)).translate(isolated) == "a: 60% · b: 30% · c: 10%"
    assert label_mix(labels, np.arange(10), most=1) == "\u2068a\u2069: 60%"
