"""Which colour each cluster has, on the map as on its card.

The map gives its classes the colours of the palette in their order. A cluster that people gave a
colour of the palette therefore takes that place in the order, and the others the places left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from explorer.analysis.clusters.edits import by_place
from explorer.analysis.clusters.fitting import NOISE
from explorer.colouring import NEUTRAL, PALETTE, Categories, Shades

if TYPE_CHECKING:
    from explorer.analysis.clusters.edits import Clustering

NAMES = (
    "Blue", "Orange", "Green", "Vermilion", "Pink", "Sky", "Yellow", "Brown", "Violet", "Teal",
    "Red", "Indigo", "Leaf", "Salmon", "Magenta", "Mint", "Purple", "Olive", "Maroon", "Orchid",
)  # fmt: skip
_PLACES = {shade.light: place for place, shade in enumerate(PALETTE)}


def order(clustering: Clustering) -> tuple[int, ...]:
    """Return the clusters in the order of the palette."""
    clusters = clustering.clusters
    places: dict[int, int] = {}
    for wanted in (_chosen, _by_number):
        for cluster in clusters:
            place = wanted(clustering, cluster)
            free = place is not None and place < len(clusters) and place not in places
            if place is not None and free and cluster not in places.values():
                places[place] = cluster
    left = iter([cluster for cluster in clusters if cluster not in set(places.values())])
    return tuple(places[i] if i in places else next(left) for i in range(len(clusters)))


def shades(clustering: Clustering) -> dict[int, Shades]:
    """Return the colour of each cluster; those after the last distinct one are neutral."""
    return {
        cluster: PALETTE[place] if place < len(PALETTE) else NEUTRAL
        for place, cluster in enumerate(order(clustering))
    }


def colouring(clustering: Clustering, names: Mapping[int, str]) -> Categories:
    """Colour all items by their clusters, called by their `names`; noise is neutral."""
    clusters = order(clustering)
    codes = clustering.gathered(by_place(clusters), len(clusters))
    shown = [names[cluster] for cluster in clusters]
    noisy = bool((clustering.assignment == NOISE).any())
    if noisy:
        shown.append(clustering.name(NOISE))
    return Categories(tuple(shown), codes, left_over=noisy)


def choices(clustering: Clustering) -> list[str]:
    """Return the names of the colours that a cluster can be given."""
    return list(NAMES[: len(clustering.clusters)])


def name(clustering: Clustering, cluster: int) -> str | None:
    """Return what the colour of a cluster is called; None where it is neutral."""
    place = order(clustering).index(cluster)
    return NAMES[place] if place < len(NAMES) else None


def given(clustering: Clustering, cluster: int, colour: str) -> Clustering:
    """Give a cluster the colour of this name; whichever had it takes its own in turn."""
    place = NAMES.index(colour)
    before = order(clustering)
    if place >= len(before):
        return clustering
    other, own = before[place], before.index(cluster)
    changed = clustering
    if other != cluster and own < len(PALETTE):
        changed = changed.coloured(other, PALETTE[own].light)
    elif other != cluster and clustering.colour(other) is not None:
        changed = changed.coloured(other, "")
    return changed.coloured(cluster, PALETTE[place].light)


def _chosen(clustering: Clustering, cluster: int) -> int | None:
    return _PLACES.get(clustering.colour(cluster) or "")


def _by_number(clustering: Clustering, cluster: int) -> int | None:
    return cluster
