"""UMAP (McInnes, Healy & Melville 2018): a graph of neighbours, and a layout that keeps to it.

The graph is umap-learn's, term by term (a test compares them), in numpy. The neighbours come from
`nearest`, so that nothing has to be compiled first, and the layout from `umap_layout`, which
umap-learn can only seed on one core. The start is a spectral one without an eigensolver: PCA,
smoothed along the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.nearest import Near, Vectors, nearest, normalised
from explorer.analysis.projection.linear import pca
from explorer.analysis.projection.spec import ProjectionSpec

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Numbers = NDArray[np.float64]

# As umap-learn's: epochs by the number of items, and what an unlike or unknown label costs.
_MANY, _EPOCHS_FEW, _EPOCHS_MANY = 10_000, 500, 200
_FAR, _UNKNOWN = 5.0, 1.0
_LEAST_WIDTH = 1e-3
_BISECTIONS = 64
_START_WIDTH = 10.0
_SMOOTHINGS = 300
_TINY = 1e-30  # in place of 0, where something is divided by it


def umap(latents: Vectors, spec: ProjectionSpec, labels: Sequence[str] | None) -> Vectors:
    """Return points (n, dimensions) for latents (n, dim), n above `spec.neighbours`.

    `labels`: of the items, "" for none; used where the spec is supervised.
    """
    from explorer.analysis.projection.umap_layout import lay_out

    draw = np.random.default_rng(spec.seed)
    graph = graph_of(neighbours_of(latents, spec), len(latents))
    if spec.supervised and labels is not None:
        graph = by_label(graph, labels)
    start = start_of(latents, graph, spec.dimensions, draw)
    epochs = _EPOCHS_FEW if len(latents) <= _MANY else _EPOCHS_MANY
    return lay_out(start, graph, epochs, curve(spec.min_dist), spec.seed)


def neighbours_of(latents: Vectors, spec: ProjectionSpec) -> Near:
    """The nearest of each item, itself first among them, in the metric of the spec."""
    vectors = normalised(latents, spec.metric)
    near = nearest(vectors, vectors, spec.neighbours, spec.seed)
    # Of vectors of length 1 at an angle: |a − b|² = 2 (1 − cos).
    if spec.metric == "cosine":
        return Near(near.items, np.square(near.distances) * np.float32(0.5))
    return near


def graph_of(near: Near, count: int) -> csr_matrix:
    """The fuzzy graph of `count` items: symmetric, with weights in (0, 1]."""
    from scipy.sparse import csr_matrix

    items, distances = near.items, near.distances.astype(np.float64)
    rows = np.repeat(np.arange(len(items)), items.shape[1])
    weights = _memberships(distances)
    weights[items == np.arange(len(items))[:, None]] = 0.0
    graph = csr_matrix((weights.ravel(), (rows, items.ravel())), (count, count))
    graph.eliminate_zeros()
    return _either(graph)


def by_label(graph: csr_matrix, labels: Sequence[str]) -> csr_matrix:
    """The graph with the ties between items of different labels weakened.

    Those of an item without a label ("") are weakened less.
    """
    codes = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)[1]
    unknown = np.array([not label for label in labels])
    edges = graph.tocoo()
    free = unknown[edges.row] | unknown[edges.col]
    unlike = codes[edges.row] != codes[edges.col]
    cost = np.where(free, _UNKNOWN, np.where(unlike, _FAR, 0.0))
    edges.data = edges.data * np.exp(-cost)
    weakened = edges.tocsr()
    # Every item again has one neighbour that is wholly its own.
    largest = np.maximum(weakened.max(axis=1).toarray().ravel(), _TINY)
    return _either(weakened.multiply(1.0 / largest[:, None]).tocsr())


def start_of(
    latents: Vectors, graph: csr_matrix, dimensions: int, draw: np.random.Generator
) -> Vectors:
    """Where the layout begins: the principal axes, smoothed along the graph: (n, dimensions)."""
    from scipy.sparse import diags

    count, axes = len(latents), min(dimensions, latents.shape[1])
    start = draw.normal(0.0, 1e-4, (count, dimensions))
    found = pca(latents, axes).points.astype(np.float64)
    start[:, :axes] += found / max(float(np.abs(found).max()), _TINY)
    degrees = np.maximum(np.asarray(graph.sum(axis=1)).ravel(), _TINY)
    roots = np.sqrt(degrees)
    even = diags(1.0 / roots) @ graph @ diags(1.0 / roots)
    constant = roots / np.linalg.norm(roots)
    moved = start * roots[:, None]
    for _ in range(_SMOOTHINGS):
        moved = moved + even @ moved
        moved -= np.outer(constant, constant @ moved)
        moved = np.linalg.qr(moved)[0]
    moved /= roots[:, None]
    widest = max(float(np.abs(moved).max()), _TINY)
    noise = draw.normal(0.0, 1e-4, moved.shape)
    return np.asarray(moved * (_START_WIDTH / widest) + noise, dtype=np.float32)


def curve(min_dist: float, spread: float = 1.0) -> tuple[float, float]:
    """a and b of the layout's similarity 1 / (1 + a d^2b), fitted to what `min_dist` asks for."""
    from scipy.optimize import curve_fit

    def similarity(d: Numbers, a: float, b: float) -> Numbers:
        return np.asarray(1.0 / (1.0 + a * d ** (2 * b)))

    d = np.linspace(0, 3 * spread, 300)
    wanted = np.where(d < min_dist, 1.0, np.exp(-(d - min_dist) / spread))
    (a, b), _ = curve_fit(similarity, d, wanted)
    return float(a), float(b)


def _memberships(distances: Numbers) -> Numbers:
    """How strongly each item holds its neighbours (n, k): 1 for the nearest, falling off so that
    they sum to log2(k)."""
    count, k = distances.shape
    positive = distances > 0
    first = positive.argmax(axis=1)
    nearest_other = np.where(positive.any(axis=1), distances[np.arange(count), first], 0.0)
    beyond = np.maximum(distances - nearest_other[:, None], 0.0)
    target = np.log2(k)
    low, high, width = np.zeros(count), np.full(count, np.inf), np.ones(count)
    for _ in range(_BISECTIONS):
        held = np.exp(-beyond[:, 1:] / width[:, None]).sum(axis=1)
        too_wide = held > target
        high = np.where(too_wide, width, high)
        low = np.where(too_wide, low, width)
        width = np.where(np.isinf(high), 2 * width, (low + high) / 2)
        width = np.maximum(width, _TINY)
    typical = np.where(nearest_other > 0, distances.mean(axis=1), distances.mean())
    width = np.maximum(width, np.maximum(_LEAST_WIDTH * typical, _TINY))
    return np.asarray(np.exp(-beyond / width[:, None]))


def _either(graph: csr_matrix) -> csr_matrix:
    """The chance that one of both holds the other: a fuzzy union with its transpose."""
    turned: Any = graph.T
    both = graph + turned - graph.multiply(turned)
    found = both.tocsr()
    found.eliminate_zeros()
    return found
