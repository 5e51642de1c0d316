"""Which of many items is worth showing first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def typical_item(mean: NDArray[np.float32], labels: Sequence[str] | None) -> int:
    """Return the item in the middle of the most frequent label, or of all where there are none.

    `mean` is (items, latent_dim).
    """
    members = np.arange(len(mean))
    if labels is not None:
        name = Counter[str](labels).most_common(1)[0][0]
        members = np.flatnonzero(np.array(labels, dtype=object) == name)
    places = mean[members]
    return int(members[np.linalg.norm(places - places.mean(axis=0), axis=1).argmin()])
