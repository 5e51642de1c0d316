"""The path on the Interpolate page: which way it goes, what lies along it, and where on the map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import computed, map_source, page_parts, wording
from explorer.analysis.decoding import decode
from explorer.analysis.interpolation import evenly, way
from explorer.canvas.mount import Sent, Source, Trail, latent_map
from explorer.canvas.path import CIRCLE, DRAWN, Route, latent_path

if TYPE_CHECKING:
    from explorer.canvas.state import Pin
    from explorer.interpolate_controls import End
    from vae_core.checkpoint import Run

# A curve on the map needs this many places to look like one.
_PLACES = 97


def map_key(run: Run) -> str:
    """Return the key of the page's map."""
    return f"interpolate.map.{run.content_hash}"


def between(run: Run, view: str, ends: tuple[End, End], steps: int, kind: str) -> Route:
    """Return the way from one end to the other, `kind` STRAIGHT or CIRCLE."""
    start, end = ends
    z = way(start.point, end.point, _count(steps), spherical=kind == CIRCLE)
    places = computed.projected(run).place(z)
    trust = np.array([place.trust for place in map_source.at(run, view, places)])
    return Route(kind, z, places, trust, (start.name, end.name))


def drawn(
    run: Run, view: str, places: tuple[tuple[float, float], ...], steps: int, from_nearest: bool
) -> Route:
    """Return the way that was drawn over `places` on the map, two or more of them.

    Raises:
        ValueError: they are all the same.
    """
    even = evenly(np.array(places), _count(steps))
    found = map_source.at(run, view, even, from_nearest)
    z = np.stack([place.z for place in found])
    trust = np.array([place.trust for place in found])
    return Route(DRAWN, z, even, trust, ("start of the drawn path", "end of the drawn path"))


def show_path(run: Run, source: Source, route: Route, steps: int) -> None:
    """Show what lies along a route, in `steps` steps and wherever one scrubs."""
    items = decode(run, route.z[:: (len(route.z) - 1) // (steps - 1)])
    latent_path(
        route,
        items if isinstance(items, list) else np.stack([*map(page_parts.as_bytes, items)]),
        key=f"interpolate.path.{run.content_hash}",
        model=source.model,
        modality=run.modality,
        live=source.live,
        note=wording.TOP_WORDS if run.modality == "documents" else "",
    )


def show_map(
    run: Run, source: Source, sent: Sent, route: Route | None, held: tuple[Pin, ...]
) -> None:
    """Show the map with the route and the pins on it."""
    latent_map(
        sent,
        source,
        key=map_key(run),
        pins=held,
        path=None if route is None else Trail(route.places, route.trust),
        draws=True,
        compact=True,
    )
    st.caption(computed.map_note(run))


def _count(steps: int) -> int:
    """Return how many points a route has: each of its steps is one of them."""
    return (steps - 1) * math.ceil((_PLACES - 1) / (steps - 1)) + 1
