"""Keywords of clusters by class-based TF-IDF (Grootendorst 2022, BERTopic)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.fitting import Assignment
from explorer.analysis.clusters.terms import Terms

COUNT = 10
_ROUNDING = 1e-9


class Keyword(NamedTuple):
    """A term and its weight, above 0."""

    term: str
    weight: float


def class_weights(counts: Any) -> Any:
    """How much each term tells of a class, from its `counts`, sparse (classes, terms).

    √tf · ln(1 + A / f) · ln(tf / overall), sparse as well: class-based TF-IDF (Grootendorst 2022,
    eq. 2), with the root that BERTopic takes against frequent words. tf is the term's share of the
    class's words, f how often it occurs in all classes, A the mean number of words of a class. The
    last factor, how many times its share of all words that is, takes the place of a list of stop
    words in every language; without other classes to compare with it is left out. A term that is
    rarer than in all classes weighs 0.
    """
    weights = counts.astype(np.float64).tocsr()
    words = np.asarray(weights.sum(axis=1)).ravel()
    often = np.asarray(weights.sum(axis=0)).ravel()
    share = weights.data / np.repeat(words, np.diff(weights.indptr))
    of_term = often[weights.indices]
    weights.data = np.sqrt(share) * np.log1p(words.mean() / of_term)
    if np.count_nonzero(words) > 1:
        lift = np.log(share * often.sum() / of_term)
        weights.data *= np.where(lift > _ROUNDING, lift, 0.0)
    return weights


def keywords(
    terms: Terms, assignment: Assignment, clusters: NDArray[np.int64], *, count: int = COUNT
) -> list[list[Keyword]]:
    """Return the keywords of each of `clusters` (k,), the weightiest first.

    `assignment`: (texts,), the cluster of each text that the terms were counted in. Texts of other
    clusters, and noise, do not count.
    """
    marks = _marks(assignment, clusters)
    weights = class_weights(marks @ terms.counts)
    ends = weights.indptr
    return [
        _best(terms, weights.indices[first:last], weights.data[first:last], count)
        for first, last in pairwise(ends.tolist())
    ]


def _marks(assignment: Assignment, clusters: NDArray[np.int64]) -> Any:
    """Sparse (clusters, texts): 1 where a text is in the cluster."""
    from scipy.sparse import csr_matrix

    most = max(int(assignment.max(initial=-1)), int(clusters.max(initial=-1)))
    place = np.full(most + 2, -1)
    place[clusters] = np.arange(len(clusters))
    placed = place[assignment]
    rows = np.flatnonzero(placed >= 0)
    ones = np.ones(len(rows), np.int32)
    return csr_matrix((ones, (placed[rows], rows)), shape=(len(clusters), len(assignment)))


def _best(
    terms: Terms, columns: NDArray[np.int32], weights: NDArray[np.float64], count: int
) -> list[Keyword]:
    order = np.argsort(-weights, kind="stable")[:count]
    return [Keyword(terms.words[columns[i]], float(weights[i])) for i in order if weights[i] > 0]
