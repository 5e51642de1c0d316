"""Which items go into a file that cannot hold all of them: a fair sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 0


def sample(
    count: int, most: int, labels: Sequence[str] | None = None, seed: int = SEED
) -> NDArray[np.int64]:
    """Return at most `most` of `count` items in rising order: all, or drawn at random.

    Where there are labels, each has its share of the sample as of all items, to within one.
    """
    if count <= most:
        return np.arange(count)
    draw = np.random.default_rng(seed)
    if labels is None:
        return np.sort(draw.choice(count, most, replace=False))
    codes = np.unique(np.asarray(labels, dtype=object), return_inverse=True)[1]
    drawn = [
        draw.choice(np.flatnonzero(codes == code), wanted, replace=False)
        for code, wanted in enumerate(shares(np.bincount(codes), most).tolist())
    ]
    return np.sort(np.concatenate(drawn))


def shares(sizes: NDArray[np.integer], most: int) -> NDArray[np.int64]:
    """Divide `most` among groups by their `sizes`; what is left goes to the largest remainders."""
    exact: NDArray[np.floating[Any]] = sizes * (most / int(sizes.sum()))
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    left = most - int(whole.sum())
    # Equal remainders in the order of the groups, so that the same run gives the same sample.
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return whole


def words(
    held: int, count: int, labelled: bool, chosen: int | None = None, seed: int = SEED
) -> str | None:
    """Say which `held` of `count` items there are; None where it is all.

    `chosen`: how many somebody had chosen of all, from which a sample may have been drawn.
    """
    if held == count:
        return None
    if held == chosen:
        return f"{held:,} of {count:,} items, those that were chosen."
    of = f"{count:,} items" if chosen is None else f"{chosen:,} that were chosen of {count:,} items"
    how = "each label in its share" if labelled else "each as likely as any other"
    return f"{held:,} of {of}, drawn at random ({how}; seed {seed})."
