"""Analyses of open models, each computed once for all visitors, keyed by the run's content.

What a job has prepared beside the run (`explorer.prepared`) is read instead of computed.

Results are shared, not copied: arrays are read-only, nobody changes them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed_clusters, kept_oddities, prepared, projections
from explorer.analysis import (
    density,
    filtering,
    item_columns,
    patterns,
    rebuilding,
    search,
)
from explorer.analysis.oddities import Oddities
from explorer.analysis.projection import Projection, ProjectionSpec, Quality
from explorer.analysis.projection.quality import at_once
from explorer.analysis.projection.spec import PCA
from explorer.analysis.text_index import TextIndex
from explorer.analysis.typical import typical_item as typical_item_of
from explorer.background import Background
from explorer.colouring import Colouring, Continuous, all_alike, by_category, by_value
from explorer.content import key_of

if TYPE_CHECKING:
    from explorer.analysis.clusters.edits import Clustering
    from vae_core.checkpoint import Run

LABEL = "Label"
SPLIT = "Split"
DISTANCE = "Distance from the origin"
UNCERTAINTY = "Uncertainty (mean σ)"
INFORMATION = "What the model notes (KL, nats)"
CROWDING = "Density on the map"
ERROR = "Reconstruction error"
NOTHING = "One colour"
COLLAPSED = (
    "This model hardly uses its latent space (posterior collapse), so places mean little: train "
    "longer, or with more free bits or a longer KL warm-up."
)


# What is written of the items of the runs that were searched last; how long a page waits for it.
_INDEXES: Background[TextIndex] = Background("words", most=2)
_WAIT_SECONDS = 0.5
# How far the planes can be believed that are there at once; it is said below a map that is drawn.
_QUALITIES: Background[Quality | None] = Background("quality", most=16)
_QUALITY_SECONDS = 2.0


def projected(run: Run) -> Projection:
    """Return the model's points in two dimensions."""
    return _projected(key_of(run), run)


def projection(run: Run, spec: ProjectionSpec) -> Projection | None:
    """Return a projection that is kept of a run; None where it is not there (yet).

    It is never computed here: that is a job's (`Jobs.ask_analysis`).
    """
    file = projections.file_of(run, spec)
    try:
        stamp = None if file is None else f"{file} {file.stat().st_mtime_ns}"
    except OSError:
        stamp = None  # removed this moment
    return None if stamp is None else _kept_projection(f"{key_of(run)} {stamp}", spec.id, run)


def map_note(run: Run, projection: Projection | None = None) -> str:
    """Say in a few sentences what a map shows, and how far it can be believed.

    `projection`: what is drawn; by default what is there at once.
    """
    shown = projected(run) if projection is None else projection
    quality = _quality(run, shown)
    parts = [shown.note, quality and quality.words, shown.warning]
    if run.summary.collapsed:
        parts.append(COLLAPSED)
    return " ".join(part for part in parts if part)


def _quality(run: Run, shown: Projection) -> Quality | None:
    """What is known of a projection; a plane that was there at once is measured in a thread."""
    if shown.quality is not None or shown.spec.method != PCA:
        return shown.quality

    def measured(_: object) -> Quality | None:
        return at_once(run.latents.mean, shown.points)

    return _QUALITIES.get(key_of(run), measured, _QUALITY_SECONDS)


def typical_item(run: Run) -> int:
    """Return an item worth showing first: the one in the middle of the most frequent label."""
    return _typical_item(key_of(run), run)


def colour_choices(run: Run) -> list[str]:
    """Return the ways to colour the map, the best first."""
    labels = [LABEL] if run.labels is not None else []
    # How well an item comes back can only be seen where the items are.
    measured = [ERROR] if run.images is not None else []
    scales = [INFORMATION, UNCERTAINTY, DISTANCE, *measured, CROWDING]
    ways = [*labels, *run.metadata, *_clusterings(run), *scales, SPLIT, NOTHING]
    return list(dict.fromkeys(ways))


def colouring(run: Run, choice: str) -> Colouring:
    """Colour all items of a model by one of `colour_choices(run)`."""
    clustering = None if choice in run.metadata else _clusterings(run).get(choice)
    if clustering is not None:
        return computed_clusters.coloured(run, clustering)
    return _colouring(key_of(run), choice, run)


def way_of(run: Run, clustering: str) -> str | None:
    """Return the way to colour by a clustering with this id; None where it is not kept."""
    ways = _clusterings(run).items()
    return next((way for way, one in ways if one.spec.id == clustering), None)


