"""Words of texts in any language, and which of them tell of a cluster."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from explorer.analysis.clusters.keywords import class_weights, keywords
from explorer.analysis.clusters.spec import ClusterError
from explorer.analysis.clusters.terms import count_terms, terms_of


def test_class_based_tf_idf_by_hand() -> None:
    # Two classes of 4 and 2 words: A = 3, f = 3, 1, 2.
    counts = csr_matrix(np.array([[3, 1, 0], [0, 0, 2]]))
    found = class_weights(counts).toarray()
    # Of all 6 words the terms are 3 / 6, 1 / 6 and 2 / 6.
    first = math.sqrt(3 / 4) * math.log(1 + 3 / 3) * math.log((3 / 4) / (3 / 6))
    second = math.sqrt(1 / 4) * math.log(1 + 3 / 1) * math.log((1 / 4) / (1 / 6))
    third = math.sqrt(2 / 2) * math.log(1 + 3 / 2) * math.log((2 / 2) / (2 / 6))
    np.testing.assert_allclose(found, [[first, second, 0], [0, 0, third]])


def test_the_words_of_a_single_class_are_compared_with_nothing() -> None:
    found = class_weights(csr_matrix(np.array([[3, 1]]))).toarray()
    np.testing.assert_allclose(
        found, [[math.sqrt(3 / 4) * math.log(1 + 4 / 3), math.sqrt(1 / 4) * math.log(1 + 4 / 1)]]
    )


WORDS = st.sampled_from(["red", "green", "blue", "cat", "dog", "sea"])


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(WORDS, min_size=1, max_size=6), st.integers(-1, 2)),
        min_size=3,
        max_size=30,
    )
)
def test_weights_are_those_of_the_formula_word_by_word(
    texts: list[tuple[list[str], int]],
) -> None:
    classes = {c: Counter[str]() for c in range(3)}
    for words, c in texts:
        if c >= 0:
            classes[c].update(words)
    clusters = np.array([c for c in classes if classes[c]])
    if not len(clusters):
        return
    assignment = np.array([c for _, c in texts], np.int32)
    terms = count_terms([" ".join(words) for words, _ in texts])
    known = {c: Counter({w: n for w, n in classes[c].items() if w in terms.words}) for c in classes}
    average = sum(sum(c.values()) for c in known.values()) / len(clusters)
    found = keywords(terms, assignment, clusters)
    everything = sum(sum(c.values()) for c in known.values())
    compared = sum(1 for c in known.values() if c) > 1
    for c, words in zip(clusters.tolist(), found, strict=True):
        total = sum(known[c].values())
        expected = {}
        for w, n in known[c].items():
            often = sum(other[w] for other in known.values())
            lift = math.log(n / total / (often / everything)) if compared else 1.0
            weight = math.sqrt(n / total) * math.log(1 + average / often) * lift
            if weight > 1e-9:
                expected[w] = weight
        assert {w: v for w, v in words if v > 1e-9} == pytest.approx(expected)
        weights = [weight for _, weight in words]
        assert weights == sorted(weights, reverse=True)


def test_words_that_are_everywhere_alike_tell_of_no_cluster() -> None:
    cats = [f"the cat is on the mat number {i}" for i in range(30)]
    boats = [f"the boat is on the sea number {i}" for i in range(30)]
    terms = count_terms([*cats, *boats])
    found = keywords(terms, np.repeat([0, 1], 30).astype(np.int32), np.array([0, 1]))
    assert [word.term for word in found[0]] == ["cat", "mat"]
    assert [word.term for word in found[1]] == ["boat", "sea"]


def test_words_of_a_large_cluster_are_found_beside_a_small_one() -> None:
    texts = ["the cat sat"] * 90 + ["the boat swam"] * 10
    found = keywords(count_terms(texts), np.repeat([0, 1], [90, 10]).astype(np.int32), np.arange(2))
    assert [word.term for word in found[0]] == ["cat", "sat"]
    assert [word.term for word in found[1]] == ["boat", "swam"]


def test_noise_and_other_clusters_do_not_count() -> None:
    texts = ["red fish"] * 3 + ["blue fish"] * 3 + ["green fish"] * 3
    assignment = np.repeat([0, -1, 7], 3).astype(np.int32)
    terms = count_terms(texts)
    found = keywords(terms, assignment, np.array([7, 0]))
    assert [[word.term for word in words] for words in found] == [["green"], ["red"]]


@pytest.mark.parametrize(
    ("word", "terms"),
    [
        ("don't", ["don't"]), ("größe", ["größe"]), ("हिन्दी", ["हिन्दी"]), ("слово", ["слово"]),
        ("自然言語", ["自然", "然言", "言語"]), ("猫", ["猫"]), ("コンピュータ", ["コンピュータ"]),
        ("gpt4は大きい", ["gpt4", "は", "大", "きい"]), ("ภาษาไทย", ["ภาษา", "ษาไท", "ไทย"]),
        ("a", []), ("42", []), ("...", []), ("x" * 61, []), ("한국어", ["한국어"]),
    ],
)  # fmt: skip
def test_terms_of_many_languages(word: str, terms: list[str]) -> None:
    assert list(terms_of(word)) == terms


def test_counting_is_in_lower_case_and_marks_do_not_count() -> None:
    terms = count_terms(["The CAT, the cat!", "Cat? A dog.", "dog 12", ""])
    table = dict(zip(terms.words, terms.counts.toarray().T.tolist(), strict=True))
    assert table == {"cat": [2, 1, 0, 0], "dog": [0, 1, 1, 0]}
    assert dict(zip(terms.words, terms.texts_with.tolist(), strict=True)) == {"cat": 2, "dog": 2}


def test_chinese_texts_have_keywords() -> None:
    texts = ["我喜欢自然语言", "自然语言处理"] * 5 + ["我喜欢足球比赛", "足球比赛结果"] * 5
    assignment = np.repeat([0, 1], 10).astype(np.int32)
    found = keywords(count_terms(texts), assignment, np.arange(2), count=3)
    assert {"自然", "语言"} <= {word.term for word in found[0]}
    assert {"足球", "比赛"} <= {word.term for word in found[1]}


@pytest.mark.parametrize("texts", [[""] * 5, ["12 34", "...", "!"], []])
def test_texts_without_words_are_one_sentence(texts: list[str]) -> None:
    with pytest.raises(ClusterError, match="no words to describe clusters by"):
        count_terms(texts)


def test_words_of_single_texts_are_better_than_none() -> None:
    assert set(count_terms(["red", "green", "blue"]).words) == {"red", "green", "blue"}
