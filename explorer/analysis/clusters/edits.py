"""A clustering as people change it: renamed, merged, split, coloured, and back again.

A `Clustering` is what was found and the list of edits since; every operation returns a new one,
and what it looks like now is always told by going through the list.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.fitting import NOISE, Assignment, Division, divide, k_means
from explorer.analysis.clusters.spec import MOST_K, ClusterError, ClusterSpec, Vectors

MOST_EDITS, MOST_NAME = 1000, 80
_COLOUR = re.compile("#[0-9a-f]{6}", re.ASCII)
# Control characters and halves of characters; joiners, as Persian needs them, are welcome.
_NOT_SHOWN = ("Cc", "Cs")


@dataclass(frozen=True)
class Rename:
    """A cluster gets a name; an empty one takes it away again."""

    cluster: int
    name: str


@dataclass(frozen=True)
class Colour:
    """A cluster gets a colour, `#rrggbb`; an empty one takes it away again."""

    cluster: int
    colour: str


@dataclass(frozen=True)
class Merge:
    """Clusters become one, which keeps the number and name of `cluster`, one of them."""

    cluster: int
    merged: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Split:
    """The items `moved` (count,) int32, rising, leave a cluster for a new one."""

    cluster: int
    moved: NDArray[np.int32]


Edit = Rename | Colour | Merge | Split


@dataclass(frozen=True)
class State:
    """What a clustering looks like: (items,) int32 cluster of each item, -1 noise.

    Numbers are kept for ever: what a merge took is not given again, a split takes the next one.
    `clusters` are those there are, the largest of what was found first.
    """

    assignment: Assignment
    clusters: tuple[int, ...]
    names: Mapping[int, str]
    colours: Mapping[int, str]
    next: int


@dataclass(frozen=True, eq=False)
class Clustering:
    """A division of a run's items, and what was changed in it.

    Attributes:
        spec: how it was found.
        found: what was found.
        title: what people call it; may be empty.
        edits: what was changed since, in order.

    Raises:
        ClusterError: the edits do not fit.
    """

    spec: ClusterSpec
    found: Division
    title: str = ""
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        _check_name(self.title)
        if len(self.edits) > MOST_EDITS:
            raise ClusterError(
                f"A clustering takes at most {MOST_EDITS:,} changes: undo some, or begin anew."
            )
        _ = self.state

    @cached_property
    def state(self) -> State:
        """What it looks like now; arrays are not to be changed."""
        state = _begin(self.found.assignment)
        for edit in self.edits:
            state = _after(state, edit)
        return state

    @property
    def assignment(self) -> Assignment:
        """The cluster of each item now, (items,), -1 noise."""
        return self.state.assignment

    @property
    def clusters(self) -> tuple[int, ...]:
        """The numbers of the clusters that there are now."""
        return self.state.clusters

    def gathered(self, into: Mapping[int, int], rest: int = -1) -> Assignment:
        """Return of each item what `into` has for its cluster now, (items,).

        `rest`: of items whose cluster is not there, as noise is not.
        """
        numbers = np.full(self.state.next + 1, rest, np.int32)  # the first one is of noise
        for cluster, number in into.items():
            numbers[cluster + 1] = number
        return numbers[self.assignment + 1]

    def name(self, cluster: int) -> str:
        """What a cluster is called: its name, else "Cluster 3" (numbers are shown from 1)."""
        if cluster == NOISE:
            return "Noise"
        return self.state.names.get(cluster) or f"Cluster {cluster + 1}"

    def colour(self, cluster: int) -> str | None:
        """The colour that a cluster was given, `#rrggbb`; None where it has none of its own."""
        return self.state.colours.get(cluster)

    def words(self) -> str:
        """What people call it, else how it was found."""
        return self.title or self.spec.words()

    def titled(self, title: str) -> Clustering:
        """The same under another title."""
        return dataclasses.replace(self, title=" ".join(title.split()))

    def renamed(self, cluster: int, name: str) -> Clustering:
        """With another name for a cluster; an empty one gives "Cluster 3" again."""
        return self._with(Rename(cluster, " ".join(name.split())))

    def coloured(self, cluster: int, colour: str) -> Clustering:
        """With another colour, `#rrggbb`, for a cluster; an empty one takes it away."""
        return self._with(Colour(cluster, colour.lower()))

    def merged(self, clusters: Sequence[int]) -> Clustering:
        """With several clusters as one, which keeps the number and name of the largest."""
        chosen = sorted(set(clusters))
        self._known(*chosen)
        sizes = {cluster: int((self.assignment == cluster).sum()) for cluster in chosen}
        largest = max(chosen, key=lambda cluster: sizes[cluster], default=0)
        return self._with(Merge(largest, tuple(chosen)))

    def split(self, cluster: int, vectors: Vectors, *, seed: int = 0) -> Clustering:
        """With a cluster in two, by k-means of its items in `vectors` (items, width).

        The larger part keeps number, name and colour.
        """
        self._known(cluster)
        members = np.flatnonzero(self.assignment == cluster).astype(np.int32)
        if len(vectors) != len(self.assignment):
            raise ClusterError(
                f"There are {len(self.assignment):,} items, but places of {len(vectors):,}."
            )
        inside = vectors[members]
        if not (inside != inside[0]).any():
            raise ClusterError(
                f"{self.name(cluster)} cannot be split: its items all lie at one place."
            )
        halves = k_means(inside, 2, seed)
        smaller = int(np.bincount(halves, minlength=2).argmin())
        return self._with(Split(cluster, members[halves == smaller]))

    def undone(self) -> Clustering:
        """Without the last change."""
        if not self.edits:
            raise ClusterError("There is nothing to undo: this clustering is as it was found.")
        return dataclasses.replace(self, edits=self.edits[:-1])

    def _with(self, edit: Edit) -> Clustering:
        return dataclasses.replace(self, edits=(*self.edits, edit))

    def _known(self, *clusters: int) -> None:
        for cluster in clusters:
            _check_known(self.state, cluster)


def by_place(clusters: Iterable[int]) -> dict[int, int]:
    """Return the place of each cluster in their order, as `Clustering.gathered` takes it."""
    return {cluster: place for place, cluster in enumerate(clusters)}


def found_by(spec: ClusterSpec, vectors: Vectors, title: str = "") -> Clustering:
    """Divide `vectors` (items, width) of the spec's space. Raises ClusterError."""
    return Clustering(spec, divide(spec, vectors), title)


