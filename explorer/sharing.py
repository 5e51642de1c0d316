"""A whole view of a model taken into a link, and opened from one: what fits, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import (
    clusters_state,
    computed,
    filters,
    finding,
    interpolate_controls,
    page_parts,
    pins,
    search_panel,
    selection,
    session,
    share_home,
    share_link,
    view_picker,
)
from explorer.analysis.filtering import FilterError
from explorer.canvas import orders, ranges
from explorer.canvas.mount import current
from explorer.canvas.orders import Order
from explorer.canvas.state import FURTHEST_PLACE, Camera
from explorer.finding import Wish
from explorer.share_link import Shared
from explorer.share_parts import LONGEST_NAME, ShareLinkError

if TYPE_CHECKING:
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

COLOUR = "map.colour"
_TOLD = "sharing.told."
_WHOLE = Camera(1.0, 0.0, 0.0, whole=True)


def gathered(run: Run, key: str, camera: Camera | None, clustering: str | None = None) -> Shared:
    """Return what there is to see of a run, on the map with this key, for a link."""
    state = current(key, len(run))
    colour = session.recall(COLOUR)
    if colour is None or colour == computed.colour_choices(run)[0] or len(colour) > LONGEST_NAME:
        colour = None
    return Shared(
        share_home.identity_of(run),
        len(run),
        view_picker.chosen_id(run),
        colour,
        camera,
        selection.inspected(run),
        ranges.encode(state.selection),
        filters.conditions(run),
        search_panel.now(run),
        state.query,
        tuple(_short(run, pin) for pin in pins.kept(run) if _is_near(pin)),
        clustering,
        interpolate_controls.path_now(run),
    )


def _is_near(pin: Pin) -> bool:
    return max(abs(pin.x), abs(pin.y)) <= FURTHEST_PLACE


def _short(run: Run, pin: Pin) -> Pin:
    """A pin whose latent point is that of its item need not say it; one far out has none."""
    if pin.z is not None and max(map(abs, pin.z)) >= pins.FURTHEST:
        return replace(pin, z=None)
    if pin.z is None or pin.index is None:
        return pin
    same = np.array_equal(np.array(pin.z, np.float32), run.latents.mean[pin.index])
    return replace(pin, z=None) if same else pin


def open_link(run: Run, key: str) -> None:
    """Open what the address says, if it holds a link; afterwards it does not hold it any more.

    A link to a model that is here by another name opens that one. `key`: of the map that this run
    mounts. Call it before anything of the run is shown. From then
    on the visitor's own doings count: loaded again, the page opens without the link.
    """
    if not session.has_url_value(session.SHARE_PARAMETER):
        return
    # An empty one is a link that was cut.
    value = session.url_value(session.SHARE_PARAMETER) or ""
    elsewhere = share_home.find(value)
    if elsewhere is not None and not _is_of(run, value):
        session.rename_model(elsewhere)
        st.rerun()
    session.set_url_value(session.SHARE_PARAMETER, None)
    try:
        told = _opened(run, key, share_link.decode(value))
    except ShareLinkError as error:
        told = str(error)
    session.remember(_TOLD + run.content_hash, told)


def _is_of(run: Run, value: str) -> bool:
    return share_link.decode(value).content == share_home.identity_of(run)


def show_told(run: Run) -> None:
    """Say what could not be opened of a link, until the visitor has read it."""
    told: str | None = session.recall(_TOLD + run.content_hash)
    if told is None:
        return
    with st.container(key="share_told", horizontal=True, vertical_alignment="center"):
        st.warning(page_parts.literal(told), icon=":material/link:")
        st.button(
            "",
            key="share.read",
            icon=":material/close:",
            type="tertiary",
            help="Close",
            on_click=session.remember,
            args=(_TOLD + run.content_hash, None),
        )


def _opened(run: Run, key: str, shared: Shared) -> str | None:
    """Open what fits; return what is to be said of the rest."""
    left_out = _open_look(run, shared)
    camera = shared.camera or _WHOLE
    if computed_view(run, shared) is None:
        camera = _WHOLE  # it looked at another map
    if shared.content != share_home.identity_of(run) or shared.count != len(run):
        orders.give(key, Order(camera=camera))
        return _sentence(
            "This link is to another version of this model: only view, colour and camera are "
            "opened, as its items may be others.",
            left_out,
        )
    left_out += _open_items(run, key, shared, camera) + _open_rest(run, shared)
    return _sentence("", left_out) or None


def computed_view(run: Run, shared: Shared) -> object:
    """Return the projection that a link shows, None where it is not there."""
    if shared.view is None:
        return computed.projected(run)
    return view_picker.there(run, shared.view)


def _open_look(run: Run, shared: Shared) -> list[str]:
    left_out = []
    choices = computed.colour_choices(run)
    if shared.colour is None or shared.colour in choices:
        session.set_kept(COLOUR, shared.colour or choices[0])
    else:
        left_out.append(f"the colour “{shared.colour[:60]}”")
    view_picker.choose(run, shared.view)
    return left_out


def _open_items(run: Run, key: str, shared: Shared, camera: Camera) -> list[str]:
    left_out = []
    try:
        items = ranges.decode(shared.selection, len(run))
    except ranges.RangesError:
        items = ranges.decode("", 0)
        left_out.append("the selection, which is of other items")
    picked = shared.picked
    if picked is not None and picked >= len(run):
        left_out.append(f"item {picked:,}, as the last one is {len(run) - 1:,}")
        picked = None
    held = tuple(pin for pin in shared.pins if _fits(run, pin))
    if len(held) < len(shared.pins):
        count = len(shared.pins) - len(held)
        left_out.append(f"{count} {'pin' if count == 1 else 'pins'} of another space")
    selection.open_at(run, picked, items)
    pins.put(run, key, held)
    orders.give(key, Order(items, shared.query, held, camera))
    return left_out


def _fits(run: Run, pin: Pin) -> bool:
    inside = pin.index is None or pin.index < len(run)
    return inside and (pin.z is None or len(pin.z) == run.latent_dim)


def _open_rest(run: Run, shared: Shared) -> list[str]:
    left_out = []
    try:
        if shared.filters:
            computed.meeting(run, shared.filters)
        filters.put(run, shared.filters)
    except FilterError:
        left_out.append("the filters, which are on columns that are not here")
    wish = shared.wish
    if wish.is_empty or _can_be_found(run, wish):
        search_panel.wish_for(run, wish)
    else:
        left_out.append("the search, which this model has no use for")
    if shared.path is not None and not interpolate_controls.open_path(run, shared.path):
        left_out.append("the path, whose ends are not here")
    if shared.clustering is not None:
        if shared.clustering in clusters_state.every(run)[0]:
            clusters_state.open_clustering(run, shared.clustering)
        else:
            left_out.append("the clusters, which are not kept here")
    return left_out


def _can_be_found(run: Run, wish: Wish) -> bool:
    if wish.kind not in finding.kinds(run):
        return False
    inside = wish.item is None or wish.item < len(run)
    return inside and (wish.point is None or len(wish.point) == run.latent_dim)


def _sentence(first: str, left_out: Sequence[str]) -> str:
    if not left_out:
        return first
    *some, last = left_out
    what = f"{'; '.join(some)}; and {last}" if some else last
    return f"{first} Left out of the link: {what}.".strip()
