"""Which words come and which go where a latent dimension is moved from its low to its high end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.analysis import effects, folding

BASES = 96
# Words that are in fewer of the texts cannot differ by more than chance.
_FEWEST = 4
# What stands around a word and is none of it.
_AROUND = ".,;:!?()[]\"'“”‘’…"
Latents = NDArray[np.floating]
Decode = Callable[[Latents], Sequence[str]]


@dataclass(frozen=True)
class Word:
    """A word, and in how many of the texts of either end it is."""

    word: str
    low: int
    high: int


@dataclass(frozen=True)
class WordsAlong:
    """What comes towards the high end, and what goes; those that differ most first.

    Attributes:
        bases: how many items were moved to both ends and decoded there.
        changed: how many of these decode to another text at the other end.
    """

    come: tuple[Word, ...]
    go: tuple[Word, ...]
    bases: int
    changed: int


def words_along(
    decode: Decode, bases: Latents, dimension: int, ends: tuple[float, float], seed: int = 0
) -> WordsAlong:
    """Decode `bases` (n, latent_dim) with one dimension set to each of its ends, and compare.

    A word counts where the number of texts it is in differs by more than in any of
    `effects.SHUFFLES` exchanges of the two ends within each base, whichever word differs most
    there.
    """
    low, high = (decode(moved(bases, dimension, end)) for end in ends)
    words = [[words_of(text) for text in texts] for texts in (low, high)]
    met = Counter(word for texts in words for text in texts for word in text)
    known = sorted(word for word, count in met.items() if count >= _FEWEST)
    changed = sum(one != other for one, other in zip(low, high, strict=True))
    if not known:
        return WordsAlong((), (), len(bases), changed)
    holds = [np.array([[word in text for word in known] for text in texts]) for texts in words]
    at_low, at_high = (one.astype(np.float64) for one in holds)
    found = effects.of_pairs(at_low, at_high, seed)
    counts = [one.sum(axis=0) for one in holds]
    order = np.argsort(-np.abs(found.differences), kind="stable")
    clear = [
        Word(known[at], int(counts[0][at]), int(counts[1][at]))
        for at in order.tolist()
        if found.clear[at]
    ]
    return WordsAlong(
        tuple(word for word in clear if word.high > word.low),
        tuple(word for word in clear if word.high < word.low),
        len(bases),
        changed,
    )


def words_of(text: str) -> set[str]:
    """Return the different words of a text, without case and what stands around them."""
    return {word.strip(_AROUND) for word in folding.words(text)} - {""}


def moved(bases: Latents, dimension: int, value: float) -> NDArray[np.float32]:
    """Return latent points (n, latent_dim) with one coordinate set to a value."""
    found = np.array(bases, np.float32)
    found[:, dimension] = value
    return found


def traversal(base: Latents, dimension: int, values: Sequence[float]) -> NDArray[np.float32]:
    """Return a latent point (latent_dim,) with one coordinate set to each value, in order."""
    import torch

    from vae_core.latent import traverse

    found: NDArray[np.float32] = traverse(
        torch.from_numpy(np.array(base, np.float32)), dimension, list(values)
    ).numpy()
    return found
