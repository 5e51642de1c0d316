"""Items by how near they lie to a point or a text, and lists of those that stand out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.oddities import ALONE, Groups
from vae_core.errors import UserError

if TYPE_CHECKING:
    from explorer.analysis.nearest import Near
    from vae_core.checkpoint import Run


class RankingError(UserError, ValueError):
    """Nothing can be ranked; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """Items in an order, each with a number that has a name: (n,) each."""

    items: NDArray[np.int64]
    values: NDArray[np.float64]
    name: str

    def mask(self, count: int) -> NDArray[np.bool_]:
        """Tell of `count` items which are among these."""
        found = np.zeros(count, np.bool_)
        found[self.items] = True
        return found

    def among(self, mask: NDArray[np.bool_] | None) -> Ranked:
        """Return those of them that `mask` (items of the run,) has; all without one."""
        if mask is None:
            return self
        kept = mask[self.items]
        return Ranked(self.items[kept], self.values[kept], self.name)


def by_distance(near: Near) -> Ranked:
    """Return items as they were found to be near, nearest first."""
    return Ranked(near.items, near.distances.astype(np.float64), "Distance")


def highest(values: NDArray[Any], count: int, name: str) -> Ranked:
    """Return the `count` items of the highest values, or all, the highest first."""
    order = np.argsort(-values, kind="stable")[:count].astype(np.int64)
    return Ranked(order, np.asarray(values[order], np.float64), name)


def groups(numbers: Groups, name: str) -> Ranked:
    """Return the items that are in a group, group by group, numbered from 1."""
    members = np.flatnonzero(numbers != ALONE)
    order = members[np.argsort(numbers[members], kind="stable")]
    return Ranked(order, np.asarray(numbers[order] + 1, np.float64), name)


def check_space(run: Run) -> None:
    """Refuse a model in whose space nearness says nothing.

    Raises:
        RankingError: all items lie in one place.
    """
    if len(run) > 1 and not np.ptp(run.latents.mean, axis=0).any():
        raise RankingError(
            "All items of this model lie in one place, so none is nearer than another; search for "
            "words instead."
        )


def doubt(run: Run) -> str | None:
    """Say why what is near in this model's space may mean little; None where nothing is known."""
    if not run.summary.collapsed:
        return None
    return (
        "This model hardly uses its latent space (posterior collapse), so nearness means little: "
        "search for words, or train it again with more free bits."
    )


def point_of(run: Run, text: str) -> tuple[NDArray[np.float32], list[str]]:
    """Encode a text as the items were: its point (latent_dim,) and the words that are unknown.

    Raises:
        RankingError: a model of pictures, an empty text, or one of unknown words only.
    """
    from explorer.analysis.points import knows_a_word, point_of_text, unknown_words

    if run.modality == "images":
        raise RankingError(
            "A model of pictures reads no words; choose an item to see what is like it."
        )
    if not text.strip():
        raise RankingError("There is nothing to search for; type a few words.")
    if not knows_a_word(run, text):
        raise RankingError(
            "The model knows none of these words, so it cannot tell what they mean; try others, or "
            "search for them as words."
        )
    return point_of_text(run, text), unknown_words(run, text)
