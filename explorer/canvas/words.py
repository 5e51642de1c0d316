"""Mount texts whose words are marked: kept, added, missing, and how sure the model was of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.canvas.component import component, nothing

if TYPE_CHECKING:
    from explorer.analysis.word_diff import Piece
    from vae_core.models.writing import TokenText


@dataclass(frozen=True)
class MarkedText:
    """A text with a title above it and a note below it: (word, change, p) for each of its words.

    `most` is the probability of a word that is not faint at all: a document model spreads its own
    over the whole vocabulary, and there it is that of the likeliest word.

    The change is "kept", "added", "missing", or "" where nothing is compared; p is None where
    nobody knows how probable the word is.
    """

    title: str
    words: Sequence[tuple[str, str, float | None]]
    note: str = ""
    most: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """Return the text as the browser knows it."""
        pieces = [
            {"text": text, "change": change, "p": None if p is None else round(p, 4)}
            for text, change, p in self.words
        ]
        about = {"title": self.title, "note": self.note, "most": self.most}
        return {**about, "pieces": pieces}


def marked_words(texts: Iterable[MarkedText], *, key: str) -> None:
    """Show texts, one below the other; nothing of them is ever markup."""
    component("markedWords")(
        key=key,
        data={"rows": [text.to_json() for text in texts]},
        height="content",
        on_state_change=nothing,
    )


def compared(
    title: str, pieces: Iterable[Piece], note: str = "", *, likeliest: bool = False
) -> MarkedText:
    """Return what a comparison of two texts found; `likeliest` as of `written`."""
    words = [(one.text, one.change, one.p) for one in pieces]
    return MarkedText(title, words, note, _most(words) if likeliest else 1.0)


def written(title: str, text: TokenText, note: str = "", *, likeliest: bool = False) -> MarkedText:
    """Return a text that a model wrote, with the probability of each of its words.

    `likeliest`: these are the likeliest words of a document, of which the first is not faint.
    """
    from explorer.analysis.word_diff import word_shares

    words = [(word, "", p) for word, p in word_shares(text)]
    return MarkedText(title, words, note, _most(words) if likeliest else 1.0)


def _most(words: Iterable[tuple[str, str, float | None]]) -> float:
    return max((p for *_, p in words if p), default=1.0)
