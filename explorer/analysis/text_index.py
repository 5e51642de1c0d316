"""Which items hold certain words, at a million items: an index of the words of their texts.

A word is what stands between spaces, folded (`folding.fold`). What is searched for may be a part of
one, so a query first goes through the different words, of which there are few, and then through
the items by the numbers of their words. Answers are exactly those of reading every text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from explorer.analysis import folding
from explorer.analysis.item_columns import strings
from explorer.analysis.vocabulary import Mask, Words

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T", bound=np.generic)
Bits = NDArray[np.uint8]
# How often a word is met, as which words of the columns, and which item bears it as a number.
_Plan = tuple[int, dict[str, Mask], "int | None"]
# How many columns are read, and of how many.
Progress = Callable[[int, int], None]

_BLOCK = 1 << 16
# Up to this share of the texts is looked through one by one, instead of all.
_FEW = 0.125
# Up to this share of all words, the texts of each are looked up.
_RARE = 0.02
_TOGETHER = 8


def silent(done: int, of: int) -> None:
    """Report nothing."""


class ColumnIndex:
    """The words of one column of texts, equal ones taken together.

    Attributes:
        texts: the different texts, composed (NFC).
        codes: (items,) which of them each item has; None where no two are the same.
        is_ascii, is_odd: of the texts, as `folding` has it.
    """

    def __init__(self, values: Sequence[str]) -> None:
        import pyarrow as pa

        column = strings(values)
        coded = column.dictionary_encode().unify_dictionaries()
        different = coded.chunk(0).dictionary if coded.num_chunks else column.slice(0, 0)
        self.codes: NDArray[np.int32] | None = None
        if len(different) < len(column):
            column = pa.chunked_array([different])
            self.codes = np.concatenate([chunk.indices.to_numpy() for chunk in coded.chunks])
        del coded, different
        texts, tokens, ends = [], [], [np.zeros(1, np.int64)]
        self.is_ascii, self.is_odd = True, False
        for first in range(0, len(column), _BLOCK):
            block = column.slice(first, _BLOCK).combine_chunks()
            block = folding.composed(block)
            self.is_ascii = self.is_ascii and folding.is_ascii(block)
            self.is_odd = self.is_odd or folding.is_odd(block)
            lists = _split(block)
            tokens.append(lists.flatten().dictionary_encode())
            ends.append(lists.offsets.to_numpy()[1:].astype(np.int64) + ends[-1][-1])
            texts.append(block)
        self.texts = pa.chunked_array(texts, pa.large_string())
        self._starts = np.concatenate(ends)
        self.words, self._tokens = _unified(tokens)
        self._often = np.bincount(self._tokens, minlength=len(self.words))
        # Texts without any word would be counted among their neighbours.
        self._filled = np.flatnonzero(np.diff(self._starts))

    @property
    def tokens(self) -> int:
        """How many words there are, each counted as often as it is met."""
        return len(self._tokens)

    def per_item(self, of_texts: NDArray[T]) -> NDArray[T]:
        """Return what is said of the different texts for the items: (items,)."""
        return of_texts if self.codes is None else of_texts[self.codes]

    def often(self, which: Mask) -> int:
        """Return how often these words are met."""
        return int(self._often[which].sum())

    def holding(self, parts: Sequence[Mask], among: Mask | None = None) -> Bits:
        """Tell which of the different texts hold a word of each of up to eight `parts`: (texts,).

        Bit n stands for part n. `among`: the only texts that are asked about.
        """
        table = np.zeros(len(self.words), np.uint8)
        for number, part in enumerate(parts):
            table[part] |= np.uint8(1 << number)
        found = np.zeros(len(self._starts) - 1, np.uint8)
        if not table.any():
            return found
        if among is not None and among.sum() <= _FEW * len(among):
            texts = self._filled[among[self._filled]]
            sizes = np.diff(self._starts)[texts]
            values = table[self._tokens[_joined(self._starts[texts], sizes)]]
            if len(texts):
                found[texts] = np.bitwise_or.reduceat(values, np.cumsum(sizes) - sizes)
            return found
        values = _looked_up(table, self._tokens)
        if self.often(table > 0) <= _RARE * len(values):
            places = np.flatnonzero(values != 0)  # of truth values, several times as fast
            texts = self._text_of(places)
            first = np.flatnonzero(np.diff(texts, prepend=-1))
            if len(first):
                found[texts[first]] = np.bitwise_or.reduceat(values[places], first)
        else:
            starts = self._starts[self._filled]
            found[self._filled] = np.bitwise_or.reduceat(values, starts)
        return found if among is None else np.where(among, found, np.uint8(0))

    def phrase(self, parts: Sequence[Mask]) -> Mask:
        """Tell which texts hold, one after the other, a word of each of `parts`: (texts,)."""
        found = np.zeros(len(self._starts) - 1, np.bool_)
        rarest = min(range(len(parts)), key=lambda number: self.often(parts[number]))
        if not parts[rarest].any():
            return found
        places = np.flatnonzero(_looked_up(parts[rarest], self._tokens)) - rarest
        texts = self._text_of(places + rarest)
        inside = places >= self._starts[texts]
        inside &= places + len(parts) <= self._starts[texts + 1]
        places, texts = places[inside], texts[inside]
        for number, part in enumerate(parts):
            if number != rarest:
                holds = part[self._tokens[places + number]]
                places, texts = places[holds], texts[holds]
        found[texts] = True
        return found

    def _text_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.searchsorted(self._starts, places, side="right") - 1

    @property
    def nbytes(self) -> int:
        """Bytes that the index takes, the texts left out."""
        arrays = (self.words.data, self.words.starts, self._tokens, self._starts, self._often)
        return sum(array.nbytes for array in arrays) + self._filled.nbytes


class TextIndex:
    """The columns of `count` items, to be searched.

    Args:
        columns: texts, labels and whatever else is known, each of `count` values.
    """

    def __init__(
        self, columns: Mapping[str, Sequence[str]], count: int, progress: Progress = silent
    ) -> None:
        self.count = count
        self.columns: dict[str, ColumnIndex] = {}
        for number, (name, values) in enumerate(columns.items()):
            progress(number, len(columns))
            self.columns[name] = ColumnIndex(values)
        self._tokens = sum(column.tokens for column in self.columns.values())

    def words(
        self, wanted: Sequence[str], *, prefix: bool = False, also: Mapping[str, int] | None = None
    ) -> tuple[Mask, list[str]]:
        """Tell which items hold all of the words, in any column, and which words none holds.

        Of `prefix`, a word of the item has to begin so; else it may be any part. `also`: items that
        count as holding a word. Where few items hold the rarer words, only those are read.
        """
        plans = [self._plan(word, prefix, (also or {}).get(word)) for word in dict.fromkeys(wanted)]
        unknown = [
            word for word, plan in zip(dict.fromkeys(wanted), plans, strict=True) if plan[0] == 0
        ]
        left = np.ones(self.count, np.bool_)
        rarest_first = sorted(plans, key=lambda plan: plan[0])
        while rarest_first and left.any():
            # A rare word leaves little to read; frequent ones cost as much together as alone.
            rare = rarest_first[0][0] <= _RARE * self._tokens
            group = rarest_first[: 1 if rare else _TOGETHER]
            rarest_first = rarest_first[len(group) :]
            left &= self._holding(group, left) == (1 << len(group)) - 1
        return left, unknown

    def _holding(self, group: Sequence[_Plan], left: Mask) -> Bits:
        holds = np.zeros(self.count, np.uint8)
        for name, column in self.columns.items():
            parts = [which[name] for _, which, _ in group]
            holds |= column.per_item(column.holding(parts, _texts_of(column, left)))
        for number, (_, _, item) in enumerate(group):
            if item is not None:
                holds[item] |= np.uint8(1 << number)
        return holds

    def _plan(self, word: str, prefix: bool, item: int | None) -> _Plan:
        """How often a word is met, as which words of the columns, and which item bears it."""
        which = {
            name: column.words.with_word_from(word) if prefix else column.words.holding(word)
            for name, column in self.columns.items()
        }
        often = sum(self.columns[name].often(mask) for name, mask in which.items())
        return often + (item is not None), which, item

    def phrase(self, wanted: Sequence[str]) -> Mask:
        """Tell which items hold these words one after the other, in one column: (items,).

        The first word may be the end of one, and the last the beginning.
        """
        if len(wanted) < 2:
            return self.words(wanted)[0]
        found = np.zeros(self.count, np.bool_)
        for column in self.columns.values():
            words = column.words
            parts = [words.same(word) for word in wanted]
            parts[0], parts[-1] = words.ending(wanted[0]), words.beginning(wanted[-1])
            found |= column.per_item(column.phrase(parts))
        return found


def _texts_of(column: ColumnIndex, items: Mask | None) -> Mask | None:
    if items is None or column.codes is None:
        return items
    found = np.zeros(len(column.texts), np.bool_)
    found[column.codes[items]] = True
    return found


def _split(texts: pa.LargeStringArray) -> pa.ListArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    lists = pc.utf8_split_whitespace(folding.folded(texts))
    # Spaces at either end leave an empty word there.
    sizes = pc.list_value_length(lists).to_numpy().astype(np.int64)
    empty = pc.equal(lists.flatten(), "").to_numpy(zero_copy_only=False)
    if empty.any():
        kept = lists.flatten().filter(pa.array(~empty))
        ends = np.concatenate([[0], np.cumsum(~empty)])[np.concatenate([[0], np.cumsum(sizes)])]
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), kept)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return pa.ListArray.from_arrays(pa.array(starts, pa.int32()), lists.flatten())


def _unified(blocks: Sequence[pa.DictionaryArray]) -> tuple[Words, NDArray[np.int32]]:
    import pyarrow as pa

    if not blocks:
        return Words(np.empty(0, np.uint8), np.zeros(1, np.int64)), np.empty(0, np.int32)
    joined = pa.chunked_array(blocks).unify_dictionaries()
    words = joined.chunk(0).dictionary
    tokens = np.concatenate([chunk.indices.to_numpy() for chunk in joined.chunks])
    _, ends, data = words.buffers()
    starts = np.frombuffer(ends, np.int64)[words.offset : words.offset + len(words) + 1]
    content = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return Words(content[: int(starts[-1])], starts), tokens.astype(np.int32)


def _looked_up(which: NDArray[T], tokens: NDArray[np.int32]) -> NDArray[T]:
    """Return `which[tokens]`, in blocks that stay in the processor's cache."""
    found = np.empty(len(tokens), which.dtype)
    for first in range(0, len(tokens), _BLOCK):
        part = slice(first, first + _BLOCK)
        np.take(which, tokens[part], out=found[part], mode="clip")
    return found


def _joined(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of several ranges, one after the other."""
    before = np.cumsum(sizes) - sizes
    return np.asarray(np.arange(int(sizes.sum())) + np.repeat(starts - before, sizes), np.int64)
