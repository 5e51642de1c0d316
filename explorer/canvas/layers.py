"""What can lie over a map besides its points: holes as a shade, posteriors as ellipses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.canvas.columns import Column
from explorer.canvas.component import base64_of

# Each is drawn by itself, over all points.
MOST_ELLIPSES = 400


@dataclass(frozen=True, eq=False)
class Shade:
    """Shares (rows, columns) in [0, 1], the lowest row first, over a rectangle of the map.

    Attributes:
        low, high: its corners (x, y), in the map's coordinates.

    Raises:
        ValueError: a share is not between 0 and 1.
    """

    shares: NDArray[np.floating]
    low: tuple[float, float]
    high: tuple[float, float]

    def __post_init__(self) -> None:
        if not (
            np.isfinite(self.shares).all() and 0 <= self.shares.min() <= self.shares.max() <= 1
        ):
            raise ValueError("A shade has shares from 0 to 1, but others came.")

    @cached_property
    def column(self) -> Column:
        """What the browser knows of it."""
        rows, columns = self.shares.shape
        content = {
            "rows": rows,
            "columns": columns,
            "low": self.low,
            "high": self.high,
            "shares": base64_of(np.rint(self.shares * 255).astype(np.uint8)),
        }
        return Column.of(json.dumps(content, allow_nan=False).encode("ascii"))


@dataclass(frozen=True, eq=False)
class Ellipses:
    """Ellipses of one standard deviation around places of the map.

    Attributes:
        places: (n, 2), n at most 400.
        covariances: (n, 3), the variance along x, the covariance, and the variance along y.
        marked: the one that is drawn stronger, if any.

    Raises:
        ValueError: too many, or not as many covariances as places.
    """

    places: NDArray[np.floating]
    covariances: NDArray[np.floating]
    marked: int | None = None

    def __post_init__(self) -> None:
        if len(self.places) > MOST_ELLIPSES or len(self.covariances) != len(self.places):
            raise ValueError(
                f"A map shows up to {MOST_ELLIPSES} ellipses with a covariance each, but "
                f"{len(self.places):,} places and {len(self.covariances):,} covariances came."
            )

    @cached_property
    def column(self) -> Column:
        """What the browser knows of them."""
        content = {
            "at": np.round(self.places.astype(float), 6).tolist(),
            # Small ones keep their shape.
            "spread": [[float(f"{value:.6g}") for value in row] for row in self.covariances],
            "marked": -1 if self.marked is None else self.marked,
        }
        return Column.of(json.dumps(content, allow_nan=False).encode("ascii"))


@dataclass(frozen=True, eq=False)
class Layers:
    """What lies over a map; None for what does not."""

    holes: Shade | None = None
    ellipses: Ellipses | None = None

    @property
    def columns(self) -> dict[str, Column | None]:
        """What of it is sent, by name."""
        return {
            "holes": None if self.holes is None else self.holes.column,
            "ellipses": None if self.ellipses is None else self.ellipses.column,
        }
