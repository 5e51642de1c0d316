"""What a page has a map do once: select, look somewhere, take other pins, search for other words.

A map's state is the browser's. An order is told to it until it says that it is carried out; until
then the page goes by what was ordered, whether a browser has seen it yet or not.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import session
from explorer.canvas import ranges
from explorer.canvas.state import Camera, MapState, Pin


def _token() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be otherwise on a map; None of a part leaves it as it is.

    Attributes:
        selection: (n,) int64, the items to select, rising.
        pins: those to show; where each lies, the map is told as ever.
    """

    selection: NDArray[np.int64] | None = None
    query: str | None = None
    pins: tuple[Pin, ...] | None = None
    camera: Camera | None = None
    token: str = field(default_factory=_token)

    def to_json(self) -> dict[str, Any]:
        """Return the order as the browser knows it."""
        return {
            "token": self.token,
            "ranges": None if self.selection is None else ranges.encode(self.selection),
            "query": self.query,
            "pins": self.pins is not None,
            "camera": None if self.camera is None else _seen(self.camera),
        }


def give(key: str, order: Order) -> None:
    """Have the map with this key carry an order out, after what was ordered before."""
    before = _given(key)
    if before is not None:
        order = Order(
            before.selection if order.selection is None else order.selection,
            before.query if order.query is None else order.query,
            before.pins if order.pins is None else order.pins,
            before.camera if order.camera is None else order.camera,
            order.token,
        )
    session.remember(_key(key), order)


def open_order(key: str, state: MapState | None) -> Order | None:
    """Return what a map in this state still has to do."""
    order = _given(key)
    if order is not None and state is not None and state.done == order.token:
        session.remember(_key(key), None)
        return None
    return order


def as_ordered(state: MapState, order: Order | None) -> MapState:
    """Return the state of a map as it is once an order is carried out."""
    if order is None:
        return state
    return replace(
        state,
        selection=state.selection if order.selection is None else order.selection,
        query=state.query if order.query is None else order.query,
        pins=state.pins if order.pins is None else order.pins,
        camera=state.camera if order.camera is None else order.camera,
    )


def _given(key: str) -> Order | None:
    order: Order | None = session.recall(_key(key))
    return order


def _key(key: str) -> str:
    return f"{key}.order"


def _seen(camera: Camera) -> dict[str, Any]:
    where = {"zoom": camera.zoom, "u": camera.u, "v": camera.v, "whole": camera.whole}
    if camera.orbit is None:
        return where
    yaw, pitch, *target = camera.orbit
    return {**where, "yaw": yaw, "pitch": pitch, "target": target}
