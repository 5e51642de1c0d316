"""The map of the Read page, and what lies over its points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed, computed_reading, pins, reading_words, session
from explorer.analysis import hole_field, spread
from explorer.canvas.layers import MOST_ELLIPSES, Ellipses, Layers, Shade
from explorer.canvas.mount import Sent, Source, latent_map
from explorer.content import key_of
from explorer.read_wait import ready

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.canvas.state import MapState, Pin
    from vae_core.checkpoint import Run

HOLES, SPREAD = "Holes", "Spread (σ)"
# Of items that nobody selected, so many are enough to see how large posteriors are.
USUAL_ELLIPSES = 150
# On a line they lie over each other.
USUAL_ON_A_LINE = 30
_LAYERS, _DRAWN, _OFF = "read.layers", "read.layers.drawn", "read.layers.off"
_NO_PLACE = (
    "Holes and spread cannot be drawn on this view: it has places for items only, not for what "
    "lies between them. Choose PCA under View."
)
_SPACE = "Holes and spread are drawn on a plane: choose a view of two dimensions."


def choose_layers() -> tuple[str, ...]:
    """Show which layers lie over the map; return those that are on."""
    chosen = st.pills(
        "Layers",
        (HOLES, SPREAD),
        selection_mode="multi",
        key=session.kept_widget(_LAYERS, [HOLES]),
        on_change=_switched,
        help="Holes: where the prior, which new samples are drawn from, has mass but no item lies. "
        "Spread: how far the model's guess of each item reaches, one standard deviation (σ).",
        label_visibility="collapsed",
    )
    session.remember(_DRAWN, tuple(chosen or ()))
    return tuple(chosen or ())


def lay(layer: str) -> None:
    """Lay a layer over the map, unless the visitor took it away: from a callback."""
    on = tuple(session.recall(_LAYERS, (HOLES,)) or ())
    if layer not in on and layer not in session.recall(_OFF, ()):
        session.set_kept(_LAYERS, [*on, layer])


def _switched() -> None:
    """Note which layers the visitor took away."""
    on = set(session.recall(_LAYERS) or ())
    off = set(session.recall(_OFF, ())) | set(session.recall(_DRAWN, ()))
    session.remember(_OFF, tuple(sorted(off - on)))


def show(
    run: Run,
    sent: Sent,
    source: Source,
    projection: Projection,
    state: MapState,
    held: tuple[Pin, ...],
    item: int,
    key: str,
) -> None:
    """Show the map with the layers that are on."""
    on = choose_layers()
    layers = _layers(run, source, projection, state, item, on)
    latent_map(
        sent,
        source,
        key=key,
        picked=item,
        pins=pins.placed(run, held, source.view, projection),
        layers=layers,
        compact=True,
    )
    st.caption(" ".join(_notes(run, projection, layers, on, state.selection)))


def _layers(
    run: Run,
    source: Source,
    projection: Projection,
    state: MapState,
    item: int,
    on: tuple[str, ...],
) -> Layers:
    shade, ellipses = None, None
    if HOLES in on and hole_field.can_draw(projection) and len(run) > 1:
        found = ready(
            lambda: computed_reading.field(run, source.view, projection),
            lambda: computed_reading.share_of_field(run, source.view),
            "Looking for holes.",
        )
        shade = None if found is None else Shade(found.shares, found.low, found.high)
    if SPREAD in on and spread.can_draw(projection):
        ellipses = _ellipses(run, projection, state.selection, item)
    return Layers(shade, ellipses)


def _ellipses(run: Run, projection: Projection, selected: NDArray[np.int64], item: int) -> Ellipses:
    chosen = selected if len(selected) else np.arange(len(run))
    items = np.unique(np.append(chosen[spread.drawn(len(chosen), _most(run, selected))], item))
    covariances = spread.covariances(run.latents.log_variance[items], projection)
    marked = int(np.searchsorted(items, item))
    return Ellipses(projection.points[items], covariances, marked)


def _most(run: Run, selected: NDArray[np.int64]) -> int:
    """Of how many items ellipses are drawn, beside the one that is shown."""
    usual = USUAL_ON_A_LINE if run.latent_dim == 1 else USUAL_ELLIPSES
    return MOST_ELLIPSES - 1 if len(selected) else usual


def _notes(
    run: Run,
    projection: Projection,
    layers: Layers,
    on: tuple[str, ...],
    selected: NDArray[np.int64],
) -> list[str]:
    if on and projection.points.shape[1] != 2:
        return [_SPACE]
    if on and not spread.can_draw(projection):
        return [_NO_PLACE]
    notes = []
    if layers.holes is not None:
        found = computed_reading.HOLES.peek(key_of(run))
        notes.append(reading_words.hatched(projection.plane is None, found))
    if layers.ellipses is not None:
        notes.append(_whose(run, len(layers.ellipses.places), selected))
    return [*notes, computed.map_note(run, projection)]


def _whose(run: Run, count: int, selected: NDArray[np.int64]) -> str:
    """Say of which items the ellipses are, `count` of them."""
    of = f"{count:,} {'item' if count == 1 else 'items'}"
    most = min(len(selected) or len(run), _most(run, selected))
    chosen = "selected" if most == len(selected) else "drawn at random"
    if count > most:
        of += f": {most:,} {chosen} and the one shown"
    elif most < (len(selected) or len(run)):
        of += f", {chosen}, the one shown among them"
    return f"Ellipses: one σ of {of}."
