"""A fair sample: each label in its share, the same again from the same seed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from explorer.html_export.sampling import sample, shares, words


@pytest.mark.parametrize("seed", range(20))
def test_each_label_has_its_share_to_within_one(seed: int) -> None:
    draw = np.random.default_rng(seed)
    kinds = int(draw.integers(1, 12))
    labels = [str(code) for code in draw.zipf(1.5, int(draw.integers(5, 400))) % kinds]
    most = int(draw.integers(1, len(labels) + 1))
    chosen = sample(len(labels), most, labels)
    assert len(chosen) == most
    assert (np.diff(chosen) > 0).all()
    of_sample = Counter(labels[item] for item in chosen)
    for label, count in Counter(labels).items():
        assert abs(of_sample[label] - count * most / len(labels)) < 1


def test_every_item_is_as_likely_as_any_other_of_its_label() -> None:
    labels = ["a"] * 30 + ["b"] * 10
    often = np.zeros(40)
    for seed in range(2000):
        often[sample(40, 20, labels, seed)] += 1
    # Each is drawn half of the times; five standard deviations to either side.
    assert np.abs(often / 2000 - 0.5).max() < 5 * (0.25 / 2000) ** 0.5


def test_the_same_seed_gives_the_same_sample_and_another_another() -> None:
    one, again, other = (sample(1000, 100, None, seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
    assert (sample(7, 100) == np.arange(7)).all()


def test_shares_sum_to_what_is_divided() -> None:
    assert shares(np.array([1, 1, 1]), 2).tolist() == [1, 1, 0]
    assert shares(np.array([5, 3, 2]), 10).tolist() == [5, 3, 2]


def test_the_sample_is_said() -> None:
    assert words(5, 5, labelled=True) is None
    said = words(10, 2000, labelled=True)
    assert said == ("10 of 2,000 items, drawn at random (each label in its share; seed 0).")
    assert words(10, 2000, labelled=False, chosen=10) == (
        "10 of 2,000 items, those that were chosen."
    )
    said = words(10, 2000, labelled=False, chosen=50)
    assert said is not None
    assert said.startswith("10 of 50 that were chosen of 2,000 items, drawn at random")
