"""The map with its decoder as one file, from the panel of a map: as it is seen and noted there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer import (
    clusters_state,
    computed,
    computed_clusters,
    export_panel,
    items_out,
    pin_files,
    pins,
    session,
    share_home,
    share_items,
    sharing,
    view_picker,
)
from vae_core.run_notes import read_notes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.analysis.clusters.edits import Clustering
    from vae_core.checkpoint import Run


def show(run: Run, key: str, clustering: str | None) -> None:
    """Let the file be made and downloaded.

    Args:
        key: of the map beside it.
        clustering: the id of the one that colours it; None on the Map page.
    """
    st.caption(
        "The map with a working decoder in one HTML file: this view, these colours, the pins with "
        "their notes. Not in it: camera, selection and search."
    )
    which, items = share_items.choose(run, key)
    others = "" if items is None else " No other item is in the file."
    st.caption(share_items.MEANING[which] + others)
    count = len(run) if items is None else len(items)
    options = export_panel.sampled(count, f"share.most.{run.content_hash}")
    view, colour = view_picker.chosen_id(run), session.recall(sharing.COLOUR)
    if clustering is not None:
        colour = computed.way_of(run, clustering)
        if colour is None:
            _keep(run, clustering)
    for name, value in (("--view", view), ("--colour", colour), *_files(run, items)):
        if value is not None:
            options += (name, value)
    # Names of clusters are in it, and the run's own title.
    version = f"{run.content_hash} {read_notes(run.path).title} {computed_clusters.stamp(run)}"
    export_panel.show(run.path, version, "html", options)


def _keep(run: Run, clustering: str) -> None:
    """Clusters that nobody has changed are found anew each time, and no file knows of them."""
    found = clusters_state.every(run)[0].get(clustering)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("These clusters are not kept with the run yet, so the file would lack them.")
        if found is not None:
            st.button("Keep them", on_click=_kept, args=(run, found))


def _kept(run: Run, found: Clustering) -> None:
    clusters_state.keep(run, found)


def _files(run: Run, items: NDArray[np.int64] | None) -> list[tuple[str, str]]:
    """What is too long for a command: the numbers of the items, and the pins."""
    given = []
    if items is not None:
        numbers = "\n".join(map(str, items.tolist())).encode()
        given.append(("--only", str(items_out.written(numbers, "items.txt"))))
    if held := pins.kept(run):
        said = pin_files.to_json(held, [None] * len(held), share_home.identity_of(run), "")
        given.append(("--pins", str(items_out.written(said.encode(), "pins.json"))))
    return given
