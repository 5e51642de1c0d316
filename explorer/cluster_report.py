"""All there is to say of a clustering, as plain values: what the command prints and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.clusters import hierarchy, keywords
from explorer.analysis.clusters.agreement import Agreement, agreement, baseline
from explorer.analysis.clusters.description import Description, describe, means, tightness_words
from explorer.analysis.clusters.edits import by_place
from explorer.analysis.clusters.spec import ClusterError
from explorer.analysis.clusters.stability import stability
from explorer.analysis.clusters.terms import Terms, count_terms
from explorer.analysis.decoding import decode
from vae_core.errors import UserError

if TYPE_CHECKING:
    from explorer.analysis.clusters.edits import Clustering
    from explorer.analysis.clusters.spec import Vectors
    from vae_core.checkpoint import Run


def report(
    run: Run,
    clustering: Clustering,
    vectors: Vectors,
    *,
    themes: int | None = None,
    compare: bool = False,
) -> dict[str, Any]:
    """Describe and judge a clustering of `run`, whose spec's space has these `vectors`.

    `themes`: into how many larger groups to gather the clusters. `compare`: whether to put k-means
    without the model beside it. What cannot be told of this run is left out, and `notes` says why.
    """
    found = describe(vectors, clustering.assignment, clustering.found.membership)
    notes = [clustering.found.note] if clustering.found.note else []
    terms = _terms(run, notes)
    result: dict[str, Any] = {
        "title": clustering.title,
        "said": clustering.spec.words(),
        "spec": clustering.spec.to_json(),
        "items": len(run),
        "noise": found.noise,
        "clusters": _clusters(run, clustering, found, terms),
    }
    if themes is not None:
        result["themes"] = _themes(clustering, vectors, found, terms, themes)
    judged = measures(run, clustering, vectors, compare=compare)
    return {**result, **judged, "notes": [*notes, *judged["notes"]]}


def measures(
    run: Run, clustering: Clustering, vectors: Vectors, *, compare: bool = False
) -> dict[str, Any]:
    """Judge a clustering of `run` as `report` does, without describing it."""
    from vae_core.evaluation.clustering import silhouette

    notes: list[str] = []
    inside = clustering.assignment >= 0
    return {
        "silhouette": silhouette(
            vectors[inside], clustering.assignment[inside], seed=clustering.spec.seed
        ),
        "stability": _stability(clustering, vectors, notes),
        "labels": _labels(run, clustering, notes),
        "compared": _compared(run, clustering, notes) if compare else None,
        "notes": notes,
    }


def _stability(clustering: Clustering, vectors: Vectors, notes: list[str]) -> dict[str, Any] | None:
    try:
        again = stability(clustering.spec, vectors)
    except ClusterError as error:
        notes.append(f"The clusters were not found again in samples of the items: {error}")
        return None
    return {"ari": again.ari, "spread": again.spread, "said": again.words()}


def _terms(run: Run, notes: list[str]) -> Terms | None:
    if run.table.texts is None:
        return None
    try:
        return count_terms(run.table.texts)
    except ClusterError as error:
        notes.append(str(error))
        return None


def _clusters(
    run: Run, clustering: Clustering, found: Description, terms: Terms | None
) -> list[dict[str, Any]]:
    assignment = clustering.assignment
    words = None if terms is None else keywords.keywords(terms, assignment, found.clusters)
    # In whatever space they were found, what is decoded is a point of the latent one.
    codes = clustering.gathered(by_place(found.clusters.tolist()))
    middle = means(run.latents.mean, codes, len(found.clusters))
    centres = decode(run, middle)
    told = []
    for place, number in enumerate(found.clusters.tolist()):
        one: dict[str, Any] = {
            "number": number + 1,
            "name": clustering.name(number),
            "items": int(found.sizes[place]),
            "tightness": float(found.tightness[place]),
            "tightness_said": tightness_words(float(found.tightness[place])),
            "typical": _items(run, found.typical[place]),
            "borderline": _items(run, found.borderline[place]),
        }
        if words is not None:
            one["keywords"] = [word.term for word in words[place]]
        if isinstance(centres, list):
            one["centre"] = centres[place]
        told.append(one)
    return told


def _items(run: Run, indices: Any) -> list[dict[str, Any]]:
    texts = run.items(indices) if run.table.texts is not None else None
    shown = texts if isinstance(texts, list) else [None] * len(indices)
    return [
        {"item": number, **({} if text is None else {"text": text})}
        for number, text in zip(indices.tolist(), shown, strict=True)
    ]


def _themes(
    clustering: Clustering,
    vectors: Vectors,
    found: Description,
    terms: Terms | None,
    count: int,
) -> list[dict[str, Any]]:
    tree = hierarchy.tree_of(found.centroids, found.sizes)
    theme = hierarchy.themes(tree, found.sizes, count)
    # By the clusters' own numbers; noise stays noise.
    gathered = clustering.gathered(dict(zip(found.clusters.tolist(), theme.tolist(), strict=True)))
    numbers = np.arange(int(theme.max()) + 1, dtype=np.int64)
    words = None if terms is None else keywords.keywords(terms, gathered, numbers)
    return [
        {
            "clusters": (found.clusters[theme == number] + 1).tolist(),
            "items": int((gathered == number).sum()),
            **({} if words is None else {"keywords": [word.term for word in words[number]]}),
        }
        for number in numbers.tolist()
    ]


def _labels(run: Run, clustering: Clustering, notes: list[str]) -> dict[str, Any] | None:
    if run.labels is None:
        return None
    try:
        met = agreement(run.labels, clustering.assignment)
    except ClusterError as error:
        notes.append(str(error))
        return None
    return {
        "items": met.items,
        "said": met.words(),
        **met.scores._asdict(),
        "contingency": {
            "labels": list(met.labels),
            "clusters": [number + 1 if number >= 0 else -1 for number in met.clusters],
            "counts": met.table.tolist(),
        },
    }


def _compared(run: Run, clustering: Clustering, notes: list[str]) -> dict[str, Any] | None:
    """k-means without the model, with as many clusters."""
    seed = clustering.spec.seed
    try:
        other = baseline(run, seed=seed)
        assignment = other.divide(max(len(clustering.clusters), 2), seed)
        met: Agreement | None = None if run.labels is None else agreement(run.labels, assignment)
    except UserError as error:
        notes.append(f"There is no comparison: {error}")
        return None
    from sklearn.metrics import adjusted_rand_score

    return {
        "name": other.name,
        "note": other.note,
        "same": float(adjusted_rand_score(clustering.assignment, assignment)),
        **({} if met is None else met.scores._asdict()),
    }
