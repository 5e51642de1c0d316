"""JSON: an object a line (.jsonl), or a list of objects (.json); texts alone will do as well."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import IO, Any

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.data.encodings import Encoding
from vae_core.data.rows import Table, batched, check_columns
from vae_core.errors import reason

_SPACE = " \t\r\n"
# What one object may take; one that does not end is looked for no further.
_MAX_OBJECT = 16_000_000
_MOST_KEYS = 1000
_DECODER = json.JSONDecoder()


def json_table(stream: IO[bytes], encoding: Encoding, name: str, *, cut: bool = False) -> Table:
    """The objects of ``stream`` as rows; columns are the keys of the first ten thousand.

    Lists and objects within an object are left out, and so are keys that come later: the notes say
    so. ``cut``: only a file's beginning is given, whose last object may have no end. Raises
    DataError where there is no object, and reading where one is broken.
    """
    values = _values(stream, encoding, name, cut)
    first = _first(values)
    columns = list(dict.fromkeys(key for _, value in first for key in value))
    nested = {key for _, value in first for key, cell in value.items() if _is_nested(cell)}
    flat = {key for _, value in first for key, cell in value.items()
            if cell is not None and not _is_nested(cell)}  # fmt: skip
    left_out = nested - flat
    columns = [column for column in columns if column not in left_out and column.strip()]
    check_columns(columns, name)
    table = Table(name, columns, iter(()), unit="object")
    if left_out:
        shown = ", ".join(repr(key[:40]) for key in sorted(left_out)[:6])
        table.notes.append(f"{name} has lists or objects in {shown}, which were left out.")
    known = {*columns, *left_out}
    table.batches = batched(_rows(chain(first, values), columns, known, table), len(columns))
    return table


def _first(values: Iterator[tuple[int, dict[str, Any]]]) -> list[tuple[int, dict[str, Any]]]:
    """As many objects as a batch may have, by which the columns are known."""
    found, characters = [], 0
    for number, value in islice(values, limits.BATCH_ROWS):
        found.append((number, value))
        characters += sum(len(cell) for cell in value.values() if isinstance(cell, str))
        if characters > limits.BATCH_CHARACTERS:
            break
    return found


def _rows(
    values: Iterator[tuple[int, dict[str, Any]]], columns: list[str], known: set[str], table: Table
) -> Iterator[tuple[int, list[str]]]:
    late: Counter[str] = Counter()
    nested: Counter[str] = Counter()
    for number, value in values:
        if not value.keys() <= known and len(late) < _MOST_KEYS:
            late.update(key for key in value if key not in known)
        row = [cell if type(cell) is str else written(cell) for cell in map(value.get, columns)]
        if "" in row:
            nested.update(key for key in columns if _is_nested(value.get(key)))
        yield number, row
    odd = {
        "first come after many objects and were left out": late,
        "hold lists or objects in some objects, left empty there": nested,
    }
    for what, found in odd.items():
        if found:
            shown = ", ".join(repr(key[:40]) for key, _ in found.most_common(6))
            table.notes.append(f"{table.name}: the keys {shown} {what}.")


def _is_nested(cell: object) -> bool:
    return isinstance(cell, list | dict)


def written(value: object) -> str:
    """A cell as text: true for True, as JSON has it, and nothing for None, lists and objects."""
    if value is None or _is_nested(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except ValueError:  # a whole number of over 4300 digits
        return ""


def _values(
    stream: IO[bytes], encoding: Encoding, name: str, cut: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects with their numbers; a text alone is an object with the key "text"."""
    for number, value in enumerate(_parsed(_Text(stream, encoding), name, cut), start=1):
        if isinstance(value, str):
            value = {"text": value}
        if not isinstance(value, dict):
            raise DataError(
                f"Object {number} of {name} is a {_kind(value)}; every entry must be an object "
                "with a text, or a text."
            )
        yield number, value


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "number" if value is not None else "null"


def loose_objects(text: str, columns: list[str]) -> Iterator[tuple[str, ...]]:
    """Rows of the objects that stand on one line each, in a stretch from somewhere in a file."""
    for line in text.split("\n"):
        try:
            value = json.loads(line.strip().rstrip(","))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            cells = [value.get(column) for column in columns]
            yield tuple(map(written, cells))


class _Text:
    """Text that grows as it is read, and forgets what was used."""

    def __init__(self, stream: IO[bytes], encoding: Encoding) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding.name)()
        self.buffer, self.at, self.line, self.ended = "", 0, 1, False

    def more(self) -> bool:
        """Read on; False at the end."""
        if self.ended:
            return False
        chunk = self._stream.read(limits.CHUNK_BYTES)
        self.ended = not chunk
        self.line += self.buffer.count("\n", 0, self.at)
        self.buffer = self.buffer[self.at :] + self._decoder.decode(chunk, final=self.ended)
        self.at = 0
        return True

    def next_sign(self) -> str:
        """The next sign that is no space, or "" at the end."""
        while True:
            while self.at < len(self.buffer) and self.buffer[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.more():
                return ""

    def line_here(self, ahead: int = 0) -> int:
        return self.line + self.buffer.count("\n", 0, self.at + ahead)


def _parsed(text: _Text, name: str, cut: bool) -> Iterator[Any]:
    listed = text.next_sign() == "["
    if listed:
        text.at += 1
    first = True
    while (sign := text.next_sign()) != "":
        if listed and sign == "]":
            text.at += 1
            if text.next_sign():
                raise _broken(name, text, "there is more after the list's end")
            return
        if listed and not first:
            if sign != ",":
                raise _broken(name, text, "a comma is missing")
            text.at += 1
            text.next_sign()
        try:
            value = _one(text, name)
        except DataError:
            if cut and text.ended:
                return
            raise
        yield value
        first = False
    if listed and not cut:
        raise _broken(name, text, "the list does not end")


def _one(text: _Text, name: str) -> Any:
    # Tried again once there is much more of it: one that is long is not parsed at every chunk.
    enough = 0
    while True:
        if len(text.buffer) - text.at >= enough:
            try:
                value, end = _DECODER.raw_decode(text.buffer, text.at)
            except RecursionError as error:
                raise _broken(name, text, "it is nested too deeply") from error
            except ValueError as error:
                if len(text.buffer) - text.at > _MAX_OBJECT:
                    why = f"an object has over {_MAX_OBJECT:,} characters"
                    raise _broken(name, text, why) from error
                if text.ended or _hopeless(error, text):
                    raise _broken(name, text, _why(error)) from error
            else:
                # A number may go on beyond what was read.
                if end < len(text.buffer) or not isinstance(value, int | float) or text.ended:
                    text.at = end
                    return value
            enough = 2 * (len(text.buffer) - text.at)
        if not text.more():
            enough = 0


def _hopeless(error: ValueError, text: _Text) -> bool:
    """Whether reading on cannot help: the mistake is well before the end of what is there."""
    place = getattr(error, "pos", len(text.buffer))
    open_text = "Unterminated string" in str(error)
    return not open_text and place < len(text.buffer) - 20


# What Python's parser says, in words for those who have never seen it.
_SAID = {
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting ',' delimiter": "a comma is missing",
    "Unterminated string starting at": "a text does not end",
    "Invalid control character at": "a line ends, or a control character stands, inside a text",
}


def _why(error: ValueError) -> str:
    said = getattr(error, "msg", None) or reason(error)
    return _SAID.get(said) or said[0].lower() + said[1:]


def _broken(name: str, text: _Text, why: str) -> DataError:
    return DataError(
        f"{name} is not JSON near line {text.line_here()}: {why}; give one object a line (.jsonl), "
        "or a list of objects (.json)."
    )
