"""Texts that lie in an Arrow file: read when they are asked for, never all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 10_000
# A text, or None where a sequence says so of what is missing.
_Text = TypeVar("_Text", str, "str | None")


class TextColumn(Sequence[str]):
    """A column of strings, as a sequence; what is missing is the empty string.

    Built on a chunked array whose chunks may lie in a memory-mapped file, so that millions of
    texts take no memory of the process: the system's file cache holds what is used.
    """

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column
        self._chunks = [chunk for chunk in column.chunks if len(chunk)]
        ends = np.cumsum([len(chunk) for chunk in self._chunks], dtype=np.int64)
        self._starts = np.concatenate([np.zeros(1, np.int64), ends])

    def __len__(self) -> int:
        return int(self._starts[-1])

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(f"There are {len(self)} texts, but number {index} is asked for.")
        return self.take(np.array([number], np.int64))[0]

    def __iter__(self) -> Iterator[str]:
        for block in self.blocks():
            yield from block

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str) or len(other) != len(self):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        """As numpy takes it: strings as Python objects, block by block instead of one by one."""
        return np.array(list(self), dtype=object if dtype is None else dtype)

    @property
    def nbytes(self) -> int:
        """Bytes that the column holds, in memory or in the file that it is mapped from."""
        return int(self._column.nbytes)

    def __arrow_array__(self, type: pa.DataType | None = None) -> pa.ChunkedArray:
        """As pyarrow takes it: nothing is copied, and no text becomes a Python object."""
        return self._column if type is None else self._column.cast(type)

    def take(self, indices: npt.NDArray[np.int64]) -> list[str]:
        """The texts at ``indices`` (n,), in that order. Raises IndexError outside of 0 to n − 1."""
        if len(indices) and not (indices.min() >= 0 and indices.max() < len(self)):
            raise IndexError(f"There are {len(self)} texts, but others are asked for.")
        found = [""] * len(indices)
        # Chunk by chunk: Arrow's own take of several chunks would first join them in memory.
        of_chunk = np.searchsorted(self._starts, indices, side="right") - 1
        for number in np.unique(of_chunk).tolist():
            places = np.flatnonzero(of_chunk == number)
            chunk = self._chunks[number].take(indices[places] - self._starts[number])
            for place, text in zip(places.tolist(), chunk.to_pylist(), strict=True):
                found[place] = text or ""
        return found

    def blocks(self, size: int = _BLOCK) -> Iterator[list[str]]:
        """The texts in order, at most ``size`` at a time."""
        for chunk in self._chunks:
            for start in range(0, len(chunk), size):
                yield [text or "" for text in chunk.slice(start, size).to_pylist()]


class Chosen(Sequence[str]):
    """The texts at ``indices`` (n,) of a sequence, in that order; read when they are asked for."""

    def __init__(self, texts: Sequence[str], indices: npt.NDArray[np.int64]) -> None:
        self._texts, self._indices = texts, indices

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return take(self._texts, self._indices[index])
        return self._texts[int(self._indices[index])]

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), _BLOCK):
            yield from self[start : start + _BLOCK]


def take(texts: Sequence[_Text], indices: npt.NDArray[np.int64]) -> list[_Text]:
    """The texts at ``indices`` (n,), in that order, from a column or any other sequence."""
    if isinstance(texts, TextColumn):
        return texts.take(indices)  # type: ignore[return-value]
    return [texts[index] for index in indices.tolist()]


def blocks(texts: Sequence[str], size: int = _BLOCK) -> Iterator[Sequence[str]]:
    """Texts in order, at most ``size`` at a time, from a column or any other sequence."""
    if isinstance(texts, TextColumn):
        yield from texts.blocks(size)
    else:
        for start in range(0, len(texts), size):
            yield texts[start : start + size]
