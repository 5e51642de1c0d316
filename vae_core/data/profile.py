"""What a corpus is like, before anything is trained on it: sizes, scripts, words, repeats."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from vae_core.data.dataset import Dataset
from vae_core.data.text_column import Chosen, blocks
from vae_core.data.tokenizer import WORD

MOST_LOOKED_AT = 50_000
SAMPLES = 10
# Upper ends of the histogram of lengths, in words; the last bin is open.
LENGTH_BINS = (2, 4, 8, 16, 32, 64, 128, 256, 512)
_LETTERS_OF_A_TEXT = 200
_MOST_WORDS = 2_000_000
MOST_LABELS = 1000
_WORD = re.compile(WORD)
# Of the first word of a letter's Unicode name; the rest count as they are called there.
_SCRIPTS = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
# Scripts that put no space between words.
UNSPACED = frozenset({"Chinese", "Japanese", "Thai", "Lao", "Khmer", "Myanmar"})


@dataclass(frozen=True)
class Profile:
    """What texts are like. Counts are of the ``looked_at`` items, evenly drawn from all.

    ``scripts``: share of the letters, the most frequent script first. ``lengths``: how many items
    have at most so many words (``LENGTH_BINS``), and more. ``median_words``, ``most_words``: the
    middle length, and that which 95 of 100 items do not exceed. ``repeated``: items that another
    one before them is equal to. ``words``: how many different ones; ``unknown``: by size of the
    vocabulary, the share of words that it does not hold. ``labels``: how many items each has.
    """

    items: int
    looked_at: int
    empty: int
    repeated: int
    scripts: Mapping[str, float]
    lengths: tuple[int, ...]
    median_words: int
    most_words: int
    words: int
    unknown: Mapping[int, float]
    labels: Mapping[str, int] = field(default_factory=dict)
    different_labels: int = 0
    samples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @property
    def unspaced(self) -> float:
        """The share of letters in scripts without spaces between words."""
        return sum(share for script, share in self.scripts.items() if script in UNSPACED)


VOCABULARIES = (500, 1000, 2000, 4000, 7000, 10_000, 20_000, 40_000)


def profile(dataset: Dataset, *, most: int = MOST_LOOKED_AT) -> Profile:
    """Look at a data set of texts, at no more than ``most`` items of it."""
    texts = dataset.texts or ()
    chosen = spread(len(texts), most)
    looked = Chosen(texts, chosen)
    lengths, words, letters = [], Counter[str](), Counter[str]()
    seen: set[int] = set()
    repeated = 0
    for block in blocks(looked):
        for text in block:
            found = [word.lower() for word in _WORD.findall(text)]
            lengths.append(len(found))
            if len(words) < _MOST_WORDS:
                words.update(found)
            letters.update(map(script_of, filter(str.isalpha, text[:_LETTERS_OF_A_TEXT])))
            # 64 bits of hash: of a million texts two that differ agree once in 37 million times.
            mark = hash(text)
            repeated += mark in seen
            seen.add(mark)
    sizes = np.array(lengths, dtype=np.int64)
    bins = np.searchsorted(LENGTH_BINS, sizes, side="left")
    total = max(1, sum(letters.values()))
    labels = Counter(Chosen(dataset.labels, chosen)) if dataset.labels is not None else Counter()
    return Profile(
        items=len(texts),
        looked_at=len(looked),
        empty=dataset.empty_items,
        repeated=repeated,
        scripts={name: count / total for name, count in letters.most_common(12)},
        lengths=tuple(np.bincount(bins, minlength=len(LENGTH_BINS) + 1).tolist()),
        median_words=int(np.median(sizes)) if len(sizes) else 0,
        most_words=int(np.quantile(sizes, 0.95, method="higher")) if len(sizes) else 0,
        words=len(words),
        unknown=unknown_shares(words),
        labels=dict(labels.most_common(MOST_LABELS)),
        different_labels=len(labels),
        samples=tuple(looked[int(at)] for at in spread(len(looked), SAMPLES)),
    )


def unknown_shares(words: Mapping[str, int]) -> dict[int, float]:
    """For each size of vocabulary the share of all words that the most frequent so many leave out.

    Sizes beyond the first that holds everything are left out.
    """
    counts = np.sort(np.fromiter(words.values(), np.int64, len(words)))[::-1]
    known = np.concatenate([np.zeros(1, np.int64), counts.cumsum()])
    shares: dict[int, float] = {}
    for size in VOCABULARIES:
        held = int(known[min(size, len(counts))])
        shares[size] = 1 - held / int(known[-1]) if len(counts) else 0.0
        if size >= len(counts):
            break
    return shares


def script_of(letter: str) -> str:
    """The name of the script of a letter, such as "Latin"; "other" where Unicode has no name."""
    name = unicodedata.name(letter, "OTHER").split(" ")[0].split("-")[0]
    return _SCRIPTS.get(name, name.capitalize())


def spread(count: int, most: int) -> npt.NDArray[np.int64]:
    """The numbers of at most ``most`` of ``count`` items, evenly drawn, in order."""
    return np.unique(np.linspace(0, max(0, count - 1), min(most, count)).astype(np.int64))
