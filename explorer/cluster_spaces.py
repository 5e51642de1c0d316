"""The spaces that clusters of a run can be found in, with the vectors of its items in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer import prepared
from explorer.analysis.clusters.spec import (
    LATENT,
    NORMALISED,
    ClusterError,
    Vectors,
    vectors_of,
)

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# The map's plane, by the id of that projection.
PLANE = "pca-2d"


def names(run: Run) -> dict[str, str]:
    """Return what each space is called, by its id as it stands in a `ClusterSpec`."""
    found = {LATENT: "Latent space", NORMALISED: "Latent space, all dimensions scaled alike"}
    if run.latent_dim > 2:
        found[PLANE] = "The plane of the map (PCA)"
    return found


def vectors(run: Run, space: str) -> Vectors:
    """Return the vectors (items, width) of a run's items in a space.

    Raises:
        ClusterError: there is no such space, or it is not kept any more, or nothing varies in it.
    """
    if space == PLANE and run.latent_dim > 2:
        return prepared.PROJECTION.get(run, {}).points
    if space in (LATENT, NORMALISED):
        return vectors_of(space, run.latents.mean)
    raise ClusterError(
        f"This run has no space {space!r} to find clusters in: choose one of "
        f"{', '.join(names(run))}, or compute that projection first."
    )
