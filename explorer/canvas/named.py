"""A division of the points of a map to name on it, and larger themes from further away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.canvas import columns

if TYPE_CHECKING:
    from explorer.canvas.columns import Column

# One code more stands for noise, and takes two bytes as well.
MOST_CLUSTERS = 65_535


@dataclass(frozen=True)
class Level:
    """Clusters seen from further away: fewer `names`, and of each cluster its place in them."""

    names: Sequence[str]
    of: Sequence[int]


@dataclass(frozen=True)
class Clusters:
    """A division of the points to name on the map.

    Attributes:
        names: of the clusters, at most 65,535.
        codes: (n,), the cluster of each point; what is below 0 is noise, and never named.
        levels: larger themes that the clusters make up, the coarsest first; they are named where
            one is further away.

    Raises:
        ValueError: too many names, or a level that does not fit the names.
    """

    names: Sequence[str]
    codes: NDArray[np.integer]
    levels: Sequence[Level] = ()

    def __post_init__(self) -> None:
        if len(self.names) > MOST_CLUSTERS:
            raise ValueError(f"A map names at most {MOST_CLUSTERS:,} clusters, not more.")
        if len(self.codes) and int(self.codes.max()) >= len(self.names):
            raise ValueError(f"There is no name for cluster {int(self.codes.max())}.")
        for number, level in enumerate(self.levels):
            inside = all(0 <= place < len(level.names) for place in level.of)
            if len(level.of) != len(self.names) or not inside:
                raise ValueError(
                    f"Level {number} must give each of the {len(self.names)} clusters one of its "
                    f"{len(level.names)} names."
                )

    def column(self) -> Column:
        """Return the codes as the browser knows them."""
        return columns.clusters(self.codes, len(self.names))

    def to_json(self) -> dict[str, Any]:
        """Return the names as the browser knows them."""
        levels = [{"names": list(one.names), "of": list(map(int, one.of))} for one in self.levels]
        code_bytes = columns.class_bytes(len(self.names) + 1)
        return {"names": list(self.names), "code_bytes": code_bytes, "levels": levels}
