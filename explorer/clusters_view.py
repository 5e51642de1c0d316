"""What the Clusters page shows of a clustering: its clusters, or fewer, larger themes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from explorer import cluster_colours, computed_clusters, session
from explorer.analysis.clusters.edits import Clustering, by_place
from explorer.analysis.clusters.fitting import NOISE
from explorer.canvas.named import Clusters, Level
from explorer.colouring import Categories, Shades, colours
from explorer.computed_clusters import Themes, Told

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# Of fewer clusters there are no larger themes to speak of.
_FEWEST = 4
# More names than this do not fit on a map seen as a whole: from afar, a third of them are shown.
_MOST_NAMES, _FURTHER = 12, 3


@dataclass(frozen=True, eq=False)
class View:
    """A clustering with everything that is told of it; `themes` where it is seen from afar."""

    clustering: Clustering
    told: Told
    titles: dict[int, str]
    themes: Themes | None

    @property
    def largest_first(self) -> list[int]:
        """The clusters by their size."""
        sizes = dict(
            zip(self.told.found.clusters.tolist(), self.told.found.sizes.tolist(), strict=True)
        )
        return sorted(sizes, key=lambda cluster: (-sizes[cluster], cluster))

    def title(self, cluster: int) -> str:
        """What a cluster is called on map, card and chart."""
        return self.clustering.name(NOISE) if cluster == NOISE else self.titles[cluster]

    def shades(self) -> dict[int, Shades]:
        """The colour of each cluster: its theme's where there are themes."""
        if self.themes is None:
            return cluster_colours.shades(self.clustering)
        shades = colours(len(self.themes.names))
        return {cluster: shades[theme] for cluster, theme in self.themes.of.items()}

    def colouring(self) -> Categories:
        """Every item in its cluster, or theme; noise is neutral."""
        if self.themes is None:
            return cluster_colours.colouring(self.clustering, self.titles)
        noise = [self.clustering.name(NOISE)] * bool(self.told.found.noise)
        found = self.clustering.gathered(self.themes.of, len(self.themes.names))
        return Categories((*self.themes.names, *noise), found, left_over=bool(noise))

    def named(self, run: Run) -> Clusters:
        """Name the clusters on the map, and larger themes of many clusters from further away."""
        if self.themes is not None:
            return Clusters(self.themes.names, self.clustering.gathered(self.themes.of))
        clusters = list(self.titles)
        places = self.clustering.gathered(by_place(clusters))
        levels: list[Level] = []
        count = len(clusters)
        while count > _MOST_NAMES:
            count = max(_FEWEST, count // _FURTHER)
            themes = computed_clusters.themes(run, self.clustering, count)
            levels.insert(0, Level(themes.names, [themes.of[cluster] for cluster in clusters]))
        names = [self.titles[cluster] for cluster in clusters]
        return Clusters(names, places, levels)


def of(run: Run, clustering: Clustering) -> View:
    """Show how far to look from, and return what is seen. Raises ClusterError."""
    told = computed_clusters.told(run, clustering)
    titles = computed_clusters.titles(run, clustering)
    count = _count(run, clustering)
    themes = None
    if count < len(clustering.clusters):
        themes = computed_clusters.themes(run, clustering, count)
    return View(clustering, told, titles, themes)


def _count(run: Run, clustering: Clustering) -> int:
    """Into how many themes to gather the clusters; as many as there are: not at all."""
    most = len(clustering.clusters)
    if most < _FEWEST:
        return most
    key = f"clusters.themes.{run.content_hash}.{clustering.spec.id}.{most}"
    return st.slider(
        "Fewer, larger themes",
        2,
        most,
        key=session.kept_widget(key, most),
        format=f"%d of {most}",
        width=220,
        help="To the left, clusters that lie near to each other are gathered in larger themes "
        "(Ward's method). At the right end every cluster stands for itself.",
    )
