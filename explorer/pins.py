"""The pins of a model: places that were kept on its map, and the latent points they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import session
from explorer.canvas import orders

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.canvas.state import MapState, Pin
    from vae_core.checkpoint import Run

# Further out there is nothing to decode, whoever says so.
FURTHEST = 1e6


def heard(run: Run, state: MapState) -> tuple[Pin, ...]:
    """Keep the pins that a map tells of and return them; the kept ones where it is silent yet."""
    if state.turn:  # it has said something since it was mounted
        session.remember(_key(run), state.pins)
    return kept(run)


def kept(run: Run) -> tuple[Pin, ...]:
    """Return the pins of a model, which its maps on all pages share."""
    pins: tuple[Pin, ...] = session.recall(_key(run), ())
    return pins


def put(run: Run, key: str, pins: Sequence[Pin]) -> None:
    """Have these pins from now on; the map with this key is told to show them."""
    session.remember(_key(run), tuple(pins))
    orders.give(key, orders.Order(pins=tuple(pins)))


def placed(run: Run, pins: Sequence[Pin], view: str, projection: Projection) -> tuple[Pin, ...]:
    """Return the pins as they lie on a flat map; those that stand for no latent point stay."""
    if projection.points.shape[1] != 2:
        return tuple(pins)
    found = list(pins)
    for number, z in points(run, pins).items():
        pin = pins[number - 1]
        if pin.index is None and pin.view != view:
            x, y = projection.place(z[None])[0].tolist()
            found[number - 1] = replace(pin, x=x, y=y, view=view)
    return tuple(found)


def points(run: Run, pins: Sequence[Pin]) -> dict[int, NDArray[np.float32]]:
    """Return the latent points (latent_dim,) of the pins that have one, by their numbers from 1."""
    found = {}
    for number, pin in enumerate(pins, 1):
        if pin.z is not None and len(pin.z) == run.latent_dim and max(map(abs, pin.z)) < FURTHEST:
            found[number] = np.array(pin.z, np.float32)
        elif pin.index is not None:
            found[number] = run.latents.mean[pin.index]
    return found


def _key(run: Run) -> str:
    return f"map.{run.content_hash}.pins"
