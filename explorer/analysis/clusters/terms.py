"""Words of texts in any language, counted once for a run and kept as a sparse table."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.spec import ClusterError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# What stands in fewer texts tells of a text, not of a cluster.
LEAST_TEXTS = 2
# Scripts written without spaces between words: Han and Hiragana; Thai, Lao, Burmese and Khmer with
# their marks. Katakana writes single, mostly borrowed words.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3005\U00020000-\U0003ffff"
_HIRAGANA, _KATAKANA = "\u3041-\u309f", "\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_RUN = re.compile(
    f"([{_HAN}]+)|([{_HIRAGANA}]+)|([{_KATAKANA}]+)|([{_SOUTH_EAST}]+)"
    f"|([^{_HAN}{_HIRAGANA}{_KATAKANA}{_SOUTH_EAST}]+)"
)
# A letter of the last with the vowels and marks before, above, below and behind it.
_SYLLABLE = re.compile(
    "[\u0e40-\u0e44\u0ec0-\u0ec4]?."
    "[\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*",
    re.DOTALL,
)
_MOST_LETTERS = 60


@dataclass(frozen=True, eq=False)
class Terms:
    """How often each term stands in each text.

    Attributes:
        words: (terms,) in the order of the columns.
        counts: sparse (texts, terms) int32.
    """

    words: tuple[str, ...]
    counts: csr_matrix

    @cached_property
    def texts_with(self) -> NDArray[np.int64]:
        """In how many texts each term stands, (terms,)."""
        return np.bincount(self.counts.indices, minlength=len(self.words)).astype(np.int64)


def count_terms(texts: Sequence[str]) -> Terms:
    """Count the terms of `texts`, those of a single text left out where there are three or more.

    Words are split and put in lower case as the tokenizers of our models do, with no limit to the
    vocabulary; what has no letter, and single letters of alphabets with capitals, are left out.
    Scripts without spaces give pairs of neighbouring characters (Han), of syllables (Thai, Lao,
    Burmese, Khmer), or the whole run (kana).

    Raises:
        ClusterError: there are no terms in them.
    """
    from scipy.sparse import csr_matrix

    from vae_core.data.tokenizer import split_words

    numbers: dict[str, int] = {}
    # Numbers in a row, not objects: a million texts have tens of millions of words.
    columns, ends = array("i"), array("q", [0])
    for words in split_words(texts):
        for word in words:
            # A dictionary knows its own length before the new word is in it.
            columns.append(numbers.setdefault(word, len(numbers)))
        ends.append(len(columns))
    by_word = csr_matrix(
        (
            np.ones(len(columns), np.int32),
            np.frombuffer(columns, np.int32),
            np.frombuffer(ends, np.int64),
        ),
        shape=(len(texts), len(numbers)),
    )
    counts, terms = _joined(by_word, list(numbers))
    counts.sum_duplicates()
    if len(texts) > LEAST_TEXTS:
        texts_with = np.bincount(counts.indices, minlength=len(terms))
        kept = np.flatnonzero(texts_with >= LEAST_TEXTS)
        # Where every word is of one text alone they are all there is.
        if len(kept):
            counts, terms = counts[:, kept], [terms[column] for column in kept.tolist()]
    if not terms:
        raise ClusterError(
            "The texts have no words to describe clusters by: they are empty or hold only numbers "
            "and marks."
        )
    return Terms(tuple(terms), counts)


def terms_of(word: str) -> Iterator[str]:
    """The terms that one word, as `split_words` gives it, stands for."""
    for han, hiragana, katakana, south_east, other in _RUN.findall(word):
        if han:
            yield from _pairs(list(han))
        elif south_east:
            yield from _pairs(_SYLLABLE.findall(south_east))
        else:
            run = hiragana or katakana or other
            if len(run) <= _MOST_LETTERS and _tells(run):
                yield run


def _joined(by_word: csr_matrix, words: list[str]) -> tuple[csr_matrix, list[str]]:
    """Counts of words as counts of the terms that they stand for."""
    from scipy.sparse import csr_matrix

    numbers: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, word in enumerate(words):
        for term in terms_of(word):
            rows.append(row)
            columns.append(numbers.setdefault(term, len(numbers)))
    shares = csr_matrix(
        (np.ones(len(rows), np.int32), (rows, columns)), shape=(len(words), len(numbers))
    )
    return by_word @ shares, list(numbers)


def _pairs(letters: Sequence[str]) -> Iterator[str]:
    if len(letters) == 1:
        yield letters[0]
    for first, second in pairwise(letters):
        yield first + second


def _tells(word: str) -> bool:
    if not any(letter.isalpha() for letter in word):
        return False
    return len(word) > 1 or word.lower() == word.upper()
