"""The mutual information gap of codes that are known to be clean or mixed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.core.support import one_sentence
from vae_core.checks import ConfigError
from vae_core.data.dataset import DataError
from vae_core.evaluation.factors import mutual_information_gap


def factors(count: int = 4000) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(0)
    return {"shape": rng.integers(4, size=count), "colour": rng.integers(4, size=count)}


def columns(known: dict[str, np.ndarray]) -> dict[str, list[str]]:  # type: ignore[type-arg]
    return {name: [f"v{value}" for value in values] for name, values in known.items()}


def test_a_factor_a_dimension_has_the_whole_gap() -> None:
    known = factors()
    noise = np.random.default_rng(1).normal(size=(4000, 1))
    codes = np.hstack([np.stack(list(known.values()), axis=1) * 1.0, noise])
    found = mutual_information_gap(codes, columns(known))
    assert found.mean > 0.98
    assert found.factors.keys() == known.keys()


def test_turned_by_45_degrees_the_gap_closes() -> None:
    known = factors()
    clean = np.stack(list(known.values()), axis=1) - 1.5
    turn = np.array([[1.0, -1.0], [1.0, 1.0]]) / math.sqrt(2)
    assert mutual_information_gap(clean @ turn, columns(known)).mean < 0.05
    twice = np.hstack([clean, clean])
    assert mutual_information_gap(twice, columns(known)).mean == pytest.approx(0.0)


def test_the_gap_equals_counting() -> None:
    codes = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 3 + [[0.0, 0.0]] * 4)
    values = ["a", "a", "b", "b"] * 3 + ["b"] * 4
    gap = mutual_information_gap(codes, {"letter": values}, bins=2).factors["letter"]

    def information(column: np.ndarray) -> float:  # type: ignore[type-arg]
        total = 0.0
        for place in (0.0, 1.0):
            for letter in "ab":
                both = np.mean(
                    [c == place and v == letter for c, v in zip(column, values, strict=True)]
                )
                if both:
                    product = np.mean(column == place) * np.mean([v == letter for v in values])
                    total += both * math.log(both / product)
        return float(total)

    share = values.count("a") / len(values)
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    first, second = sorted((information(codes[:, 0]), information(codes[:, 1])), reverse=True)
    assert gap == pytest.approx((first - second) / entropy)


def test_one_dimension_has_no_second_best() -> None:
    known = {"shape": factors()["shape"]}
    found = mutual_information_gap(known["shape"][:, None] * 1.0, columns(known))
    assert found.mean == pytest.approx(1.0)
    assert mutual_information_gap(np.zeros((4000, 1)), columns(known)).mean == pytest.approx(0.0)


def test_factors_that_cannot_be_measured_are_refused() -> None:
    codes = np.zeros((3, 2))
    for known, told in (
        ({}, "known factors"),
        ({"shape": ["a", "a", "a"]}, "one value"),
        ({"shape": ["a", "b"]}, "2 values for 3 items"),
    ):
        with pytest.raises(DataError) as caught:
            mutual_information_gap(codes, known)
        assert told in one_sentence(caught.value)
    with pytest.raises(ConfigError):
        mutual_information_gap(codes, {"shape": ["a", "b", "c"]}, bins=1)