def _begin(assignment: Assignment) -> State:
    count = int(assignment.max(initial=-1)) + 1
    return State(assignment, tuple(range(count)), {}, {}, count)


def _after(state: State, edit: Edit) -> State:
    _check_known(state, edit.cluster)
    if isinstance(edit, Rename):
        _check_name(edit.name)
        names = {**state.names, edit.cluster: edit.name}
        return dataclasses.replace(state, names=names)
    if isinstance(edit, Colour):
        if edit.colour and not _COLOUR.fullmatch(edit.colour):
            raise ClusterError(f"A colour looks like #3a9bdc, but {edit.colour[:20]!r} came.")
        colours = {**state.colours, edit.cluster: edit.colour}
        return dataclasses.replace(state, colours={c: v for c, v in colours.items() if v})
    return _merge(state, edit) if isinstance(edit, Merge) else _split(state, edit)


def _merge(state: State, edit: Merge) -> State:
    gone = set(edit.merged) - {edit.cluster}
    for cluster in gone:
        _check_known(state, cluster)
    if not gone or edit.cluster not in edit.merged:
        raise ClusterError("Merging takes two clusters or more: choose another one as well.")
    into = np.arange(-1, state.next, dtype=np.int32)
    into[[cluster + 1 for cluster in gone]] = edit.cluster
    return dataclasses.replace(
        state,
        assignment=into[state.assignment + 1],
        clusters=tuple(cluster for cluster in state.clusters if cluster not in gone),
    )


def _split(state: State, edit: Split) -> State:
    moved = edit.moved
    fits = len(moved) > 0 and int(moved[0]) >= 0 and int(moved[-1]) < len(state.assignment)
    rises = bool((np.diff(moved) > 0).all())
    if not fits or not rises or (state.assignment[moved] != edit.cluster).any():
        raise ClusterError("A split moves items that are in the cluster, each once.")
    if len(moved) == int((state.assignment == edit.cluster).sum()):
        raise ClusterError("A split leaves items in both parts.")
    if len(state.clusters) >= MOST_K:
        raise ClusterError(f"There are at most {MOST_K:,} clusters: merge some first.")
    assignment = state.assignment.copy()
    assignment[moved] = state.next
    return dataclasses.replace(
        state,
        assignment=assignment,
        clusters=(*state.clusters, state.next),
        next=state.next + 1,
    )


def _check_known(state: State, cluster: int) -> None:
    if cluster not in state.clusters:
        raise ClusterError(
            f"There is no cluster {cluster + 1}; the clusters are "
            f"{', '.join(str(known + 1) for known in state.clusters[:20])}"
            f"{' …' if len(state.clusters) > 20 else ''}."
        )


def _check_name(name: str) -> None:
    if name != " ".join(name.split()) or any(category(letter) in _NOT_SHOWN for letter in name):
        raise ClusterError(f"{name[:80]!r} cannot be a name: give words on one line.")
    if len(name) > MOST_NAME:
        raise ClusterError(
            f"A name has at most {MOST_NAME} letters, but {len(name)} came; shorten it."
        )
