"""Where holes lie on a flat map: a picture of how much of the prior's mass falls into them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.aggregate import Aggregate, Holes, Prior, Progress
from explorer.analysis.projection import Projection

SIDE = 96
# Further out the prior draws too rarely to be seen.
_ENDS = (0.1, 99.9)
_ROOM = 0.15
# A bell of a few cells over the draws, which are few for so many cells.
_BELL = 2.5
_LEAST = 0.04


@dataclass(frozen=True, eq=False)
class HoleField:
    """Shares (rows, columns) in [0, 1], the lowest row first, over a rectangle of the map.

    Attributes:
        low, high: its corners (x, y), in the map's coordinates.
    """

    shares: NDArray[np.float32]
    low: tuple[float, float]
    high: tuple[float, float]


def can_draw(projection: Projection) -> bool:
    """Tell whether what lies between items has a place on a map: on a plane with a formula."""
    return projection.points.shape[1] == 2 and projection.latents is None


def field(
    aggregate: Aggregate,
    prior: Prior,
    found: Holes,
    projection: Projection,
    progress: Progress = lambda done, of: None,
) -> HoleField:
    """Draw holes on a map.

    Each place has the share of the prior's mass there that falls into holes, times the square root
    of the prior's density there (of the largest), so that it fades where next to nothing is drawn.
    Of a latent space of one or two dimensions each place is one latent point, and the share is 0
    or 1. Of more dimensions a place stands for many, and its share is that of the draws.

    Raises:
        ValueError: the map is none that it can be drawn on.
    """
    if not can_draw(projection):
        raise ValueError("Holes are drawn on a plane that is a formula of the latent space.")
    if projection.plane is None:
        return _exact(aggregate, prior, found, projection, progress)
    places = projection.place(found.points)
    low, high = _corners(places)
    everywhere = _counted(places, low, high)
    holes = _counted(places[found.empty], low, high)
    most = float(everywhere.max()) or 1.0
    # Of less than a draw there is no share to speak of.
    share = holes / np.maximum(everywhere, _LEAST * most)
    return HoleField((share * np.sqrt(everywhere / most)).astype(np.float32), low, high)


def _exact(
    aggregate: Aggregate, prior: Prior, found: Holes, projection: Projection, progress: Progress
) -> HoleField:
    import torch

    line = found.points.shape[1] == 1
    low, high = _corners(found.points)
    if line:
        # The map of a line has height only to keep points apart: so has the shade.
        height = 1.2 * float(np.abs(projection.points[:, 1]).max(initial=1e-3))
        low, high = (low[0], -height), (high[0], height)
    columns, rows = (_centres(a, b) for a, b in zip(low, high, strict=True))
    z = columns[:, None] if line else np.stack(np.meshgrid(columns, rows), axis=2).reshape(-1, 2)
    with torch.no_grad():
        log_prior = prior.log_prior(torch.from_numpy(z.astype(np.float32))).double().numpy()
    density = np.exp(0.5 * (log_prior - log_prior.max()))
    shares = np.where(aggregate.log_density(z, progress) < found.threshold, density, 0.0)
    if line:
        shares = np.broadcast_to(shares, (SIDE, SIDE))
    return HoleField(shares.reshape(SIDE, SIDE).astype(np.float32), low, high)


def _corners(places: NDArray[np.floating]) -> tuple[tuple[float, float], tuple[float, float]]:
    ends = np.percentile(places.astype(np.float64), _ENDS, axis=0)
    room = _ROOM * (ends[1] - ends[0]) + 1e-9
    low, high = (ends[0] - room).tolist(), (ends[1] + room).tolist()
    return (low[0], low[-1]), (high[0], high[-1])


def _centres(low: float, high: float) -> NDArray[np.float64]:
    return low + (np.arange(SIDE) + 0.5) / SIDE * (high - low)


def _counted(
    places: NDArray[np.floating], low: tuple[float, float], high: tuple[float, float]
) -> NDArray[np.float64]:
    """Count places in cells, smoothed: (rows, columns)."""
    from scipy.ndimage import gaussian_filter

    span = [[low[1], high[1]], [low[0], high[0]]]
    counts, _, _ = np.histogram2d(places[:, 1], places[:, 0], bins=SIDE, range=span)
    return np.asarray(gaussian_filter(counts, _BELL, mode="constant"))
