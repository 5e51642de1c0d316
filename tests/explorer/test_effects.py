"""What goes with a dimension: found where it was put, and not where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from explorer.analysis import effects
from explorer.analysis.properties import of_pictures, stroke_widths
from explorer.analysis.words_along import moved, traversal, words_along, words_of


def test_ranks_correlate_as_spearman_has_it() -> None:
    draw = np.random.default_rng(0)
    latents = draw.standard_normal((300, 3))
    numbers = np.round(latents[:, 1] ** 3 + draw.standard_normal(300), 1)  # with ties
    found = effects.of_numbers(latents, numbers)
    for dimension in range(3):
        wanted = spearmanr(latents[:, dimension], numbers).statistic
        assert found.values[dimension] == pytest.approx(wanted)
    assert [found.counts(dimension) for dimension in range(3)] == [False, True, False]
    assert found.items == 300


def test_categories_explain_all_some_or_nothing() -> None:
    draw = np.random.default_rng(1)
    codes = np.arange(400) % 4
    latents = np.column_stack(
        [codes * 10 + draw.uniform(0, 1, 400), draw.standard_normal(400), np.zeros(400)]
    )
    found = effects.of_categories(latents, codes)
    # η² of four equal groups of ranks that do not overlap is 1 − 1/16, but for their number.
    assert found.values[0] ** 2 == pytest.approx(1 - 1 / 16, abs=1e-3)
    assert found.values[2] == 0.0
    assert [found.counts(dimension) for dimension in range(3)] == [True, False, False]


def test_two_categories_are_the_correlation_with_which_it_is() -> None:
    draw = np.random.default_rng(2)
    latents = draw.standard_normal((200, 2))
    codes = (latents[:, 0] + draw.standard_normal(200) > 0).astype(int)
    found = effects.of_categories(latents, codes)
    ranks = effects.ranked(latents)
    wanted = [abs(np.corrcoef(ranks[:, at], codes)[0, 1]) for at in range(2)]
    assert found.values == pytest.approx(wanted)


def test_of_nothing_hardly_anything_counts() -> None:
    """What counts by chance alone: at most one in 200 for each whole family of dimensions."""
    counted = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        latents = draw.standard_normal((120, 8))
        found = effects.of_numbers(latents, draw.standard_normal(120), seed)
        counted += any(found.counts(dimension) for dimension in range(8))
    assert counted <= 2


def test_constant_and_few_values_are_no_effect() -> None:
    latents = np.random.default_rng(0).standard_normal((5, 2))
    assert not effects.of_numbers(latents, np.ones(5)).counts(0)
    assert not effects.of_categories(latents, np.zeros(5, int)).counts(1)


def test_pairs_count_where_they_all_change_the_same_way() -> None:
    low = np.zeros((30, 3))
    high = np.zeros((30, 3))
    high[:, 0] = 1  # comes in each pair
    low[::2, 1], high[1::2, 1] = 1, 1  # comes as often as it goes
    found = effects.of_pairs(low, high)
    assert found.differences.tolist() == [30, 0, 0]
    assert found.clear.tolist() == [True, False, False]


def decode(z: np.ndarray) -> list[str]:
    """A decoder of two dimensions: the first says yes or no, the second nothing."""
    return [("Yes, it rains." if x > 0 else "no it rains") for x, _ in z.tolist()]


def test_words_come_and_go_along_the_dimension_that_says_them() -> None:
    bases = np.random.default_rng(0).standard_normal((40, 2))
    found = words_along(decode, bases, 0, (-1.0, 1.0))
    assert [(word.word, word.low, word.high) for word in found.come] == [("yes", 0, 40)]
    assert [(word.word, word.low, word.high) for word in found.go] == [("no", 40, 0)]
    assert (found.bases, found.changed) == (40, 40)
    other = words_along(decode, bases, 1, (-1.0, 1.0))
    assert (other.come, other.go, other.changed) == ((), (), 0)


def test_a_word_is_what_is_between_its_signs() -> None:
    assert words_of("“Well,” it's (very) GOOD … 5–6") == {"well", "it's", "very", "good", "5–6"}


def test_a_traversal_moves_one_dimension_only() -> None:
    base = np.array([1.0, 2.0, 3.0])
    assert traversal(base, 1, [-1.0, 5.0]).tolist() == [[1, -1, 3], [1, 5, 3]]
    assert moved(base[None], 0, 9.0).tolist() == [[9, 2, 3]]
    assert base.tolist() == [1, 2, 3]


@pytest.mark.parametrize("width", [1, 2, 4])
def test_strokes_are_as_wide_as_they_were_drawn(width: int) -> None:
    picture = np.zeros((1, 40, 40), np.float32)
    picture[0, 2:38, 10 : 10 + width] = 0.9
    assert stroke_widths(picture)[0] == pytest.approx(width, rel=0.12)


def test_a_blank_picture_has_no_strokes_and_no_ink() -> None:
    ink, strokes = of_pictures(np.zeros((2, 8, 8, 3), np.float32))
    assert ink.numbers is not None
    assert ink.numbers.tolist() == [0, 0]
    assert strokes.numbers is not None
    assert np.isnan(strokes.numbers).all()


def test_steps_are_quantiles_of_where_items_lie_and_unused_dimensions_reach_as_the_prior() -> None:
    from statistics import NormalDist

    from explorer.analysis.dimensions import SHARES, steps_of, usages

    draw = np.random.default_rng(0)
    mean = np.column_stack([draw.normal(2.0, 3.0, 20_000), np.zeros(20_000)])
    log_variance = np.column_stack([np.full(20_000, -20.0), np.zeros(20_000)])
    steps = steps_of(mean, log_variance)
    for at, of in enumerate((NormalDist(2, 3), NormalDist())):
        assert steps[:, at] == pytest.approx([of.inv_cdf(share) for share in SHARES], abs=0.15)
    # KL(N(μ, σ²) ‖ N(0, 1)), the mean over items; and 0 of what is not used.
    wanted = 0.5 * ((mean[:, 0] ** 2).mean() + np.exp(-20) + 20 - 1)
    assert usages(mean, log_variance) == pytest.approx([wanted, 0.0])
