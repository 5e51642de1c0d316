"""The path on the Interpolate page: what lies along it, and where it goes on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import computed, page_parts, wording
from explorer.analysis.interpolation import between, way
from explorer.canvas.mount import Sent, Source, latent_map
from explorer.canvas.path import latent_path

if TYPE_CHECKING:
    from explorer.interpolate_controls import End, PathSettings
    from vae_core.checkpoint import Run

# A great circle is a curve on the map: enough places to look like one.
_PLACES = 49


def map_key(run: Run) -> str:
    """Return the key of the page's map."""
    return f"interpolate.map.{run.content_hash}"


def show(
    run: Run, source: Source, sent: Sent, ends: tuple[End, End], settings: PathSettings
) -> None:
    """Show the path between two ends, and beside it the map with the path drawn on it."""
    start, end = ends
    path_side, map_side = st.columns([1.15, 1], gap="medium")
    with path_side, st.container(key="interpolate_path", gap=None):
        items = between(run, start.point, end.point, settings.steps, spherical=settings.spherical)
        latent_path(
            items if isinstance(items, list) else np.stack([*map(page_parts.as_bytes, items)]),
            key=f"interpolate.path.{run.content_hash}",
            model=source.model,
            modality=run.modality,
            live=source.live,
            ends=(start.point, end.point),
            names=(start.name, end.name),
            spherical=settings.spherical,
            note=wording.TOP_WORDS if run.modality == "documents" else "",
        )
    with map_side, st.container(key="path_map", gap=None):
        places = way(start.point, end.point, _PLACES, spherical=settings.spherical)
        latent_map(
            sent,
            source,
            key=map_key(run),
            path=computed.projected(run).place(places),
            compact=True,
        )
