"""Quality of topics, given as their top words: coherence and diversity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from vae_core.data.dataset import DataError

TOP_WORDS = 10


def topic_diversity(topics: Sequence[Sequence[str]], top: int = TOP_WORDS) -> float:
    """Unique ÷ total top words, 0 to 1 (Dieng et al. 2020)."""
    words = [word for topic in topics for word in topic[:top]]
    _check(bool(words))
    return len(set(words)) / len(words)


def topic_npmi(
    topics: Sequence[Sequence[str]], documents: Sequence[Sequence[str]], top: int = TOP_WORDS
) -> list[float]:
    """Mean NPMI over the pairs of the ``top`` words of each topic, −1 to 1.

    ln[p(a, b) / (p(a) p(b))] / −ln p(a, b), where p counts the documents that have the words
    (Bouma 2009; Lau et al. 2014). A pair that never occurs together counts −1, and one that is in
    every document 1. ``documents`` are lists of words.
    """
    words = sorted({word for topic in topics for word in topic[:top]})
    _check(bool(words) and len(documents) > 0)
    place = {word: number for number, word in enumerate(words)}
    counter = CountVectorizer(analyzer=list, vocabulary=place, binary=True, dtype=np.int64)
    found = counter.transform(documents)
    together = (found.T @ found).toarray()
    return [_coherence([place[word] for word in topic[:top]], together, len(documents))
            for topic in topics]  # fmt: skip


def _coherence(topic: Sequence[int], together: np.ndarray, documents: int) -> float:
    pairs = [
        _npmi(int(together[a, b]), int(together[a, a]), int(together[b, b]), documents)
        for a, b in combinations(topic, 2)
    ]
    _check(bool(pairs))
    return sum(pairs) / len(pairs)


def _npmi(both: int, first: int, second: int, documents: int) -> float:
    if both == 0:
        return -1.0
    if both == documents:
        return 1.0
    return math.log(both * documents / (first * second)) / -math.log(both / documents)


def _check(enough: bool) -> None:
    if not enough:
        raise DataError(
            "Topic quality needs topics of two words or more, and documents; give more words a "
            "topic, or texts to count in."
        )
