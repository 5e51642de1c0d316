"""The linear probe against what it must and cannot find."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from sklearn.preprocessing import StandardScaler

from tests.core.support import one_sentence
from vae_core.data.dataset import DataError
from vae_core.evaluation.probe import (
    C_CHOICES,
    Labelled,
    ProbeScore,
    class_scores,
    linear_probe,
    probed,
)

Split = tuple[Labelled, Labelled, Labelled]


def blobs(distance: float, counts: tuple[int, ...] = (120, 60, 60), seed: int = 0) -> Split:
    """Three classes of unequal size around the corners of a triangle, in parts of `counts`."""
    rng = np.random.default_rng(seed)

    def part(count: int) -> Labelled:
        classes = rng.choice(3, size=count, p=[0.6, 0.3, 0.1])
        corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) * distance
        return Labelled(corners[classes] + rng.normal(size=(count, 2)), [f"c{c}" for c in classes])

    train, validation, test = map(part, counts)
    return train, validation, test


def test_far_classes_are_found_without_a_mistake() -> None:
    found = linear_probe(*blobs(60.0))
    assert found[:4] == (1.0, 1.0, 1.0, 1.0)
    assert found.c in C_CHOICES
    assert found.converged


def test_noise_tells_nothing() -> None:
    train, validation, test = blobs(0.0, (2000, 500, 2000))
    found = linear_probe(train, validation, test)
    assert found.accuracy == pytest.approx(0.6, abs=0.05), "the largest class"
    assert found.recall == pytest.approx(1 / 3, abs=0.05)


def scores_by_hand(truth: list[str], guesses: list[str]) -> tuple[float, float, float, float]:
    precision, recall, f1 = [], [], []
    for name in sorted({*truth, *guesses}):
        hits = sum(t == g == name for t, g in zip(truth, guesses, strict=True))
        p = hits / max(guesses.count(name), 1)
        r = hits / max(truth.count(name), 1)
        precision.append(p)
        recall.append(r)
        f1.append(2 * p * r / (p + r) if p + r else 0.0)
    right = sum(t == g for t, g in zip(truth, guesses, strict=True)) / len(truth)
    return right, *(float(np.mean(values)) for values in (precision, recall, f1))  # type: ignore[return-value]


def softmax_regression(
    features: NDArray[np.float64], labels: list[str], c: float
) -> tuple[NDArray[np.float64], list[str]]:
    """Weights (width + 1, classes) by plain gradient descent on the penalised loss."""
    names = sorted(set(labels))
    wanted = np.array([[label == name for name in names] for label in labels], dtype=float)
    rows = np.hstack([features, np.ones((len(features), 1))])
    weights = np.zeros((rows.shape[1], len(names)))
    for _ in range(20_000):
        logits = rows @ weights
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = c * rows.T @ (shares - wanted)
        slope[:-1] += weights[:-1]
        weights -= slope / (c * len(rows) + 1)
    return weights, names


def test_scores_equal_an_independent_softmax_regression() -> None:
    train, validation, test = blobs(2.0)
    found = linear_probe(train, validation, test)
    centre, spread = train.features.mean(axis=0), train.features.std(axis=0)
    scaled = [(part.features - centre) / spread for part in (train, validation, test)]

    def guesses(rows: NDArray[np.float64], c: float) -> list[str]:
        weights, names = softmax_regression(scaled[0], list(train.labels), c)
        logits = np.hstack([rows, np.ones((len(rows), 1))]) @ weights
        return [names[place] for place in logits.argmax(axis=1)]

    by_c = {c: scores_by_hand(list(validation.labels), guesses(scaled[1], c)) for c in C_CHOICES}
    best = max(C_CHOICES, key=lambda c: by_c[c][3])
    assert found.c == best
    expected = scores_by_hand(list(test.labels), guesses(scaled[2], best))
    assert found[:4] == pytest.approx(expected, abs=1e-9)
    assert 0.6 < found.accuracy < 0.97


def test_class_by_class_it_is_what_scikit_learn_says() -> None:
    train, validation, test = blobs(2.0)
    found = probed(train, validation, test)
    assert found.score == linear_probe(train, validation, test)
    assert found.score.accuracy == accuracy_score(test.labels, found.predicted)
    names = ["c0", "c1", "c2", "never"]
    scores = class_scores(test.labels, found.predicted, names)
    expected = precision_recall_fscore_support(
        test.labels, found.predicted, labels=names, zero_division=0.0
    )
    for ours, theirs in zip(scores[:4], expected, strict=True):
        np.testing.assert_allclose(ours, theirs)
    matrix = confusion_matrix(test.labels, found.predicted, labels=names)
    np.testing.assert_array_equal(scores.confusion, matrix)
    known = scores.support > 0
    assert scores.f1[known].mean() == pytest.approx(found.score.f1)
    assert scores.precision[known].mean() == pytest.approx(found.score.precision)
    assert scores.recall[known].mean() == pytest.approx(found.score.recall)


def test_classes_that_are_not_named_and_other_counts_are_refused() -> None:
    for labels, predicted in ((["a"], ["b"]), (["a", "a"], ["a"])):
        with pytest.raises(DataError) as caught:
            class_scores(labels, predicted, ["a"])
        assert "by its name" in one_sentence(caught.value)


def test_scale_and_place_of_the_features_do_not_matter() -> None:
    parts = blobs(2.0)
    moved = [Labelled(part.features * [1e4, 1e-4] + 500, part.labels) for part in parts]
    np.testing.assert_allclose(linear_probe(*moved), linear_probe(*parts), atol=1e-9)
    without = linear_probe(*moved, standardise=False)
    assert without[:4] != linear_probe(*parts)[:4]


def test_the_test_part_picks_nothing() -> None:
    train, validation, test = blobs(2.0)
    scaler = StandardScaler().fit(train.features)
    picked = linear_probe(train, validation, test).c
    for c in C_CHOICES:
        fit = LogisticRegression(C=c).fit(scaler.transform(train.features), train.labels)
        # Labels that this C gets all right.
        fitting = Labelled(test.features, list(fit.predict(scaler.transform(test.features))))
        assert linear_probe(train, validation, fitting).c == picked


def test_sparse_features_and_classes_that_only_the_test_has() -> None:
    train, validation, test = blobs(60.0)
    sparse = [Labelled(csr_matrix(part.features), part.labels) for part in (train, validation)]
    strange = Labelled(csr_matrix(test.features), ["new", *test.labels[1:]])
    found = linear_probe(*sparse, strange, standardise=False)
    assert found.accuracy == pytest.approx(1 - 1 / len(test.labels))
    assert found.f1 < 0.8, "a class that is never found counts 0"
    assert isinstance(found, ProbeScore)


def test_one_class_or_an_empty_part_is_refused() -> None:
    train, validation, test = blobs(1.0)
    one = Labelled(train.features, ["same"] * len(train.labels))
    with pytest.raises(DataError) as caught:
        linear_probe(one, validation, test)
    assert "'same'" in one_sentence(caught.value)
    for number, name in enumerate(("train", "validation", "test")):
        parts = [train, validation, test]
        parts[number] = Labelled(np.zeros((0, 2)), [])
        with pytest.raises(DataError) as caught:
            linear_probe(*parts)
        assert f"the {name} part" in one_sentence(caught.value)
