"""The different words of some texts, and which of them hold a part that is looked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.analysis import folding

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Words:
    """The different words of some texts: UTF-8, one after the other; `starts` (words + 1,)."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def holding(self, part: str) -> Mask:
        """Tell which words hold `part` somewhere: (words,)."""
        wanted = part.encode()
        if len(wanted) == 1 and len(self):
            # A single letter is nearly everywhere, and never at the end of one word and the next.
            hits = self.data == wanted[0]
            return np.asarray(np.logical_or.reduceat(hits, self.starts[:-1]), np.bool_)
        return self._mask(self._found(part)[0])

    def beginning(self, part: str) -> Mask:
        """Tell which begin with `part`."""
        words, places = self._found(part)
        return self._mask(words[places == self.starts[words]])

    def ending(self, part: str) -> Mask:
        """Tell which end with `part`."""
        words, places = self._found(part)
        return self._mask(words[places + len(part.encode()) == self.starts[words + 1]])

    def same(self, word: str) -> Mask:
        """Tell which is `word`."""
        words, places = self._found(word)
        whole = places == self.starts[words]
        whole &= places + len(word.encode()) == self.starts[words + 1]
        return self._mask(words[whole])

    def with_word_from(self, part: str) -> Mask:
        """Tell which hold `part` where a word begins: after a bracket or a hyphen, too."""
        words, places = self._found(part)
        first = places == self.starts[words]
        before = self.data[np.maximum(places - 1, 0)]
        begins = first | ~_INSIDE[before]
        # What is no ASCII takes several bytes; these words are few.
        for at in np.flatnonzero(~first & (before >= 0x80)).tolist():
            text = self.data[self.starts[words[at]] : places[at]].tobytes().decode()
            begins[at] = not folding.is_inside_word(text[-1])
        return self._mask(words[begins])

    def _found(self, part: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        wanted = part.encode()
        places = folding.occurrences(self.data, wanted)
        words = np.searchsorted(self.starts, places, side="right") - 1
        inside = places + len(wanted) <= self.starts[words + 1]
        return words[inside], places[inside]

    def _mask(self, words: NDArray[np.int64]) -> Mask:
        found = np.zeros(len(self), np.bool_)
        found[words] = True
        return found


_INSIDE = np.array([byte < 128 and folding.is_inside_word(chr(byte)) for byte in range(256)])
