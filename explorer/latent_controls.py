"""The controls of a latent space: one range per dimension, the most used dimension first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHOWN_FIRST = 8
# The prior is a standard normal: nearly all of it lies within three of its standard deviations.
PRIOR_REACH = 3.0
_USAGE = (
    (0.01, "not used"),
    (0.1, "hardly used"),
    (0.5, "used a little"),
    (1.5, "used"),
    (float("inf"), "used a lot"),
)


@dataclass(frozen=True)
class Axis:
    """One latent dimension: where its slider begins and ends, and how much the model uses it.

    `usage` is the KL of this dimension, averaged over the items, in nats.
    """

    dimension: int
    low: float
    high: float
    usage: float

    @property
    def name(self) -> str:
        """The dimension as people count: z1 is the first."""
        return f"z{self.dimension + 1}"

    @property
    def usage_words(self) -> str:
        """How much the model uses the dimension, in plain words."""
        return next(words for limit, words in _USAGE if self.usage < limit)

    @property
    def help(self) -> str:
        """What hovering over the slider says."""
        effect = {
            "not used": "Moving it changes next to nothing.",
            "hardly used": "Moving it changes very little.",
        }.get(self.usage_words, "Moving it changes what is decoded.")
        return f"{effect} How much this dimension is used (KL): {self.usage:.2f} nats per item."


def axes(
    mean: NDArray[np.float32], log_variance: NDArray[np.float32], order: Sequence[int]
) -> list[Axis]:
    """Return an axis for each dimension in `order`, from the latents of all items.

    Args:
        mean, log_variance: (items, latent_dim), the posterior of every item.
        order: the dimensions, the most active one first.

    A slider reaches three standard deviations of the items to both sides of their mean, and at
    least as far as the prior does.
    """
    variance = np.exp(log_variance.astype(np.float64))
    usage = 0.5 * (mean.astype(np.float64) ** 2 + variance - log_variance - 1.0).mean(axis=0)
    centre = mean.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(mean.var(axis=0, dtype=np.float64) + variance.mean(axis=0))
    low = np.minimum(-PRIOR_REACH, centre - 3.0 * spread)
    high = np.maximum(PRIOR_REACH, centre + 3.0 * spread)
    return [
        Axis(
            dimension,
            # Whole tenths, outwards: ends that read well.
            float(np.floor(low[dimension] * 10.0) / 10.0),
            float(np.ceil(high[dimension] * 10.0) / 10.0),
            max(0.0, float(usage[dimension])),
        )
        for dimension in map(int, order)
    ]
