"""Mount the canvas's components on a page.

The browser code is loaded from the static folder; what it needs is sent as columns
(`explorer.canvas.columns`) and a small dictionary; what a visitor does comes back as state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.canvas import columns, orders
from explorer.canvas.component import Shown, component, nothing, said, still
from explorer.canvas.state import MapState, Pin, Probed, parse
from explorer.colouring import Continuous

if TYPE_CHECKING:
    from explorer.canvas.columns import Column
    from explorer.canvas.guests import Guests
    from explorer.canvas.layers import Layers
    from explorer.canvas.named import Clusters
    from explorer.colouring import Colouring

MOST_POINTS = 5_000_000


@dataclass(frozen=True, eq=False)
class Answer:
    """What lies at a probed place: a picture (height, width[, colours]) uint8, or a text.

    Attributes:
        trust: 1 where items are dense, towards 0 where there are none.
        nearest: the nearest item.
        z: (latent_dim,), the point that was decoded.
    """

    trust: float
    nearest: int
    z: NDArray[np.floating]
    shown: Shown


@dataclass(frozen=True, eq=False)
class Trail:
    """A path on the map.

    Attributes:
        places: (n, 2), in order and evenly apart; (n, 3) on a map in space.
        trust: (n,), 1 where items are dense, towards 0 where there are none.
    """

    places: NDArray[np.floating]
    trust: NDArray[np.floating]

    def to_json(self) -> dict[str, Any]:
        """Return the path as the browser knows it."""
        return {"places": self.places.tolist(), "trust": self.trust.round(3).tolist()}


@dataclass(frozen=True)
class Source:
    """Whose map this is, in the words of the live socket.

    Attributes:
        model: the model's id, as in `?model=`.
        view: the id under which the map was published.
        live: how to connect, `{"path", "token"}`; None where there is no live socket.
        open_rest: whether a place on the map leaves some of z open.
        decode: decodes a place where there is no live socket, or the connection to it is lost.
    """

    model: str
    view: str
    modality: str
    noun: str
    live: Mapping[str, str] | None = None
    open_rest: bool = False
    decode: Callable[[Probed], Answer | None] | None = None


@dataclass(frozen=True)
class Sent:
    """The columns of a map that are on their way to the browser, and what is to be said of them.

    Attributes:
        count: how many points there are.
        dims: 2 on a plane, 3 in space.
        names: of the columns, by what they hold.
        colour: what the legend says.
        clusters: the names to write on the map, None where there are no clusters.
    """

    count: int
    dims: int
    names: Mapping[str, str | None]
    colour: Mapping[str, Any]
    clusters: Mapping[str, Any] | None


def send(
    points: NDArray[np.floating],
    *,
    key: str,
    colour: Colouring,
    title: str,
    clusters: Clusters | None = None,
) -> Sent:
    """Send what a map of `points` is made of; mount it with `latent_map` afterwards.

    Points are (n, 2), or (n, 3) for a map in space. On a map that is mounted they go from where
    they were to where they are now. Called outside of the fragment that holds the map, it costs
    nothing when only something on the map is done. Of what the browser has already, a reference
    is sent.

    Args:
        colour: of the same n points; `title` says what it shows.

    Raises:
        ValueError: more than 5,000,000 points, or columns of another length.
    """
    _check(points, colour, clusters)
    coloured, about = columns.colours(colour, title)
    parts = {
        "xy": columns.places(points),
        "colour": coloured,
        "cluster": None if clusters is None else clusters.column(),
    }
    _carry(key, parts)
    names = {name: column.name if column else None for name, column in parts.items()}
    named = None if clusters is None else clusters.to_json()
    return Sent(len(points), points.shape[1], names, about, named)


def current(key: str, count: int) -> MapState:
    """Return what was last done on the map of `count` points that this run will mount.

    What it was ordered to do (`canvas.orders`) counts as done.
    """
    state = parse(said(key), count)
    return orders.as_ordered(state or MapState(), orders.open_order(key, state))


def latent_map(
    sent: Sent,
    source: Source,
    *,
    key: str,
    mask: NDArray[np.bool_] | None = None,
    picked: int | None = None,
    pins: Sequence[Pin] = (),
    guests: Guests | None = None,
    layers: Layers | None = None,
    search: bool = False,
    path: Trail | None = None,
    draws: bool = False,
    compact: bool = False,
    link: str | None = None,
    height: int | Literal["stretch"] = "stretch",
) -> MapState:
    """Mount the map of what was sent, and return what has been done on it.

    Args:
        mask: (n,) the points that take part; the others are dimmed and cannot be selected.
        picked, pins: what was picked and kept before, as on another visit to the page.
        guests: other items to show among the points.
        layers: what lies over the points, such as holes and posteriors.
        search: show a search box; what is typed comes back as `query`.
        path: a path to show.
        draws: offer to draw a path by hand; what is drawn comes back as `drawn`.
        compact: beside something else: the legend is folded, and nothing is explained.
        link: maps of the same items that have the same link share what is selected.

    Raises:
        ValueError: the mask is of another length.
    """
    if mask is not None and len(mask) != sent.count:
        raise ValueError(f"The map has {sent.count:,} points, but mask has {len(mask):,}.")
    filtered = None if mask is None else columns.bits(mask)
    brought = None if guests is None else guests.column
    over = {} if layers is None else layers.columns
    _carry(f"{key}_filter", {"mask": filtered, "guests": brought, **over})
    state = current(key, sent.count)
    order = orders.open_order(key, state)
    classes = sent.colour.get("names")
    mounted = component("latentMap")(
        key=key,
        data={
            "columns": {
                **sent.names,
                "mask": filtered and filtered.name,
                "guests": brought and brought.name,
                **{name: column and column.name for name, column in over.items()},
            },
            "guest": None if guests is None else guests.marked,
            "code_bytes": columns.class_bytes(len(classes)) if isinstance(classes, list) else 2,
            "count": sent.count,
            "dims": sent.dims,
            "colour": sent.colour,
            "clusters": sent.clusters,
            "summary": _summary(sent, source.noun),
            "noun": source.noun,
            "modality": source.modality,
            "model": source.model,
            "view": source.view,
            "open_rest": source.open_rest,
            "live": None if source.live is None else dict(source.live),
            "search": search,
            "compact": compact,
            "link": link,
            "path": None if path is None else path.to_json(),
            "draws": draws,
            "picked": picked,
            "pins": [pin.to_json() for pin in pins],
            "order": order and order.to_json(),
            "answer": _answer(source, state.probe),
            "turn": state.turn,
        },
        height=height,
        on_state_change=nothing,
    )
    return parse(mounted.get("state"), sent.count) or MapState(picked=picked, pins=tuple(pins))


def _check(points: NDArray[np.floating], colour: Colouring, clusters: Clusters | None) -> None:
    if points.ndim != 2 or points.shape[1] not in (2, 3) or len(points) > MOST_POINTS:
        raise ValueError(
            f"A map has up to {MOST_POINTS:,} points (n, 2) or (n, 3), not {points.shape}."
        )
    of_colour = colour.values if isinstance(colour, Continuous) else colour.codes
    lengths = {
        "colour": len(of_colour),
        "clusters": len(points) if clusters is None else len(clusters.codes),
    }
    wrong = [f"{name} has {found:,}" for name, found in lengths.items() if found != len(points)]
    if wrong:
        raise ValueError(f"The map has {len(points):,} points, but {' and '.join(wrong)}.")


def _summary(sent: Sent, noun: str) -> str:
    space = ", in three dimensions" if sent.dims == 3 else ""
    of = f"Map of {sent.count:,} {noun} in the latent space{space}"
    colour, names = sent.colour, sent.colour.get("names")
    if isinstance(names, list) and len(names) < 2:
        return f"{of}."
    groups = f", {len(names)} groups" if isinstance(names, list) else ""
    return f"{of}, coloured by {colour['title']}{groups}."


def _answer(source: Source, probe: Probed | None) -> dict[str, Any] | None:
    if source.decode is None or probe is None:
        return None
    found = source.decode(probe)
    if found is None:
        return None
    return still(found.shown, found.z, probe.request, found.trust, found.nearest)


def _carry(key: str, parts: Mapping[str, Column | None]) -> None:
    """Mount columns, each by itself, where nobody sees them."""
    with st.container(key=f"columns_{key}", gap=None):
        for name, column in parts.items():
            if column is not None:
                component("column")(key=f"{key}.{name}", data=column.data)
