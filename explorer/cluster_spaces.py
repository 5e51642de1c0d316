"""The spaces that clusters of a run can be found in, with the vectors of its items in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer import prepared, projections
from explorer.analysis.clusters.spec import (
    LATENT,
    NORMALISED,
    ClusterError,
    Vectors,
    vectors_of,
)
from explorer.analysis.projection.spec import PCA, ProjectionSpec
from vae_core.config import ConfigError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

_PLANE = ProjectionSpec(PCA)


def names(run: Run) -> dict[str, str]:
    """Return what each space is called, by its id as it stands in a `ClusterSpec`."""
    found = {LATENT: "Latent space", NORMALISED: "Latent space, all dimensions scaled alike"}
    if run.latent_dim > 2:
        found[_PLANE.id] = _PLANE.words
    return found | {kept.spec.id: kept.spec.words for kept in projections.projections_of(run)}


def vectors(run: Run, space: str) -> Vectors:
    """Return the vectors (items, width) of a run's items in a space.

    Raises:
        ClusterError: there is no such space, or it is not kept any more, or nothing varies in it.
    """
    if space in (LATENT, NORMALISED):
        return vectors_of(space, run.latents.mean)
    try:
        kept = projections.find(run, ProjectionSpec.from_id(space))
    except ConfigError:
        kept = None
    if kept is not None:
        return kept.points
    if space == _PLANE.id and run.latent_dim > 2:
        return prepared.PROJECTION.get(run, {}).points
    raise ClusterError(
        f"This run has no space {space!r} to find clusters in: choose one of "
        f"{', '.join(names(run))}, or compute that projection first."
    )
