"""Keywords of clusters by class-based TF-IDF (Grootendorst 2022, BERTopic)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.fitting import Assignment
from explorer.analysis.clusters.terms import Terms

COUNT = 10
# A word of more than this share of all texts is a keyword only where it stands in so many times
# that share of the cluster's texts, or in halfway as many as it could where the cluster is too
# large for that: words that are everywhere alike tell of no cluster. It takes the place of a list
# of stop words, in every language.
COMMON, LIFT = 0.05, 2.0


class Keyword(NamedTuple):
    """A term and its weight, above 0."""

    term: str
    weight: float


def class_weights(counts: Any) -> Any:
    """Class-based TF-IDF of `counts`, sparse (classes, terms): how much a term tells of a class.

    tf · ln(1 + A / f): tf is the term's share of the class's words, f how often it occurs in all
    classes, A the mean number of words of a class (Grootendorst 2022, eq. 2). Sparse as well.
    """
    weights = counts.astype(np.float64).tocsr()
    words = np.asarray(weights.sum(axis=1)).ravel()
    often = np.asarray(weights.sum(axis=0)).ravel()
    rows = np.repeat(np.arange(len(words)), np.diff(weights.indptr))
    weights.data *= np.log1p(words.mean() / often[weights.indices]) / words[rows]
    return weights


def keywords(
    terms: Terms, assignment: Assignment, clusters: NDArray[np.int64], *, count: int = COUNT
) -> list[list[Keyword]]:
    """Return the keywords of each of `clusters` (k,), the weightiest first.

    `assignment`: (texts,), the cluster of each text that the terms were counted in. Texts of other
    clusters, and noise, do not count.
    """
    marks = _marks(assignment, clusters)
    weights = class_weights(_sorted(marks @ terms.counts))
    # Of the same places: a term counts in a class where it stands in a text of it.
    inside = _sorted(marks @ terms.counts.sign())
    weights.data[~_special(inside, np.asarray(marks.sum(axis=1)).ravel())] = 0.0
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


def _sorted(table: Any) -> Any:
    table.sort_indices()
    return table


def _special(inside: Any, sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the term of each entry of `inside`, texts with it, may be a keyword there."""
    everywhere = np.asarray(inside.sum(axis=0)).ravel() / max(int(sizes.sum()), 1)
    size = np.repeat(sizes, np.diff(inside.indptr))
    overall = everywhere[inside.indices]
    # A word of this cluster alone stands in so many times its share of all texts.
    most = sizes.sum() / size
    wanted = np.minimum(LIFT, (1.0 + most) / 2.0) * overall
    special: NDArray[np.bool_] = (overall <= COMMON) | (inside.data / size >= wanted)
    return special


def _best(
    terms: Terms, columns: NDArray[np.int32], weights: NDArray[np.float64], count: int
) -> list[Keyword]:
    order = np.argsort(-weights, kind="stable")[:count]
    return [Keyword(terms.words[columns[i]], float(weights[i])) for i in order if weights[i] > 0]
