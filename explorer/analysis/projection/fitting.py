"""A projection computed as its spec says: what cannot be is refused or eased, and said.

Up to `MOST_FITTED` items all are fitted. Of more, a seeded sample is (landmarks), and the others
are placed amid their nearest ones, a block at a time: so a million items fit into memory.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from explorer.analysis.nearest import Vectors
from explorer.analysis.projection import linear, others
from explorer.analysis.projection.placing import placed
from explorer.analysis.projection.quality import measure
from explorer.analysis.projection.result import Projection, ProjectionError
from explorer.analysis.projection.spec import PACMAP, PCA, RAW, TSNE, UMAP, ProjectionSpec
from explorer.analysis.projection.umap import umap

MOST_FITTED = {UMAP: 100_000, TSNE: 20_000, PACMAP: 100_000}
LANDMARKS = {UMAP: 50_000, TSNE: 20_000, PACMAP: 50_000}
_FEWEST = 4  # different items, below which there is nothing to lay out
_JITTER = 1e-3
_SEES = {
    UMAP: "Who is near whom in the latent space, laid out in {dimensions} dimensions",
    TSNE: "The nearest of each item kept near, all others apart, in {dimensions} dimensions",
    PACMAP: "Near, middling and far pairs kept so, in {dimensions} dimensions",
}


def fit(
    mean: Vectors,
    spec: ProjectionSpec,
    labels: Sequence[str] | None = None,
    measured: bool = True,
    most_fitted: int | None = None,
    landmarks: int | None = None,
) -> Projection:
    """Project posterior means (n, latent_dim) as `spec` says, and measure how far to believe it.

    Where there are too few items for the parameters, these are reduced and the note says so.
    Where fewer than four items differ, the principal axes are drawn instead, and the note says so.

    Args:
        labels: of the items, "" for those that have none; for a spec that is supervised.
        measured: whether to measure the quality too.
        most_fitted, landmarks: of how many items all are fitted, and of more how many; by default
            `MOST_FITTED` and `LANDMARKS` of the method.

    Raises:
        ProjectionError: a value is no finite number, there is no item, the latent space has not
            enough dimensions, labels are asked for and there are none, or the method is missing.
    """
    _check(mean, spec, labels)
    if spec.method == RAW:
        found = linear.raw(mean, spec.dimensions)
    elif spec.method == PCA:
        found = linear.pca(mean, spec.dimensions)
    else:
        found = _laid_out(
            mean,
            spec,
            labels,
            MOST_FITTED[spec.method] if most_fitted is None else most_fitted,
            LANDMARKS[spec.method] if landmarks is None else landmarks,
        )
    quality = measure(mean, found.points) if measured else None
    return dataclasses.replace(found, quality=quality)


def _check(mean: Vectors, spec: ProjectionSpec, labels: Sequence[str] | None) -> None:
    count, latent_dim = mean.shape
    if count == 0:
        raise ProjectionError("There are no items to project; give at least one.")
    wrong = int((~np.isfinite(mean).all(axis=1)).sum())
    if wrong:
        have = "item has" if wrong == 1 else "items have"
        raise ProjectionError(
            f"{wrong:,} of {count:,} {have} latents that are not finite numbers; leave them out, "
            "or correct them."
        )
    if spec.method != RAW and latent_dim <= spec.dimensions:
        noun = "dimension" if latent_dim == 1 else "dimensions"
        raise ProjectionError(
            f"The latent space has only {latent_dim} {noun}, so it needs no {spec.method.upper()} "
            f"in {spec.dimensions}: draw it as it is (raw)."
        )
    if spec.supervised:
        _check_labels(labels, count)


def _check_labels(labels: Sequence[str] | None, count: int) -> None:
    if labels is None or not any(labels):
        raise ProjectionError(
            "By label is only possible where the items have labels, and these have none: leave it "
            "out."
        )
    if len(labels) != count:
        raise ProjectionError(
            f"There are {len(labels):,} labels for {count:,} items; give one each."
        )


def _laid_out(
    mean: Vectors,
    spec: ProjectionSpec,
    labels: Sequence[str] | None,
    most_fitted: int,
    landmarks: int,
) -> Projection:
    draw = np.random.default_rng(spec.seed)
    chosen = np.arange(len(mean))
    if len(mean) > most_fitted:
        chosen = np.sort(draw.choice(len(mean), min(landmarks, most_fitted), replace=False))
    fitted = mean[chosen]
    if _all_but_alike(fitted):
        return _too_alike(mean, spec)
    used, remarks = _eased(spec, len(chosen))
    points = _METHODS[spec.method](
        fitted, used, None if labels is None else [labels[item] for item in chosen.tolist()]
    )
    points = _centred(points)
    if len(chosen) < len(mean):
        whole = placed(mean, fitted, points, spec.metric)
        whole[chosen] = points  # of identical latents the layout parts some
        points = whole
        remarks.append(
            f"{len(chosen):,} of {len(mean):,} items were laid out, the others placed amid their "
            "nearest ones."
        )
    sees = _SEES[spec.method].format(dimensions={2: "two", 3: "three"}[spec.dimensions])
    return Projection(points, " ".join([f"{sees} ({used.words}).", *remarks]), spec, latents=mean)


def _all_but_alike(mean: Vectors) -> bool:
    """Whether fewer than `_FEWEST` different items are there."""
    # Nearly always the first few tell.
    few = mean[: 10 * _FEWEST]
    return all(len(np.unique(items, axis=0)) < _FEWEST for items in (few, mean))


def _too_alike(mean: Vectors, spec: ProjectionSpec) -> Projection:
    """The principal axes of a few places; items that share one are kept apart by a hair."""
    flat = linear.pca(mean, spec.dimensions)
    width = float(np.abs(flat.points).max()) or 1.0
    noise = np.random.default_rng(spec.seed).standard_normal(flat.points.shape, np.float32)
    note = (
        f"Too few items differ in the latent space for {spec.words}: their principal axes are "
        "drawn instead."
    )
    points = flat.points + np.float32(_JITTER * width) * noise
    return Projection(points, note, spec, latents=mean)


def _eased(spec: ProjectionSpec, count: int) -> tuple[ProjectionSpec, list[str]]:
    """The spec with parameters that so few items allow, and what was changed."""
    most = count - 1
    if spec.method == TSNE and spec.perplexity > (count - 1) / 3:
        perplexity = max(2.0, (count - 1) / 3)
        eased = dataclasses.replace(spec, perplexity=perplexity)
        return eased, [
            f"Perplexity {spec.perplexity:g} is too much for {count} items; {eased.perplexity:g} "
            "was used."
        ]
    if spec.method != TSNE and spec.neighbours > most:
        eased = dataclasses.replace(spec, neighbours=max(2, most))
        return eased, [
            f"{spec.neighbours} neighbours are more than {count} items have; {eased.neighbours} "
            "were used."
        ]
    return spec, []


def _centred(points: Vectors) -> Vectors:
    """The points about 0, as UMAP and the others leave their place open."""
    return np.asarray(points - points.mean(axis=0, dtype=np.float64), dtype=np.float32)


_METHODS: dict[str, Callable[[Vectors, ProjectionSpec, Sequence[str] | None], Vectors]] = {
    UMAP: umap,
    TSNE: lambda mean, spec, labels: others.tsne(mean, spec),
    PACMAP: lambda mean, spec, labels: others.pacmap(mean, spec),
}
