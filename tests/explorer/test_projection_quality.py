"""Trustworthiness and preservation, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis.projection import Quality, measure, quality
from explorer.analysis.projection.quality import K


def points(count: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dim), np.float32)


@settings(deadline=None, max_examples=15)
@given(st.integers(31, 300), st.integers(1, 15), st.integers(0, 5), st.sampled_from([2, 3]))
def test_trustworthiness_is_that_of_scikit_learn(
    count: int, k: int, seed: int, dimensions: int
) -> None:
    from sklearn.manifold import trustworthiness

    latents = points(count, 6, seed) + 10
    drawn = latents[:, :dimensions] + points(count, dimensions, seed + 1)
    found = measure(latents, drawn, k)
    assert found is not None
    expected = trustworthiness(latents, drawn, n_neighbors=k)
    assert found.trustworthiness == pytest.approx(expected, abs=1e-6)
    assert (found.k, found.measured, found.items) == (k, count, count)


def test_preservation_is_the_share_of_common_neighbours() -> None:
    latents, drawn = points(200, 5), points(200, 2, 1)
    kept = []
    for item in range(200):
        near = [
            set(np.linalg.norm(where - where[item], axis=1).argsort()[1 : K + 1].tolist())
            for where in (latents, drawn)
        ]
        kept.append(len(near[0] & near[1]) / K)
    found = measure(latents, drawn)
    assert found is not None
    assert found.preservation == pytest.approx(np.mean(kept))


def test_the_latent_space_itself_is_wholly_trustworthy() -> None:
    latents = points(100, 2)
    found = measure(latents, latents)
    assert found is not None
    assert (found.trustworthiness, found.preservation) == (1.0, 1.0)
    assert "100% of an item" in found.words


def test_a_verdict_goes_with_the_figure() -> None:
    def words(trustworthiness: float) -> str:
        return Quality(trustworthiness, 0.5, 15, 100, 100).words

    assert words(0.97).startswith("What looks near is near (trustworthiness 0.970")
    assert words(0.9).startswith("Most of what looks near is near")
    assert words(0.7).startswith("Much of what looks near is not")


def test_beside_a_page_all_of_few_items_are_measured_and_a_sample_of_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = points(100, 4)
    assert quality.at_once(few, few[:, :2]) == measure(few, few[:, :2])
    many = points(3000, 4)
    whole = measure(many, many[:, :2])
    monkeypatch.setattr(quality, "MOST_EXACT", 500)
    monkeypatch.setattr(quality, "_AT_ONCE_DISTANCES", 1_200_000)
    sampled = quality.at_once(many, many[:, :2])
    assert sampled is not None
    assert whole is not None
    assert (sampled.measured, sampled.items) == (400, 3000)
    assert sampled.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.03)


def test_a_sample_looks_its_neighbours_up_among_all_and_is_drawn_by_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    latents = points(3000, 5)
    whole = measure(latents, latents[:, :2])
    assert whole is not None
    monkeypatch.setattr(quality, "MOST_EXACT", 100)
    monkeypatch.setattr(quality, "SAMPLE", 600)
    found, again, other = (measure(latents, latents[:, :2], seed=seed) for seed in (0, 0, 1))
    assert found is not None
    assert found == again != other
    assert found.measured == 600
    assert "600 of 3,000 items" in found.words
    # Among the sample alone the neighbours would be others, and five times as far down.
    assert found.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.01)
    assert found.preservation == pytest.approx(whole.preservation, abs=0.01)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    latents = points(150, 4)
    expected = measure(latents, latents[:, :2])
    monkeypatch.setattr(quality, "_BLOCK_VALUES", 1000)
    assert measure(latents, latents[:, :2]) == expected


@pytest.mark.parametrize("count", [1, 2, 3, 4, 20])
def test_few_items_have_fewer_neighbours_or_no_quality(count: int) -> None:
    found = measure(points(count, 3), points(count, 2))
    if count < 3:
        assert found is None
    else:
        assert found is not None
        assert found.k == min(K, (count - 1) // 2)
        assert 0 <= found.trustworthiness <= 1


def test_identical_items_are_no_failure() -> None:
    found = measure(np.ones((40, 3), np.float32), np.ones((40, 2), np.float32))
    assert found is not None
    assert found.trustworthiness == 1


SOUND = {"trustworthiness": 0.9, "preservation": 0.4, "k": 15, "measured": 50, "items": 50}


def test_quality_comes_back_from_json() -> None:
    assert Quality.from_json(SOUND).to_json() == SOUND


@pytest.mark.parametrize(
    "change",
    [
        {"trustworthiness": 1.1},
        {"trustworthiness": float("nan")},
        {"trustworthiness": "0.9"},
        {"preservation": -0.1},
        {"preservation": None},
        {"k": 0},
        {"k": 50},
        {"measured": 51},
        {"items": 10**400},
    ],
)
def test_nonsense_is_no_quality(change: dict[str, object]) -> None:
    for values in (SOUND | change, [], None, "x"):
        with pytest.raises(ValueError, match="no quality"):
            Quality.from_json(values)
