"""The layout of UMAP: every epoch all items move at once, drawn to their neighbours and pushed
away from a few others. (A neighbour pulls once an epoch where umap-learn pulls from both ends: on
MNIST that kept more neighbours, and as much trust.)

An item moves by where the others were at the end of the last epoch, and draws its own numbers. So
the same seed gives the same points on any number of cores, which umap-learn's order of moves does
not allow. To be imported only where it is used: numba takes a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from explorer.analysis.nearest import Vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_PUSHES = 5  # others that an item is pushed away from, for each neighbour that draws it
_MOST_STEP = np.float32(4.0)  # along each axis


def lay_out(
    start: Vectors, graph: csr_matrix, epochs: int, curve: tuple[float, float], seed: int
) -> Vectors:
    """Return where items come to lie that begin at `start` (n, dimensions).

    Args:
        graph: symmetric weights of the items.
        curve: a and b of the similarity 1 / (1 + a d^2b).
    """
    a, b = (np.float32(value) for value in curve)
    # How often a neighbour draws: each epoch the strongest, others now and then.
    chances = (graph.data / graph.data.max(initial=1e-12)).astype(np.float32)
    here, there = start.copy(), start.copy()
    ends, others = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
    for epoch in range(epochs):
        step = np.float32(1.0 - epoch / epochs)
        _move(here, there, ends, others, chances, epoch, step, a, b, np.uint64(seed))
        here, there = there, here
    return here


def _compiled(function: Callable[..., None]) -> Callable[..., None]:
    """Compile for all cores, and keep that for the next process where there is a place for it."""
    settings: dict[str, Any] = {"fastmath": True, "parallel": True}
    try:
        found: Callable[..., None] = numba.njit(cache=True, **settings)(function)
    except RuntimeError:  # neither the package nor the home folder can be written
        found = numba.njit(**settings)(function)
    return found


def _move_all(  # type: ignore[no-untyped-def]
    here, there, ends, others, chances, epoch, step, a, b, seed
):
    """Write to `there` where each item moves to from `here`, in one epoch."""
    count, dimensions = here.shape
    one, two, almost = np.float32(1.0), np.float32(2.0), np.float32(0.001)
    for i in numba.prange(count):
        place = here[i].copy()
        # An item's own numbers of this epoch: splitmix64 of both, then xorshift64.
        mixed = seed * np.uint64(0xA0761D6478BD642F) + np.uint64(epoch) * np.uint64(
            0x9E3779B97F4A7C15
        )
        mixed += np.uint64(i) * np.uint64(0xD1B54A32D192ED03) + np.uint64(1)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        draw = (mixed ^ (mixed >> np.uint64(31))) | np.uint64(1)
        for edge in range(ends[i], ends[i + 1]):
            chance = chances[edge]
            if np.floor((epoch + 1) * chance) == np.floor(epoch * chance):
                continue
            other = others[edge]
            square = np.float32(0.0)
            for axis in range(dimensions):
                square += (place[axis] - here[other, axis]) ** 2
            if square > 0:
                power = square**b
                pull = -two * a * b * power / (square * (a * power + one))
                for axis in range(dimensions):
                    move = pull * (place[axis] - here[other, axis])
                    place[axis] += step * min(max(move, -_MOST_STEP), _MOST_STEP)
            for _ in range(_PUSHES):
                draw ^= draw << np.uint64(13)
                draw ^= draw >> np.uint64(7)
                draw ^= draw << np.uint64(17)
                other = np.int64(((draw >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32))
                if other == i:
                    continue
                square = np.float32(0.0)
                for axis in range(dimensions):
                    square += (place[axis] - here[other, axis]) ** 2
                push = two * b / ((almost + square) * (a * square**b + one))
                for axis in range(dimensions):
                    move = push * (place[axis] - here[other, axis])
                    place[axis] += step * min(max(move, -_MOST_STEP), _MOST_STEP)
        there[i] = place


_move = _compiled(_move_all)
