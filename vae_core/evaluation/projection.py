"""How far a projection keeps neighbours together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vae_core.data.dataset import DataError

# scikit-learn's measure sorts all pairs.
SAMPLE = 2_000


def projection_trustworthiness(
    codes: npt.NDArray[Any],
    projected: npt.NDArray[Any],
    *,
    neighbours: int = 15,
    sample: int = SAMPLE,
    seed: int = 0,
) -> tuple[float, int]:
    """Trustworthiness, 0 to 1, of points (items, 2) for codes (items, latent_dim); items used.

    scikit-learn's, on at most ``sample`` items drawn at random. Venna & Kaski 2001.
    """
    from sklearn.manifold import trustworthiness

    if len(codes) != len(projected) or len(codes) <= 2 * neighbours:
        raise DataError(
            f"Trustworthiness needs a point for each item, and more than {2 * neighbours} items; "
            f"{len(codes)} items and {len(projected)} points came."
        )
    order = np.random.default_rng(seed).permutation(len(codes))[:sample]
    found = trustworthiness(codes[order], projected[order], n_neighbors=neighbours)
    return float(found), len(order)
