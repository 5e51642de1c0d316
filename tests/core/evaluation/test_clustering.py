"""Scores of clusters against counting by hand, and the LSA baseline against published figures."""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from tests.core.support import one_sentence
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError
from vae_core.data.text_options import TextOptions
from vae_core.evaluation.baselines import lsa_features
from vae_core.evaluation.clustering import cluster_scores, clustering, k_means, silhouette


def drawn(items: int, labels: int, clusters: int, seed: int) -> tuple[list[str], list[int]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(labels, size=items)
    found = np.where(rng.random(items) < 0.6, truth, rng.integers(clusters, size=items)) % clusters
    return [f"l{label}" for label in truth], found.tolist()


def entropy(values: list[object]) -> float:
    shares = np.array(list(Counter(values).values())) / len(values)
    return float(-(shares * np.log(shares)).sum())


@pytest.mark.parametrize(("labels", "clusters"), [(4, 4), (3, 5), (5, 3), (2, 2)])
def test_scores_equal_counting(labels: int, clusters: int) -> None:
    truth, found = drawn(70, labels, clusters, seed=labels)
    scores = cluster_scores(truth, found)
    both = entropy(list(zip(truth, found, strict=True)))
    first, second = entropy(list(truth)), entropy(list(found))
    assert scores.nmi == pytest.approx((first + second - both) / ((first + second) / 2))
    names = sorted(set(truth))
    slots = list(range(max(clusters, labels)))
    hits = [
        sum(
            cluster == chosen[names.index(label)]
            for label, cluster in zip(truth, found, strict=True)
        )
        for chosen in permutations(slots, labels)
    ]
    assert scores.accuracy == pytest.approx(max(hits) / len(truth))
    commonest = [
        max(Counter(t for t, f in zip(truth, found, strict=True) if f == cluster).values())
        for cluster in set(found)
    ]
    assert scores.purity == pytest.approx(sum(commonest) / len(truth))
    assert scores.ari == pytest.approx(rand_index(truth, found))


def rand_index(truth: list[str], found: list[int]) -> float:
    """Hubert & Arabie 1985, over all pairs."""
    together = same_label = same_cluster = 0
    pairs = math.comb(len(truth), 2)
    for i in range(len(truth)):
        for j in range(i):
            label, cluster = truth[i] == truth[j], found[i] == found[j]
            together += label and cluster
            same_label += label
            same_cluster += cluster
    expected = same_label * same_cluster / pairs
    return (together - expected) / ((same_label + same_cluster) / 2 - expected)


def test_names_of_clusters_do_not_matter() -> None:
    truth = ["a", "a", "b", "b", "c"]
    assert cluster_scores(truth, [7, 7, 0, 0, 3]) == pytest.approx((1.0, 1.0, 1.0, 1.0))
    one = cluster_scores(truth, [0] * 5)
    assert one == pytest.approx((0.0, 0.0, 0.4, 0.4))
    each = cluster_scores(truth, [0, 1, 2, 3, 4])
    assert each.purity == 1.0
    assert each.accuracy == pytest.approx(0.6), "a label has one cluster only"


def test_columns_of_other_lengths_are_refused() -> None:
    for truth, found in ((["a"], [0, 1]), ([], [])):
        with pytest.raises(DataError) as caught:
            cluster_scores(truth, found)
        assert "item by item" in one_sentence(caught.value)


def blobs(distance: float, each: int = 30) -> tuple[np.ndarray, list[str]]:  # type: ignore[type-arg]
    rng = np.random.default_rng(0)
    centres = np.repeat(np.eye(3) * distance, each, axis=0)
    return centres + rng.normal(size=centres.shape), [f"b{i // each}" for i in range(3 * each)]


def test_k_means_finds_far_groups_with_every_seed() -> None:
    features, labels = blobs(50.0)
    found = clustering(features, labels)
    assert [found[name] for name in ("nmi", "ari", "accuracy", "purity")] == pytest.approx(
        [1.0] * 4
    )
    assert found["nmi_spread"] == pytest.approx(0.0)
    assert silhouette(features, k_means(features, 3)) > 0.9


def test_mean_and_spread_are_of_the_single_runs() -> None:
    features, labels = blobs(0.8)
    seeds = (3, 4, 5, 6)
    single = [cluster_scores(labels, k_means(features, 3, seed=seed)).ari for seed in seeds]
    found = clustering(features, labels, seeds=seeds)
    assert found["ari"] == pytest.approx(float(np.mean(single)))
    assert found["ari_spread"] == pytest.approx(float(np.std(single)))
    assert 0 < found["ari"] < 0.9


def test_points_that_are_all_the_same_tell_nothing() -> None:
    found = clustering(np.zeros((12, 2)), ["a", "b"] * 6)
    assert found["nmi"] == pytest.approx(0.0)
    assert found["accuracy"] == pytest.approx(0.5)
    assert silhouette(np.zeros((12, 2)), k_means(np.zeros((12, 2)), 3)) == 0.0


def test_silhouette_equals_its_definition_and_is_sampled() -> None:
    features, _ = blobs(3.0, each=8)
    assignment = k_means(features, 3)
    distances = np.linalg.norm(features[:, None] - features[None], axis=2)
    values = []
    for i in range(len(features)):
        means = {
            c: distances[i][(assignment == c) & (np.arange(len(features)) != i)].mean()
            for c in range(3)
        }
        own = means.pop(int(assignment[i]))
        other = min(means.values())
        values.append((other - own) / max(own, other))
    assert silhouette(features, assignment) == pytest.approx(float(np.mean(values)))
    many, _ = blobs(50.0, each=1000)
    assert silhouette(many, k_means(many, 3)) > 0.9


def test_too_few_items_or_labels_are_refused() -> None:
    with pytest.raises(DataError, match="3 items cannot"):
        k_means(np.zeros((3, 2)), 4)
    with pytest.raises(DataError) as caught:
        clustering(np.zeros((5, 2)), ["a"] * 5)
    assert "two labels" in one_sentence(caught.value)


def test_lsa_reproduces_the_figures_of_its_settings(data_folder: Path) -> None:
    """METRICS: m10-titles NMI .324, ARI .157, accuracy .430, by LSA 50 and k-means, 3 seeds."""
    corpus = read_corpus(
        data_folder / "text" / "m10-titles.tsv.gz", TextOptions(label_column="label")
    )
    assert corpus.texts is not None
    assert corpus.labels is not None
    found = clustering(lsa_features(corpus.texts)[0], corpus.labels)
    assert found["nmi"] == pytest.approx(0.324, abs=0.015)
    assert found["ari"] == pytest.approx(0.157, abs=0.015)
    assert found["accuracy"] == pytest.approx(0.430, abs=0.02)
