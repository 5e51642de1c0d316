"""How places on a model's map are decoded: through the live socket, or here where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import computed, page_parts, session
from explorer.analysis.projection.spec import ProjectionSpec
from explorer.canvas.mount import Answer, Source
from explorer.live import views

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.canvas.state import Probed
    from vae_core.checkpoint import Run

RAW, PLANE = "raw", "plane"


def source_of(run: Run, model_id: str, projection: Projection | None = None) -> Source:
    """Publish a map of a run for the live socket, and return what the canvas is to know of it.

    `projection`: what the map shows; by default what is there at once.
    """
    if projection is None:
        projection = computed.projected(run)
    view_id = view_id_of(projection)
    flat = projection.points.shape[1] == 2
    views.publish(run, view_id, view_of(projection, run.latent_dim))
    return Source(
        model=model_id,
        view=view_id,
        modality=run.modality,
        noun=run.modality,
        live=session.live_address(),
        open_rest=flat and projection.plane is not None,
        decode=lambda probe: _decoded(run, view_id, probe),
    )


def view_id_of(projection: Projection) -> str:
    """Return the name under which the live socket knows a projection."""
    if projection.latents is not None or projection.points.shape[1] == 3:
        return projection.spec.id
    return RAW if projection.plane is None else PLANE


def view_of(projection: Projection, latent_dim: int) -> views.View:
    """Return how a point of the map becomes z."""
    if projection.latents is not None:
        return views.Neighbours(
            projection.points, projection.latents, metric=projection.spec.metric
        )
    if projection.centre is None or projection.plane is None:
        return views.Raw(tuple(range(latent_dim)))
    return views.Linear(projection.centre, projection.plane.T)


def at(
    run: Run, view_id: str, places: NDArray[np.floating], from_nearest: bool = False
) -> list[views.Place]:
    """Return what lies at places (n, 2) of the map that `source_of` published.

    What they leave open of z is the nearest item's, or the mean's.
    """
    view = views.VIEWS.find(run, view_id)
    if view is None:  # others have been looked at since, and took its place
        projection = _projection(run, view_id)
        views.publish(run, view_id, view_of(projection, run.latent_dim))
        view = views.VIEWS.find(run, view_id)
        assert view is not None
    return [view.at(x, y, from_nearest) for x, y in places.tolist()]


def _projection(run: Run, view_id: str) -> Projection:
    if view_id in (RAW, PLANE):
        return computed.projected(run)
    # What was published was kept before; where it was removed since, the plane is as good.
    return computed.projection(run, ProjectionSpec.from_id(view_id)) or computed.projected(run)


def _decoded(run: Run, view_id: str, probe: Probed) -> Answer:
    if probe.index is not None:
        z = run.latents.mean[probe.index]
        return Answer(1.0, probe.index, z, page_parts.decoded(run, z))
    [place] = at(run, view_id, np.array([[probe.x, probe.y]]), probe.from_nearest)
    return Answer(place.trust, place.nearest, place.z, page_parts.decoded(run, place.z))
