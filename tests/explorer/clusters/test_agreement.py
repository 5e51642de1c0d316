"""Clusters against labels and against what one would use instead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, confusion_matrix, normalized_mutual_info_score

from explorer.analysis.clusters.agreement import agreement, baseline
from explorer.analysis.clusters.spec import ClusterError
from tests.explorer.made_runs import pictures, sentences, write_run
from vae_core.checkpoint import load_run
from vae_core.data.dataset import DataError, Dataset


def test_the_table_and_the_scores() -> None:
    labels = ["b", "b", "a", "a", "a", "c"]
    found = agreement(labels, np.array([0, 0, 4, 4, -1, -1], np.int32))
    assert found.labels == ("a", "b", "c")
    assert found.clusters == (0, 4, -1)
    assert found.table.tolist() == [[0, 2, 1], [2, 0, 0], [0, 0, 1]]
    # One to one: b is 0, a is 4, c is the noise.
    assert found.scores.accuracy == pytest.approx(5 / 6)
    assert found.words() == "all 6 items have a label"


def test_scores_are_scikit_learns() -> None:
    draw = np.random.default_rng(0)
    labels, clusters = draw.integers(0, 4, 200), draw.integers(0, 5, 200).astype(np.int32)
    found = agreement([str(label) for label in labels], clusters)
    assert found.scores.nmi == pytest.approx(normalized_mutual_info_score(labels, clusters))
    assert found.scores.ari == pytest.approx(adjusted_rand_score(labels, clusters))
    expected = confusion_matrix(labels, clusters)[:4, :5]
    np.testing.assert_array_equal(found.table, expected)


def test_only_items_with_a_label_count() -> None:
    found = agreement(["a", "", "b", None], np.array([0, 1, 1, 0], np.int32))
    assert (found.items, found.all_items) == (2, 4)
    assert found.scores.accuracy == 1
    assert found.words() == "only the 2 of 4 items that have a label count"


def test_no_labels_and_too_few_are_one_sentence() -> None:
    with pytest.raises(ClusterError, match="None of the items has a label"):
        agreement(["", None], np.zeros(2, np.int32))
    with pytest.raises(ClusterError, match="2 labels came for 3 items"):
        agreement(["a", "b"], np.zeros(3, np.int32))


def test_texts_are_compared_with_lsa_as_wide_as_the_latent_space(runs: Path) -> None:
    other = baseline(load_run(write_run(runs / "a", sentences(40), 3)))
    assert other.name == "LSA (3) + k-means"
    assert other.vectors.shape == (40, 3)
    np.testing.assert_allclose(np.linalg.norm(other.vectors, axis=1), 1, rtol=1e-5)
    assert set(other.divide(2, 0).tolist()) == {0, 1}


def test_pictures_are_compared_with_principal_components(runs: Path) -> None:
    other = baseline(load_run(write_run(runs / "a", pictures(40), 3)))
    assert other.name == "PCA of the pixels (3) + k-means"
    assert other.vectors.shape == (40, 3)


def test_what_cannot_be_compared_is_one_sentence(runs: Path) -> None:
    folder = write_run(runs / "a", pictures(40), 3)
    (folder / "images.npy").unlink()
    with pytest.raises(ClusterError, match="holds no pictures"):
        baseline(load_run(folder))
    empty = Dataset(name="empty", modality="sentences", texts=("word", *("",) * 9))
    with pytest.raises(DataError, match="TF-IDF needs words"):
        baseline(load_run(write_run(runs / "b", empty, 3)))