def _clusterings(run: Run) -> dict[str, Clustering]:
    """The clusterings kept of a run, by what they are called as a way to colour."""
    named: dict[str, Clustering] = {}
    for name, clustering in computed_clusters.kept(run).clusterings.items():
        way = f"Clusters: {clustering.words()}"
        named[f"{way} ({name})" if way in named else way] = clustering
    return named


def found(run: Run, query: str, mode: str = search.WORDS) -> search.Matches:
    """Tell for every item whether it is what `query` searches for in this mode.

    Raises:
        PatternError: it is no pattern, or one that takes too long.
        NotReadError: what is written of the items is still being read, in a thread.
    """
    key = key_of(run)
    index = _INDEXES.get(key, lambda progress: search.index_of(run, progress), _WAIT_SECONDS)
    if index is None:
        raise NotReadError
    result = _found(key, query, mode, index)
    if isinstance(result, patterns.PatternError):
        raise result
    return result


def reading(run: Run) -> float | None:
    """Return which share is read of what is written of the items; None where that is over."""
    return _INDEXES.progress(key_of(run))


def oddities(run: Run) -> Oddities | None:
    """Return the duplicates and outliers that are kept of a run; None where they are not (yet).

    They are never computed here: that is a job's (`Jobs.ask_analysis`).
    """
    stamp = kept_oddities.stamp(run)
    return None if stamp is None else _oddities(f"{key_of(run)} {stamp}", run)


class NotReadError(Exception):
    """What is written of the items is still being read (`reading` tells how far that is)."""


def item_column(run: Run, name: str) -> item_columns.ItemColumn:
    """Return one of `item_columns.column_names(run)`, read.

    Raises:
        KeyError: there is none of this name.
    """
    return _item_column(key_of(run), name, run)


def meeting(run: Run, filters: filtering.Filters) -> NDArray[np.bool_]:
    """Tell for every item whether it meets all filters, (items,).

    Raises:
        FilterError: a filter does not fit this run.
    """
    return _meeting(key_of(run), json.dumps(filtering.to_json(filters)), filters, run)


@st.cache_resource(max_entries=64, show_spinner=False)
def _item_column(key: str, name: str, _run: Run) -> item_columns.ItemColumn:
    return item_columns.column(_run, name)


@st.cache_resource(max_entries=32, show_spinner=False)
def _meeting(key: str, written: str, _filters: filtering.Filters, _run: Run) -> NDArray[np.bool_]:
    return filtering.meets(
        _filters,
        len(_run),
        lambda name: item_column(_run, name),
        lambda name: item_columns.values_of(_run, name) or (),
    )


@st.cache_resource(max_entries=32, show_spinner="Colouring the map…")
def _colouring(key: str, choice: str, _run: Run) -> Colouring:
    if choice in _run.metadata:
        return by_value(_run.metadata[choice], choice)
    if choice == LABEL and _run.labels is not None:
        return by_category(_run.labels)
    if choice == SPLIT:
        return by_category(_run.split)
    mean, log_variance = _run.latents.mean, _run.latents.log_variance
    if choice == DISTANCE:
        return Continuous(choice, np.linalg.norm(mean, axis=1))
    if choice == UNCERTAINTY:
        return Continuous(choice, np.exp(0.5 * log_variance).mean(axis=1))
    if choice == INFORMATION:
        terms = mean**2 + np.exp(log_variance) - log_variance - 1.0
        return Continuous(choice, 0.5 * terms.sum(axis=1))
    if choice == CROWDING:
        return Continuous(choice, density.around(projected(_run).points))
    if choice == ERROR and _run.images is not None:
        return Continuous(choice, rebuilding.picture_errors(_run, _run.images))
    return all_alike(len(_run))


@st.cache_resource(max_entries=32, show_spinner=False)
def _found(
    key: str, query: str, mode: str, _index: TextIndex
) -> search.Matches | patterns.PatternError:
    try:
        return search.matching(_index, query, mode)
    except patterns.PatternError as error:  # one that takes too long does so once
        return error


@st.cache_resource(max_entries=16, show_spinner=False)
def _oddities(key: str, _run: Run) -> Oddities | None:
    return kept_oddities.find(_run)


@st.cache_resource(max_entries=16, show_spinner=False)
def _projected(key: str, _run: Run) -> Projection:
    return prepared.PROJECTION.get(_run, {})


@st.cache_resource(max_entries=16, show_spinner=False)
def _kept_projection(key: str, spec_id: str, _run: Run) -> Projection | None:
    return projections.find(_run, ProjectionSpec.from_id(spec_id))


@st.cache_resource(max_entries=16, show_spinner=False)
def _typical_item(key: str, _run: Run) -> int:
    return typical_item_of(_run.latents.mean, _run.labels)
