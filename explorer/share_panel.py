"""The Share panel of a page with a map: its view as a link or a picture, its items as a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from explorer import (
    catalogue,
    clusters_state,
    computed,
    session,
    share_file,
    share_items,
    share_link,
    sharing,
    view_picker,
)
from explorer.analysis.projection.spec import PCA, RAW
from explorer.canvas import share

if TYPE_CHECKING:
    from explorer.analysis.clusters.edits import Clustering
    from explorer.analysis.projection import Projection
    from explorer.share_link import Link
    from vae_core.checkpoint import Run

LINK, PICTURE, ITEMS, FILE = "Link", "Picture", "Items", "File"
PANEL_WIDTH = 380

CARRIED = (
    "It opens the same view: model, {colour}, projection, camera, item, selection, filters, "
    "search, pins with their notes, and the path."
)
NOT_CARRIED = (
    "Not in it: what is probed, {more}classes hidden in the legend, and files of your own. Who "
    "opens it needs this server, or the same model on another one."
)


@dataclass(frozen=True)
class Place:
    """Where the panel stands.

    Attributes:
        key: of the map beside it. colour: what that is coloured by, in words.
        clustering: the id of the one that is open, if any.
    """

    key: str
    model_id: str
    colour: str
    clustering: str | None = None


def of_clusters(run: Run, model_id: str, clustering: Clustering) -> Place:
    """Return where the panel of the Clusters page stands."""
    key = clusters_state.map_key(run)
    return Place(key, model_id, clustering.words(), clustering.spec.id)


def show(run: Run, place: Place, projection: Projection) -> None:
    """Show the button, and behind it the panel; it runs by itself."""

    @st.fragment
    def panel() -> None:
        button = st.popover(
            "Share",
            icon=":material/share:",
            key=f"share.open.{run.content_hash}",
            on_change="rerun",
        )
        if not button.open:
            return
        with button, st.container(width=PANEL_WIDTH, key="share_panel"):
            way = st.segmented_control(
                "What to take away",
                (LINK, PICTURE, ITEMS, FILE),
                key=session.kept_widget("share.way", LINK, (LINK, PICTURE, ITEMS, FILE)),
                required=True,
                label_visibility="collapsed",
            )
            if way == PICTURE:
                _picture(run, place, projection)
            elif way == ITEMS:
                share_items.show(run, place.key, view_picker.chosen_id(run))
            elif way == FILE:
                share_file.show(run, place.key, place.clustering)
            else:
                _link(run, place)

    panel()


def link_of(run: Run, place: Place) -> Link:
    """Return the link of what is seen, with the camera that the panel was told of."""
    camera = share.looked(_key(run)).camera
    return share_link.encode(sharing.gathered(run, place.key, camera, place.clustering))


def _link(run: Run, place: Place) -> None:
    link = link_of(run, place)
    share.share_link(
        _key(run),
        place.model_id,
        {session.MODEL_PARAMETER: place.model_id, session.SHARE_PARAMETER: link.value},
        share.looked(_key(run)).turn,
    )
    if link.left_out:
        what = " and ".join(link.left_out)
        verb = "is" if len(link.left_out) == 1 and not what.endswith("s") else "are"
        st.warning(
            f"Too much for a link: {what} {verb} left out. What a link carries has at most "
            f"{share_link.LONGEST:,} characters.",
            icon=":material/content_cut:",
        )
    clusters = place.clustering is not None
    st.caption(CARRIED.format(colour="clusters" if clusters else "colour"))
    st.caption(NOT_CARRIED.format(more="a chosen card, " if clusters else ""))


def _picture(run: Run, place: Place, projection: Projection) -> None:
    entry = catalogue.find(place.model_id, catalogue.list_models())
    name = run.path.name if entry is None else entry.title
    title = f"{name} · {len(run):,} {run.modality} · {projection.spec.words}"
    file = "-".join((run.path.name, projection.spec.method, place.colour))
    share.share_picture(
        f"{_key(run)}.picture",
        place.model_id,
        title=title,
        note=computed.map_note(run, projection),
        file=re.sub(r"[^\w]+", "-", file).strip("-").lower()[:80] or "map",
        axes=_axes(projection),
    )


def _axes(projection: Projection) -> tuple[str, ...] | None:
    """What the axes of a plane are; those of the others are nothing that could be named."""
    if projection.points.shape[1] != 2 or projection.latents is not None:
        return None
    if projection.spec.method == PCA and projection.explained is not None:
        shares = projection.explained[:2]
        return tuple(f"PC {k} ({share:.0%} of the variance)" for k, share in enumerate(shares, 1))
    return ("z1", "z2") if projection.spec.method == RAW else None


def _key(run: Run) -> str:
    return f"share.link.{run.content_hash}"
