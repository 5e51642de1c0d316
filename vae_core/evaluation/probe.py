"""A linear probe: what a straight cut through the features can tell of the labels."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from sklearn.preprocessing import StandardScaler

from vae_core.data.dataset import DataError

# Inverse strengths of the penalty on the weights, of which validation picks one.
C_CHOICES = (0.01, 0.1, 1.0, 10.0)
_MAX_STEPS = 300


class Labelled(NamedTuple):
    """``features`` (items, width), dense or sparse, and the label of each row."""

    features: Any
    labels: Sequence[str]


class ProbeScore(NamedTuple):
    """Scores from 0 to 1 on the test part; the last three are means over classes.

    ``c`` is what validation picked; ``converged`` is whether the fit had enough steps.
    """

    accuracy: float
    precision: float
    recall: float
    f1: float
    c: float
    converged: bool


class Probe(NamedTuple):
    """A probe's scores, and the class that it gives to each item of the test part, in order."""

    score: ProbeScore
    predicted: tuple[str, ...]


class ClassScores(NamedTuple):
    """What a probe is worth class by class, in the order of the names it was asked for.

    ``precision``, ``recall`` and ``f1`` (classes,), 0 where there is nothing to divide by;
    ``support`` (classes,), the items that truly are of each; ``confusion`` (classes, classes), the
    items of each true class (rows) by the class they were given (columns).
    """

    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]
    support: npt.NDArray[np.int64]
    confusion: npt.NDArray[np.int64]


def linear_probe(
    train: Labelled, validation: Labelled, test: Labelled, *, standardise: bool = True
) -> ProbeScore:
    """The scores of ``probed``."""
    return probed(train, validation, test, standardise=standardise).score


def probed(
    train: Labelled, validation: Labelled, test: Labelled, *, standardise: bool = True
) -> Probe:
    """Logistic regression fitted on ``train``, C by macro-F1 on ``validation``, scored on ``test``.

    ``standardise`` scales each feature by mean and deviation of ``train``; sparse rows of length 1
    (TF-IDF) go without. Raises DataError for an empty part, or where ``train`` has one class.
    """
    _check(train, validation, test)
    if standardise:
        scaler = StandardScaler().fit(train.features)
        train, validation, test = (
            Labelled(scaler.transform(part.features), part.labels)
            for part in (train, validation, test)
        )
    fits = [_fit(train, c) for c in C_CHOICES]
    best = max(fits, key=lambda fit: _macro(fit, validation)[2])
    precision, recall, f1 = _macro(best, test)
    predicted = best.predict(test.features)
    accuracy = accuracy_score(test.labels, predicted)
    converged = int(best.n_iter_.max()) < _MAX_STEPS
    score = ProbeScore(float(accuracy), precision, recall, f1, float(best.C), converged)
    return Probe(score, tuple(map(str, predicted)))


def class_scores(
    labels: Sequence[str], predicted: Sequence[str], names: Sequence[str]
) -> ClassScores:
    """Scores of each of ``names``, which has every class of ``labels`` and ``predicted`` once."""
    place = {name: number for number, name in enumerate(names)}
    if len(labels) != len(predicted) or not place.keys() >= {*labels, *predicted}:
        raise DataError(
            f"Classes are compared item by item, each by its name; {len(labels)} labels and "
            f"{len(predicted)} predictions of {len(place)} names came."
        )
    count = len(names)
    rows = np.array([place[label] for label in labels], dtype=np.int64)
    columns = np.array([place[label] for label in predicted], dtype=np.int64)
    table = np.bincount(rows * count + columns, minlength=count * count).reshape(count, count)
    right, support, given = table.diagonal(), table.sum(axis=1), table.sum(axis=0)
    return ClassScores(
        precision=right / np.maximum(given, 1),
        recall=right / np.maximum(support, 1),
        f1=2 * right / np.maximum(support + given, 1),
        support=support.astype(np.int64),
        confusion=table.astype(np.int64),
    )


def _check(*parts: Labelled) -> None:
    for name, part in zip(("train", "validation", "test"), parts, strict=True):
        if not len(part.labels):
            raise DataError(
                f"The probe needs labelled items to train, to validate and to test, but the {name} "
                "part has none; give labels, or more items."
            )
    classes = sorted(set(parts[0].labels))
    if len(classes) < 2:
        raise DataError(
            f"The probe needs two classes or more, but every label is {classes[0]!r}; give another "
            "label column."
        )


def _fit(part: Labelled, c: float) -> LogisticRegression:
    with warnings.catch_warnings():
        # Reported as ``converged`` instead.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=c, max_iter=_MAX_STEPS).fit(part.features, part.labels)


def _macro(fitted: LogisticRegression, part: Labelled) -> tuple[float, float, float]:
    """Macro precision, recall and F1 over the classes that occur or are predicted."""
    predicted = fitted.predict(part.features)
    scores = precision_recall_fscore_support(
        part.labels, predicted, average="macro", zero_division=0.0
    )
    return float(scores[0]), float(scores[1]), float(scores[2])
