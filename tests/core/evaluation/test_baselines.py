"""Features to compare with, against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from tests.core.evaluation.toys import Numbers
from tests.core.support import one_sentence
from vae_core.data.dataset import DataError
from vae_core.evaluation.baselines import (
    lsa_features,
    pca_features,
    pixel_features,
    tfidf_features,
)

TEXTS = ["cat dog dog", "cat mat", "dog mat mat mat", "cat dog mat", "cat once"]


def test_tfidf_by_hand() -> None:
    rows = tfidf_features(TEXTS)[0].toarray()
    # Of two texts or more, in alphabetical order.
    texts_with = {"cat": 4, "dog": 3, "mat": 3}
    weight = {word: math.log(6 / (1 + count)) + 1 for word, count in texts_with.items()}
    expected = np.array([weight["cat"], (1 + math.log(2)) * weight["dog"], 0.0])
    np.testing.assert_allclose(rows[0], expected / np.linalg.norm(expected))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0)


def test_other_texts_are_seen_with_the_words_of_the_first() -> None:
    first, other = tfidf_features(TEXTS, ["cat unseen", "cat", "nothing known"])
    assert other.shape == (3, first.shape[1])
    np.testing.assert_allclose(other[0].toarray(), other[1].toarray())
    assert other[2].nnz == 0


def test_lsa_is_the_svd_with_rows_of_length_1() -> None:
    first, again = lsa_features(TEXTS, TEXTS, dimensions=2)
    np.testing.assert_allclose(first, again, atol=1e-9)
    matrix = tfidf_features(TEXTS)[0].toarray()
    u, s, _ = np.linalg.svd(matrix, full_matrices=False)
    expected = u[:, :2] * s[:2]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(first @ first.T, expected @ expected.T, atol=1e-6)
    assert lsa_features(TEXTS, dimensions=50)[0].shape == (5, 3)


def test_texts_without_common_words_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        tfidf_features(["one", "two"])
    assert "two texts" in one_sentence(caught.value)


def test_pca_keeps_the_directions_of_most_variance() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 4)) * [9.0, 0.1, 3.0, 0.1]
    first, other = pca_features(rows, rows[:7], dimensions=2)
    np.testing.assert_allclose(first[:7], other, atol=1e-9)
    assert abs(np.corrcoef(first[:, 0], rows[:, 0])[0, 1]) > 0.97
    assert abs(np.corrcoef(first[:, 1], rows[:, 2])[0, 1]) > 0.97
    assert pca_features(rows, dimensions=99)[0].shape == (50, 4)


def test_pixels_come_in_item_order() -> None:
    pictures = torch.arange(5 * 2 * 3).float().view(5, 2, 3)
    found = pixel_features(Numbers(pictures), batch_size=2)
    np.testing.assert_array_equal(found, pictures.view(5, 6).numpy())
