"""A model and a schedule that suit a corpus: by the corpus alone, whatever machine this is."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from vae_core.data.dataset import Dataset
from vae_core.data.profile import Profile
from vae_core.data.tokenizer import TokenizerKind

# From so many words on a text is more what it is about than how it goes on.
_DOCUMENT_WORDS = 40
# A vocabulary that leaves out more of the words than this hides what texts say.
_MOST_UNKNOWN = 0.05
_MOST_WORDS = 20_000
_UNSPACED = 0.2
# Trainings that come out well take about so many items, whatever the corpus.
_ITEMS_SEEN, _PICTURES_SEEN = 2_000_000, 1_000_000
_SMALL_PICTURE = 28
_FEWEST_EPOCHS, _MOST_EPOCHS = 6, 80
_LONGEST, _SHORTEST = 60, 8
# Who brings a file wants to see something of it within so long.
PATIENCE_SECONDS = 3600.0
_NEARLY_ALL = 0.75
_ROUND_EPOCHS = (6, 8, 10, 15, 20, 30, 40, 60)


@dataclass(frozen=True)
class Proposal:
    """Settings of the `latentscape train` command, and in one sentence each why they are so."""

    model: str
    latent_dim: int
    epochs: int
    reasons: tuple[str, ...]
    vocabulary_size: int | None = None
    tokenizer: TokenizerKind | None = None
    max_tokens: int | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Proposal:
        """What ``to_json`` gave, after a journey as JSON."""
        return cls(**{**values, "reasons": tuple(values["reasons"])})


def propose(profile: Profile) -> Proposal:
    """What to train on a corpus that is like this."""
    documents = profile.median_words >= _DOCUMENT_WORDS and profile.unspaced < _UNSPACED
    epochs = _epochs(profile.items, _ITEMS_SEEN)
    size, kind, words = _vocabulary(profile, documents)
    if documents:
        reason = (
            f"Half of the items have {profile.median_words} words or more: bag-of-words finds "
            "what they are about."
        )
        reasons = (reason, words, _pace(profile.items, epochs))
        return Proposal("bag-of-words", 20, epochs, reasons, size)
    longest = max(_SHORTEST, min(_LONGEST, profile.most_words))
    if kind == "bpe":
        longest = min(_LONGEST, 2 * longest)
    reason = (
        f"Items are short (half have {profile.median_words} words or fewer): gru writes them "
        "word by word."
    )
    dimensions = 32 if profile.items >= 20_000 else 16
    reasons = (reason, words, _pace(profile.items, epochs))
    return Proposal("gru", dimensions, epochs, reasons, size, kind, longest)


def propose_for_pictures(dataset: Dataset) -> Proposal:
    """What to train on these pictures."""
    assert dataset.images is not None
    count, height, width, *channels = dataset.images.shape
    small = max(height, width) <= _SMALL_PICTURE and not channels
    epochs = _epochs(count, _PICTURES_SEEN)
    why = "small and grey: dense is quick" if small else "large or in colour: conv suits them"
    return Proposal(
        "dense" if small else "conv",
        2 if small else 16,
        epochs,
        (f"Pictures of {height} x {width} pixels are {why}.", _pace(count, epochs)),
    )


def fewer_epochs(epochs: int, seconds: float) -> int | None:
    """How many of the epochs fit in ``PATIENCE_SECONDS``, where all take ``seconds``.

    None where all of them do, or nearly all. It is a round number, so that measuring again hardly
    changes it.
    """
    fitting = epochs * PATIENCE_SECONDS / max(seconds, 1e-9)
    fewer = max((few for few in _ROUND_EPOCHS if few <= fitting), default=_FEWEST_EPOCHS)
    return None if seconds <= PATIENCE_SECONDS or fewer > _NEARLY_ALL * epochs else fewer


def _epochs(items: int, seen: int) -> int:
    return max(_FEWEST_EPOCHS, min(_MOST_EPOCHS, round(seen / max(1, items))))


def _vocabulary(profile: Profile, documents: bool) -> tuple[int, TokenizerKind, str]:
    if profile.unspaced >= _UNSPACED:
        return 8000, "bpe", "Its script has no spaces between words: pieces of words are learned."
    if documents:
        return 2000, "word", "The 2,000 most telling words are counted."
    enough = [size for size, share in profile.unknown.items() if share <= _MOST_UNKNOWN]
    if not enough or enough[0] > _MOST_WORDS:
        share = profile.unknown[max(size for size in profile.unknown if size <= _MOST_WORDS)]
        reason = (
            f"It has very many different words ({_MOST_WORDS:,} would leave out {share:.0%}): "
            "pieces of words are learned."
        )
        return 8000, "bpe", reason
    size, share = enough[0], profile.unknown[enough[0]]
    size = max(16, min(size, profile.words + 4))
    return size, "word", f"A vocabulary of {size:,} leaves out {share:.1%} of the words."


def _pace(items: int, epochs: int) -> str:
    return f"{epochs} times through {items:,} items."
