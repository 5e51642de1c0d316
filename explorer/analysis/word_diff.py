"""What of a text came back: words kept, words missing, and words that were not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vae_core.models.writing import TokenText

Change = Literal["kept", "missing", "added"]


@dataclass(frozen=True)
class Piece:
    """A word and what became of it; `p` is how probable the model held it, None where unknown."""

    text: str
    change: Change
    p: float | None = None


def word_diff(source: Sequence[str], rebuilt: Sequence[tuple[str, float | None]]) -> list[Piece]:
    """Compare the words of a source with those rebuilt, which have a probability each.

    In the order of reading: at each place first what is missing, then what came instead. The kept
    and the missing are the source, word by word; the kept and the added what was rebuilt. Upper
    and lower case are one: a word that differs only so is kept, as it was rebuilt.
    """
    one = [word.casefold() for word in source]
    other = [word.casefold() for word, _ in rebuilt]
    found: list[Piece] = []
    for _, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if one[a:b] == other[c:d]:
            found += [Piece(word, "kept", p) for word, p in rebuilt[c:d]]
            continue
        found += [Piece(word, "missing") for word in source[a:b]]
        found += [Piece(word, "added", p) for word, p in rebuilt[c:d]]
    return found


def word_shares(written: TokenText) -> list[tuple[str, float | None]]:
    """Return the words of a text that was written, with the product of p of their tokens.

    A token that is of two words counts for both; a word without a token has no probability.
    """
    ends, at = [], 0
    for token in written.tokens:
        at += len(token)
        ends.append(at)
    whole = "".join(written.tokens)
    found: list[tuple[str, float | None]] = []
    place = 0
    for word in written.text.split():
        first = whole.find(word, place)
        if first < 0:
            found.append((word, None))
            continue
        place = first + len(word)
        p, known = 1.0, False
        for end, token, share in zip(ends, written.tokens, written.probabilities, strict=True):
            if end - len(token) < place and end > first and token:
                p, known = p * share, True
        found.append((word, p if known else None))
    return found
