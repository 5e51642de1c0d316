"""Topic coherence and diversity by hand."""

from __future__ import annotations

import math

import pytest

from tests.core.support import one_sentence
from vae_core.data.dataset import DataError
from vae_core.evaluation.topics import topic_diversity, topic_npmi

DOCUMENTS = [["a", "b", "b"], ["a", "b", "c"], ["a", "d"], ["c", "x"], ["c", "x", "x"], ["y"]]


def npmi(both: int, first: int, second: int) -> float:
    n = len(DOCUMENTS)
    return math.log((both / n) / (first / n * second / n)) / -math.log(both / n)


def test_npmi_by_hand() -> None:
    found = topic_npmi([["a", "b", "c"], ["c", "x"], ["b", "d"]], DOCUMENTS)
    assert found[0] == pytest.approx((npmi(2, 3, 2) + npmi(1, 3, 3) + npmi(1, 2, 3)) / 3)
    assert found[1] == pytest.approx(npmi(2, 3, 2))
    assert found[2] == -1.0, "never together"


def test_npmi_at_its_edges() -> None:
    assert topic_npmi([["p", "q"]], [["p", "q"], ["q", "p", "p"]]) == [1.0]
    always_together = [["p", "q"], ["p", "q"], ["r"]]
    assert topic_npmi([["p", "q"]], always_together) == pytest.approx([1.0])
    independent = [["p", "q"], ["p"], ["q"], ["r"]]
    assert topic_npmi([["p", "q"]], independent) == pytest.approx([0.0])
    assert topic_npmi([["p", "unknown"]], independent) == [-1.0]


def test_only_the_top_words_count() -> None:
    assert topic_npmi([["c", "x", "y"]], DOCUMENTS, top=2) == topic_npmi([["c", "x"]], DOCUMENTS)
    assert topic_diversity([["a", "b", "a"], ["c", "d", "a"]], top=2) == 1.0


def test_diversity_by_hand() -> None:
    assert topic_diversity([["a", "b"], ["b", "c"]]) == pytest.approx(3 / 4)
    assert topic_diversity([["a", "b"]] * 5) == pytest.approx(2 / 10)


def test_nothing_to_measure_is_refused() -> None:
    for call in (
        lambda: topic_diversity([]),
        lambda: topic_npmi([["a", "b"]], []),
        lambda: topic_npmi([["a"]], DOCUMENTS),
        lambda: topic_npmi([], DOCUMENTS),
    ):
        with pytest.raises(DataError) as caught:
            call()
        assert "two words" in one_sentence(caught.value)
