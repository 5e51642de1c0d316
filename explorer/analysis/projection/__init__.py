"""Projections of a latent space to two or three dimensions: what to draw, and what it is worth.

`project` draws at once; `fit` computes any `ProjectionSpec`, in a process of its own where that
takes time.
"""

from __future__ import annotations

from explorer.analysis.projection.fitting import fit
from explorer.analysis.projection.linear import project
from explorer.analysis.projection.quality import Quality, measure
from explorer.analysis.projection.result import Projection, ProjectionError
from explorer.analysis.projection.spec import METHODS, METRICS, ProjectionSpec, SpecError

__all__ = [
    "METHODS",
    "METRICS",
    "Projection",
    "ProjectionError",
    "ProjectionSpec",
    "Quality",
    "SpecError",
    "fit",
    "measure",
    "project",
]
