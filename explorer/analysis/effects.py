"""What goes with a latent dimension, and what is only chance: permutation tests, all seeded.

Each test shuffles what it asks about `SHUFFLES` times and keeps the largest value that comes up in
any dimension (or any word). An effect counts where it is larger than all of these: so the chance
that *anything* of the family counts where there is nothing is at most 1 in `SHUFFLES` + 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHUFFLES = 199
# However sure: what is weaker than this is no effect that one would see.
LEAST = 0.1
Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Association:
    """How a property of items goes with each latent dimension.

    Attributes:
        values: (latent_dim,). Of numbers Spearman's ρ, −1 to 1; of categories the correlation
            ratio η of the ranks, 0 to 1 (η² is the share of the variance between categories).
        threshold: the largest |value| of any dimension in any shuffle.
        items: n, how many items have the property.
    """

    values: NDArray[np.float64]
    threshold: float
    items: int

    def counts(self, dimension: int) -> bool:
        """Whether what is seen there is more than chance, and enough to be seen."""
        return bool(abs(self.values[dimension]) > max(self.threshold, LEAST))


def ranked(values: Array) -> NDArray[np.float64]:
    """Return the ranks of each column (n, d), ties at their mean, centred and of length 1.

    A column of equal values has no ranks: it is 0.
    """
    from scipy.stats import rankdata

    ranks = np.asarray(rankdata(values, axis=0), np.float64)
    centred = ranks - ranks.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    found: NDArray[np.float64] = centred / np.where(lengths > 0, lengths, 1.0)
    return found


def of_numbers(mean: Array, numbers: Array, seed: int = 0) -> Association:
    """Associate numbers (n,) with the dimensions of latents (n, latent_dim); none may be NaN."""
    ranks = ranked(mean)
    wanted = ranked(numbers[:, None])[:, 0]
    draw = np.random.default_rng(seed)
    most = 0.0
    for _ in range(SHUFFLES):
        most = max(most, float(np.abs(draw.permutation(wanted) @ ranks).max(initial=0.0)))
    return Association(wanted @ ranks, most, len(mean))


def of_categories(mean: Array, codes: NDArray[np.integer], seed: int = 0) -> Association:
    """Associate categories (n,), numbers from 0, with the dimensions of latents."""
    ranks = ranked(mean)
    counts = np.bincount(codes)
    draw = np.random.default_rng(seed)
    most = 0.0
    for _ in range(SHUFFLES):
        most = max(most, float(_ratio(ranks, draw.permutation(codes), counts).max(initial=0.0)))
    return Association(_ratio(ranks, codes, counts), most, len(mean))


def _ratio(
    ranks: NDArray[np.float64], codes: NDArray[np.integer], counts: NDArray[np.integer]
) -> NDArray[np.float64]:
    """η of centred columns of length 1: the root of Σ_c n_c mean_c²."""
    from scipy.sparse import csr_matrix

    there = np.maximum(counts, 1)
    ones = csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))))
    sums = np.zeros((len(counts), ranks.shape[1]))
    found = ones @ ranks
    sums[: len(found)] = found
    shares: NDArray[np.float64] = (sums**2 / there[:, None]).sum(axis=0)
    found_ratio: NDArray[np.float64] = np.sqrt(shares.clip(0.0, 1.0))
    return found_ratio


@dataclass(frozen=True, eq=False)
class Paired:
    """What changes between pairs, of which one was moved to one end and one to the other.

    Attributes:
        differences: (features,), the sum over pairs of high − low.
        threshold: the largest |sum| of any feature where the ends of pairs are exchanged at random.
        pairs: n.
    """

    differences: NDArray[np.float64]
    threshold: float
    pairs: int

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Which differ by more than chance, (features,)."""
        return np.abs(self.differences) > self.threshold


def of_pairs(low: Array, high: Array, seed: int = 0) -> Paired:
    """Compare features (pairs, features) at both ends by exchanging the ends of pairs."""
    differences = np.asarray(high, np.float64) - np.asarray(low, np.float64)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (SHUFFLES, len(differences)))
    most = np.abs(signs @ differences).max(initial=0.0)
    return Paired(differences.sum(axis=0), float(most), len(differences))
