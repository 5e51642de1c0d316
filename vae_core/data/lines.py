"""One item a line."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.data.encodings import Encoding
from vae_core.data.rows import Batch, Table


def lines_table(stream: IO[bytes], encoding: Encoding, name: str) -> Table:
    """The lines of ``stream`` as the one column "text"; an empty line is an empty cell.

    Only \\n ends a line, or \\r in a file without any \\n: form feeds and U+2028 are text.
    Reading raises DataError at a line of over ``MAX_ITEM_CHARACTERS``.
    """
    return Table(name, ["text"], _batches(stream, encoding, name))


def _batches(stream: IO[bytes], encoding: Encoding, name: str) -> Iterator[Batch]:
    pending: list[str] = []
    first = 1
    for lines in _lines(stream, encoding, name):
        pending += lines
        while len(pending) >= limits.BATCH_ROWS:
            some, pending = pending[: limits.BATCH_ROWS], pending[limits.BATCH_ROWS :]
            yield Batch([some], range(first, first + len(some)))
            first += len(some)
    if pending:
        yield Batch([pending], range(first, first + len(pending)))


def _lines(stream: IO[bytes], encoding: Encoding, name: str) -> Iterator[list[str]]:
    """Lists of lines, one a chunk of bytes."""
    decoder = codecs.getincrementaldecoder(encoding.name)()
    carry, count, ended = "", 0, False
    while not ended:
        chunk = stream.read(limits.CHUNK_BYTES)
        ended = not chunk
        *lines, carry = (carry + decoder.decode(chunk, final=ended)).split(encoding.line_end)
        if ended and carry:
            lines.append(carry)
            carry = ""
        count += len(lines)
        yield lines
        if len(carry) > limits.MAX_ITEM_CHARACTERS and carry.strip():
            length = _rest(stream, decoder, encoding.line_end, carry)
            if length > limits.MAX_ITEM_CHARACTERS:
                raise too_long(length, "Line", count + 1, name)


def _rest(stream: IO[bytes], decoder: codecs.IncrementalDecoder, line_end: str, carry: str) -> int:
    """How long a line is that has no end yet, counted without holding it."""
    length, ended = len(carry), False
    while not ended:
        chunk = stream.read(limits.CHUNK_BYTES)
        ended = not chunk
        piece, end, _ = decoder.decode(chunk, final=ended).partition(line_end)
        length += len(piece)
        ended = ended or bool(end)
    return length


def too_long(length: int, unit: str, place: int, name: str, most: int | None = None) -> DataError:
    """What to say of an item of ``length`` characters."""
    most = limits.MAX_ITEM_CHARACTERS if most is None else most
    return DataError(
        f"{unit} {place:,} of {name} has {length:,} characters; an item may have {most:,}. Split "
        "it into sentences, one a line."
    )
