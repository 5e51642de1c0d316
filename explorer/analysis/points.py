"""Points of a latent space: encoded from a text, or chosen as a pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def point_of_text(run: Run, text: str) -> NDArray[np.float32]:
    """Encode one text to the mean of its posterior, (latent_dim,)."""
    from vae_core.runs import encode_texts

    mean: NDArray[np.float32] = encode_texts(run.model, [text]).numpy()[0]
    return mean


def unknown_words(run: Run, text: str) -> list[str]:
    """Return the words of `text` that the model has never seen, in order, each once."""
    return [] if run.tokenizer is None else run.tokenizer.unknown_words(text)


def knows_a_word(run: Run, text: str) -> bool:
    """Whether the model has seen any word of `text`: without one its point means nothing."""
    from vae_core.data.tokenizer import UNK

    if run.tokenizer is None:
        return True
    # The beginning and the end are tokens too, as is what stands for a word that is not known.
    return any(token > UNK for token in run.tokenizer.encode([text], 1 << 16)[0])


def telling_pair(
    labels: Sequence[str] | None, mean: NDArray[np.float32], most: int = 6
) -> tuple[int, int]:
    """Return two items worth going between: typical of their labels, and far from each other.

    They come from the `most` most frequent labels; without two labels they are drawn.

    Args:
        labels: of every item, or None.
        mean: (items, latent_dim), where the items lie.
    """
    frequent = [name for name, _ in Counter(labels or ()).most_common(most)]
    if len(frequent) < 2:
        return unlike_pair(None, len(mean), seed=0)
    names = np.array(labels, dtype=object)
    typical = [_nearest_to_middle(np.flatnonzero(names == name), mean) for name in frequent]
    places = mean[typical]
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    first, second = np.unravel_index(int(distances.argmax()), distances.shape)
    return typical[int(first)], typical[int(second)]


def _nearest_to_middle(members: NDArray[np.intp], mean: NDArray[np.float32]) -> int:
    places = mean[members]
    return int(members[np.linalg.norm(places - places.mean(axis=0), axis=1).argmin()])


def unlike_pair(labels: Sequence[str] | None, count: int, seed: int) -> tuple[int, int]:
    """Draw two different items of `count`, of different labels where there are several."""
    generator = np.random.default_rng(seed)
    first = int(generator.integers(count))
    others = np.delete(np.arange(count), first)
    if labels is not None:
        names = np.array(labels, dtype=object)
        unlike = np.flatnonzero(names != names[first])
        others = unlike if len(unlike) else others
    return first, int(generator.choice(others)) if len(others) else first
