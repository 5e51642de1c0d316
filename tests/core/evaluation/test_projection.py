"""Trustworthiness against its definition."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.support import one_sentence
from vae_core.data.dataset import DataError
from vae_core.evaluation.projection import projection_trustworthiness


def by_definition(codes: np.ndarray, points: np.ndarray, k: int) -> float:  # type: ignore[type-arg]
    """Venna & Kaski 2001: intruders among the k neighbours, by how far they really are."""
    n = len(codes)

    def order(rows: np.ndarray, i: int) -> list[int]:  # type: ignore[type-arg]
        distances = np.linalg.norm(rows - rows[i], axis=1)
        return [j for j in np.argsort(distances).tolist() if j != i]

    penalty = 0
    for i in range(n):
        true = order(codes, i)
        penalty += sum(max(0, true.index(j) + 1 - k) for j in order(points, i)[:k])
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * penalty


def test_it_equals_its_definition() -> None:
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(60, 5))
    found, count = projection_trustworthiness(codes, codes[:, :2], neighbours=6)
    assert count == 60
    assert found == pytest.approx(by_definition(codes, codes[:, :2], 6))
    assert projection_trustworthiness(codes, codes * 3, neighbours=6)[0] == pytest.approx(1.0)


def test_the_sample_is_stated_and_the_rows_stay_together() -> None:
    codes = np.random.default_rng(0).normal(size=(200, 3))
    found, count = projection_trustworthiness(codes, codes, sample=80)
    assert (found, count) == (pytest.approx(1.0), 80)


def test_too_few_items_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        projection_trustworthiness(np.zeros((20, 3)), np.zeros((20, 2)))
    assert "more than 30 items" in one_sentence(caught.value)
