"""What a visitor of the Clusters page has open, selected there and changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import cluster_place, computed_clusters, kept_clusters, session
from explorer.analysis.clusters.edits import Clustering
from explorer.analysis.clusters.spec import ClusterError
from explorer.canvas.mount import current
from explorer.kept_clusters import KeptError
from vae_core.config import ConfigError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

Edit = Callable[[Clustering], Clustering]
_CHANGED, _TOLD, _NOTED = "clusters.changed", "clusters.told", "clusters.noted"


@dataclass(frozen=True)
class Focus:
    """Items selected by their clusters, and of those by their label.

    Attributes:
        of: the id of the clustering. clusters: its numbers, -1 noise.
        label: only items of this label; None: all.
    """

    of: str
    clusters: tuple[int, ...]
    label: str | None = None


def chosen(run: Run) -> str | None:
    """Return the id of the clustering to show; None before one was chosen."""
    name: str | None = session.recall(_chosen_key(run))
    return name


def choosing_key(run: Run) -> str:
    """Return the key of the widget that chooses.

    It is another one whenever something is opened otherwise: what a browser says of the earlier
    one, which it may not have been told of yet, is not heard then.
    """
    return f"{_chosen_key(run)}.{session.recall(_times_key(run), 0)}"


def choose(run: Run, name: str) -> None:
    """Show the clustering of this id from now on: from the widget that chooses."""
    session.remember(_chosen_key(run), name)


def open_clustering(run: Run, name: str) -> None:
    """Show the clustering of this id from now on."""
    choose(run, name)
    session.remember(_times_key(run), int(session.recall(_times_key(run), 0)) + 1)
    changed()


def edit(run: Run, clustering: Clustering, change: Edit) -> None:
    """Change a clustering and keep it; where that cannot be, say so and leave all as it is."""
    folder, name = cluster_place.place_of(run), clustering.spec.id
    try:
        if not _is_there(run, name):
            kept_clusters.keep(folder, run, change(clustering))
        else:
            kept_clusters.change(folder, run, name, change)
    except (KeptError, ClusterError, ConfigError) as error:
        tell(str(error))
    changed()


def keep(run: Run, clustering: Clustering) -> bool:
    """Keep what was found and open it; tell whether that could be."""
    try:
        kept_clusters.keep(cluster_place.place_of(run), run, clustering)
    except KeptError as error:
        tell(str(error))
        return False
    open_clustering(run, clustering.spec.id)
    return True


def remove(run: Run, name: str) -> None:
    """Remove what is kept under this id."""
    try:
        kept_clusters.remove(cluster_place.place_of(run), name)
    except KeptError as error:
        tell(str(error))
    changed()


def _is_there(run: Run, name: str) -> bool:
    """Whether there is something of this id to change; what is damaged is replaced."""
    try:
        return kept_clusters.read(cluster_place.place_of(run), run, name) is not None
    except KeptError:
        return False


def tell(sentence: str) -> None:
    """Have the page say this once."""
    session.remember(_TOLD, sentence)


def note(sentence: str) -> None:
    """Have the page say this in passing: it went well."""
    session.remember(_NOTED, sentence)


def noted() -> str | None:
    """Return what is to be said in passing, once."""
    sentence: str | None = session.recall(_NOTED)
    session.remember(_NOTED, None)
    return sentence


def told() -> str | None:
    """Return what is to be said, once."""
    sentence: str | None = session.recall(_TOLD)
    session.remember(_TOLD, None)
    return sentence


def changed() -> None:
    """Have the whole page run again: from a callback of a part of it."""
    session.remember(_CHANGED, True)


def take_change() -> bool:
    """Tell, once, whether the whole page is to run again."""
    there = bool(session.recall(_CHANGED, False))
    session.remember(_CHANGED, False)
    return there


def map_key(run: Run) -> str:
    """Return the key of the map that is mounted now."""
    return f"clusters.map.{run.content_hash}.{session.recall(_turn_key(run), 0)}"


def focus_on(run: Run, focus: Focus | None) -> None:
    """Select these items; None: nothing."""
    session.remember(_focus_key(run), focus)
    if len(current(map_key(run), len(run)).selection):
        # What was drawn on the map is the browser's to forget: another map begins without it.
        session.remember(_turn_key(run), int(session.recall(_turn_key(run), 0)) + 1)
    changed()


def focus(run: Run, clustering: Clustering) -> tuple[Focus, NDArray[np.bool_]] | None:
    """Return what is selected of a clustering and the items, (items,); None for nothing."""
    found: Focus | None = session.recall(_focus_key(run))
    known = {*clustering.clusters, -1}
    if found is None or found.of != clustering.spec.id or not known.issuperset(found.clusters):
        return None
    inside = np.isin(clustering.assignment, found.clusters)
    if found.label is not None and run.labels is not None:
        inside &= np.asarray(run.labels, object) == found.label
    return found, inside


def every(run: Run) -> tuple[dict[str, Clustering], list[str]]:
    """Return the clusterings to choose from by their ids, and a sentence for each bad one.

    The usual k-means is among them, though nobody has kept it.
    """
    kept = computed_clusters.kept(run)
    problems = list(kept.problems)
    found = dict(kept.clusterings)
    try:
        usual = computed_clusters.usual(run)
    except ClusterError as error:
        if not found:
            problems.append(str(error))
    else:
        found = {usual.spec.id: usual, **found}
    return found, problems


def _chosen_key(run: Run) -> str:
    return f"clusters.which.{run.content_hash}"


def _times_key(run: Run) -> str:
    return f"clusters.opened.{run.content_hash}"


def _focus_key(run: Run) -> str:
    return f"clusters.focus.{run.content_hash}"


def _turn_key(run: Run) -> str:
    return f"clusters.turn.{run.content_hash}"
