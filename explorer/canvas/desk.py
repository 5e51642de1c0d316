"""The mixing desk: a live slider for each latent dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.canvas.component import Shown, component, nothing, said, still
from explorer.loose_json import finite

if TYPE_CHECKING:
    from explorer.latent_controls import Axis

# Beyond this many standard deviations of the prior no slider reaches.
FURTHEST = 1_000.0
HOTTEST = 1.5
LONGEST_ORIGIN = 200


@dataclass(frozen=True, eq=False)
class DeskState:
    """Where the sliders stand.

    Attributes:
        z: (latent_dim,) float32.
        origin: what they were last set to as a whole, and whether they were moved since.
        temperature: how far random samples stray.
    """

    z: NDArray[np.float32]
    origin: str
    temperature: float = 1.0


@dataclass(frozen=True, eq=False)
class Desk:
    """What the desk is to know of a model.

    Attributes:
        axes: of all dimensions, the most used one first.
        spreads: for each axis, how many items lie in each part of its reach.
        shown: how many sliders are shown at first.
        items: how many items there are to start from.
        start: an item's z and what to call it.
        decode: what lies at z, where there is no live socket.
        note: one sentence below what is decoded, or nothing.
    """

    model: str
    modality: str
    noun: str
    live: Mapping[str, str] | None
    axes: Sequence[Axis]
    spreads: Sequence[NDArray[np.integer]]
    shown: int
    items: int
    start: Callable[[int], tuple[NDArray[np.float32], str]]
    decode: Callable[[NDArray[np.float32]], Shown]
    note: str = ""


def mixing_desk(desk: Desk, first: DeskState, *, key: str) -> DeskState:
    """Mount the desk and return where its sliders stand; `first` is where they begin."""
    heard = said(key)
    state, request = _parse(desk, heard, first)
    answered = desk.live is None or not isinstance(heard, Mapping)
    component("mixingDesk")(
        key=key,
        data={
            "modality": desk.modality,
            "noun": desk.noun,
            "model": desk.model,
            "live": None if desk.live is None else dict(desk.live),
            "dims": [_dimension(axis, spread) for axis, spread in _pairs(desk)],
            "shown": desk.shown,
            "z": [float(value) for value in state.z],
            "origin": state.origin,
            "temperature": state.temperature,
            "items": desk.items,
            "note": desk.note,
            "answer": still(desk.decode(state.z), state.z, request) if answered else None,
        },
        on_state_change=nothing,
    )
    return state


def _pairs(desk: Desk) -> list[tuple[Axis, NDArray[np.integer]]]:
    return list(zip(desk.axes, desk.spreads, strict=True))


def _dimension(axis: Axis, spread: NDArray[np.integer]) -> dict[str, Any]:
    most = max(1, int(spread.max(initial=0)))
    return {
        "index": axis.dimension,
        "name": axis.name,
        "low": axis.low,
        "high": axis.high,
        "usage": axis.usage_words,
        "help": axis.help,
        "spread": [round(100 * int(count) / most) for count in spread],
    }


def _parse(desk: Desk, heard: object, first: DeskState) -> tuple[DeskState, int]:
    """Return where the desk stands by what the browser says, and the number of its request."""
    if not isinstance(heard, Mapping):
        return first, 0
    request = heard.get("request")
    number = request if isinstance(request, int) and not isinstance(request, bool) else 0
    heat = finite(heard.get("temperature"))
    temperature = first.temperature if heat is None else min(HOTTEST, max(0.0, heat))
    item = heard.get("item")
    if isinstance(item, int) and not isinstance(item, bool) and 0 <= item < desk.items:
        start, name = desk.start(item)
        return DeskState(start, name, temperature), number
    z = _latent(heard.get("z"), len(first.z))
    called = heard.get("origin")
    if z is None or not isinstance(called, str):
        return DeskState(first.z, first.origin, temperature), number
    return DeskState(z, called[:LONGEST_ORIGIN], temperature), number


def _latent(heard: object, length: int) -> NDArray[np.float32] | None:
    if not isinstance(heard, Sequence) or isinstance(heard, str) or len(heard) != length:
        return None
    numbers = [finite(value) for value in heard]
    known = [number for number in numbers if number is not None]
    if len(known) != length:
        return None
    return np.clip(np.array(known, np.float64), -FURTHEST, FURTHEST).astype(np.float32)
