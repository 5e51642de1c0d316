"""What is read of open models, made once in a thread for all visitors, by the content of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.analysis import aggregate, dimensions, hole_field, reconstruction
from explorer.analysis.aggregate import Aggregate, Holes
from explorer.analysis.dimensions import Dimension
from explorer.analysis.hole_field import HoleField
from explorer.background import Background
from explorer.content import key_of

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from vae_core.checkpoint import Run

# How long a page waits for it before it says how far it is.
WAIT_SECONDS = 0.3
_BLOCK = 100_000


@dataclass(frozen=True, eq=False)
class Worst:
    """The items that come back worst, the worst first, of those that were looked at."""

    items: NDArray[np.int64]
    losses: NDArray[np.float64]
    looked_at: int


HOLES: Background[Holes] = Background("holes", most=8)
FIELDS: Background[HoleField] = Background("hole fields", most=16)
DIMENSIONS: Background[list[Dimension]] = Background("dimensions", most=8)
WORST: Background[Worst] = Background("worst items", most=8)


def holes(run: Run) -> Holes | None:
    """Return where the prior draws and no item is; None while that is computed."""
    return HOLES.get(
        key_of(run),
        lambda progress: aggregate.holes(_items(run), run.model, len(run), progress=progress),
        WAIT_SECONDS,
    )


def field(run: Run, view: str, projection: Projection) -> HoleField | None:
    """Return the holes as the map `view` shows them; None while that is computed."""
    found = holes(run)
    if found is None:
        return None
    return FIELDS.get(
        f"{key_of(run)} {view}",
        lambda progress: hole_field.field(_items(run), run.model, found, projection, progress),
        WAIT_SECONDS,
    )


def read_dimensions(run: Run) -> list[Dimension] | None:
    """Return what each dimension does; None while that is found out."""
    return DIMENSIONS.get(
        key_of(run), lambda progress: dimensions.read_dimensions(run, progress), WAIT_SECONDS
    )


def worst(run: Run) -> Worst | None:
    """Return the items that come back worst; None while they are looked for."""
    return WORST.get(key_of(run), lambda progress: _worst(run), WAIT_SECONDS)


def share(run: Run, what: Background[Any]) -> float | None:
    """Return which share is done of something that is being made; None where nothing is."""
    return what.progress(key_of(run))


def share_of_field(run: Run, view: str) -> float | None:
    """Return which share is done of the holes as a map shows them; None where nothing is."""
    before = share(run, HOLES)
    return FIELDS.progress(f"{key_of(run)} {view}") if before is None else before


def typical_sigma(run: Run) -> tuple[NDArray[np.float32], int]:
    """Return σ of each item, the mean over the dimensions that are used, and how many these are."""
    return _typical_sigma(key_of(run), run)


@st.cache_resource(max_entries=8, show_spinner=False)
def _typical_sigma(key: str, _run: Run) -> tuple[NDArray[np.float32], int]:
    mean, log_variance = _run.latents.mean, _run.latents.log_variance
    used = np.flatnonzero(dimensions.usages(mean, log_variance) >= dimensions.UNUSED)
    found = np.ones(len(mean), np.float32)
    for first in range(0, len(mean) if len(used) else 0, _BLOCK):
        part = slice(first, first + _BLOCK)
        found[part] = np.exp(0.5 * log_variance[part][:, used]).mean(axis=1)
    return found, len(used)


def _worst(run: Run) -> Worst:
    items = reconstruction.looked_at(len(run))
    lost = reconstruction.losses(run, items)
    order = np.argsort(-lost, kind="stable")
    return Worst(items[order], lost[order], len(items))


def _items(run: Run) -> Aggregate:
    return aggregate.aggregate_of(run.latents.mean, run.latents.log_variance)
