"""Items that are there more than once, and items that are unlike all others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.analysis import rebuilding
from explorer.analysis.nearest import nearest

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

NEIGHBOURS = 15
# Items nearer to each other than this share of the usual distance to the next one are nearly alike.
ALIKE = 0.01
ALONE = -1
_BLOCK = 1 << 14

Groups = NDArray[np.int32]
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Oddities:
    """What stands out among the items of a run.

    Attributes:
        same: (items,) a number for all items of the same text or picture, `ALONE` for those without
            another; None where there are no originals.
        alike: (items,) the same of places that are nearly the same.
        alone: (items,) the mean distance to the 15 nearest others; 0 where there is no other.
        error: (items,) how badly each comes back (mean squared error of pictures, nats a token of
            texts); None where that cannot be measured.
    """

    same: Groups | None
    alike: Groups
    alone: NDArray[np.float32]
    error: NDArray[np.float32] | None


def oddities(run: Run, progress: Progress = lambda what: None) -> Oddities:
    """Find what stands out: minutes for a million items, so not on a page."""
    progress("Comparing the items")
    same = None
    if run.images is not None:
        same = same_pictures(run.images)
    elif run.table.texts is not None and not run.table.texts_are_decoded:
        same = same_texts(run.table.texts)
    progress("Looking for the nearest of every item")
    alike, alone = places(run.latents.mean)
    progress("Measuring how well each item comes back")
    return Oddities(same, alike, alone, rebuilding.errors(run))


def same_texts(texts: Sequence[str]) -> Groups:
    """Number the groups of texts that are the same but for case and spaces: (texts,)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from explorer.analysis.folding import folded
    from explorer.analysis.item_columns import strings

    column, blocks = strings(texts), []
    for first in range(0, len(column), _BLOCK):
        block = folded(column.slice(first, _BLOCK).combine_chunks())
        words = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(block))
        blocks.append(pc.binary_join(words, pa.scalar(" ", pa.large_string())).dictionary_encode())
    if not blocks:
        return np.empty(0, np.int32)
    joined = pa.chunked_array(blocks).unify_dictionaries()
    return grouped(np.concatenate([chunk.indices.to_numpy() for chunk in joined.chunks]))


def same_pictures(images: NDArray[np.uint8]) -> Groups:
    """Number the groups of pictures that are the same in every pixel: (pictures,)."""
    from vae_core.data.picture_profile import mark_of

    marks = [mark_of(image) for image in images]
    return grouped(np.unique(np.array(marks, "V16"), return_inverse=True)[1])


def places(latents: NDArray[np.float32]) -> tuple[Groups, NDArray[np.float32]]:
    """Number the groups of items in nearly the same place; return them and `Oddities.alone`.

    Nearly: within 1 % of the median distance of an item to the nearest one in another place.
    """
    count = len(latents)
    others = min(NEIGHBOURS, count - 1)
    if others == 0:
        return np.full(count, ALONE, np.int32), np.zeros(count, np.float32)
    found = nearest(latents, latents, others + 1)
    # Of items in one place, any may come first.
    itself = found.items == np.arange(count)[:, None]
    itself[~itself.any(axis=1), -1] = True
    items = found.items[~itself].reshape(count, others)
    distances = found.distances[~itself].reshape(count, others)
    apart = distances[:, 0][distances[:, 0] > 0]
    limit = ALIKE * float(np.median(apart)) if len(apart) else 0.0
    return _connected(items, distances <= limit), distances.mean(axis=1)


def _connected(items: NDArray[np.int64], near: NDArray[np.bool_]) -> Groups:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.nonzero(near)
    pairs = (np.ones(len(rows), np.bool_), (rows, items[rows, columns]))
    _, groups = connected_components(coo_array(pairs, (len(items), len(items))), directed=False)
    return grouped(groups)


def grouped(codes: NDArray[np.integer]) -> Groups:
    """Number the groups of equal codes by their first item; `ALONE` for a code that is met once."""
    _, first, inverse, sizes = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(np.where(sizes > 1, first, len(codes)), kind="stable")
    numbers = np.full(len(sizes), ALONE, np.int32)
    several = int((sizes > 1).sum())
    numbers[order[:several]] = np.arange(several, dtype=np.int32)
    return numbers[inverse]
