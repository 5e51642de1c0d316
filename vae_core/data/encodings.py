"""In which encoding a text file is written: known by its marks, proved by reading all of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import IO

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.data.legacy_encodings import guess_legacy
from vae_core.data.opened import empty

Opener = Callable[[], AbstractContextManager[IO[bytes]]]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins the same
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_HIGH = re.compile(rb"[\x80-\xff]")
# Neither tab, line ends nor form feeds: such bytes are no text in any of the old encodings.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BLANK = " \t\r\n\x0b\x0c\ufeff"
_ASKED = "leave the encoding out, or give another (--encoding)"


@dataclass(frozen=True)
class Encoding:
    """An encoding's Python name, what there is to say of it, and what ends a line."""

    name: str
    note: str = ""
    line_end: str = "\n"


def find_encoding(open_file: Opener, name: str, asked: str | None = None) -> Encoding:
    """The encoding of all that ``open_file`` gives; ``name`` is the file's, for sentences.

    ``asked``: the one to take. Everything is decoded once, so that reading cannot fail later.
    Raises DataError where there is no text, a NUL, a mixture of encodings, or none that fits.
    """
    with open_file() as stream:
        if asked is not None:
            return _checked(stream, name, known_encoding(asked), hint=_ASKED)
        head = stream.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            with open_file() as stream:
                found = _checked(stream, name, encoding, hint="save it as UTF-8")
            said = f"{name} was read as {_shown(encoding)}, by the mark at its start."
            return found if encoding == "utf-8-sig" else replace(found, note=said)
    survey = _Survey()
    with open_file() as stream:
        while chunk := stream.read(limits.CHUNK_BYTES):
            survey.add(chunk)
    for candidate in survey.candidates(name):
        if candidate.name == "utf-8":
            return candidate
        try:
            with open_file() as stream:
                found = _checked(stream, name, candidate.name, hint=_ASKED)
            return replace(found, note=candidate.note)
        except DataError:
            continue
    raise survey.refusal(name)


def known_encoding(name: str) -> str:
    """Python's name of an encoding of text. Raises DataError for any other."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise _unknown(name) from error
    # Some codecs of Python encode no text ("hex"), others code within text ("unicode_escape").
    if not found._is_text_encoding or found.name.replace("_", "-") in _NOT_OF_FILES:
        raise _unknown(name)
    return found.name


_NOT_OF_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7",
                 "mbcs", "oem"}  # fmt: skip


def _unknown(name: str) -> DataError:
    return DataError(
        f"There is no encoding {name[:40]!r}; give one such as utf-8, utf-16, cp1252 or gb18030, "
        "or leave it out (--encoding)."
    )


def _checked(stream: IO[bytes], name: str, encoding: str, *, hint: str) -> Encoding:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, feeds, returns, text, ended = 1, False, False, False, False
    while not ended:
        chunk = stream.read(limits.CHUNK_BYTES)
        ended = not chunk
        try:
            piece = decoder.decode(chunk, final=ended)
        except UnicodeDecodeError as error:
            line = lines + error.object[: error.start].count(b"\n")
            byte = error.object[error.start : error.start + 1].hex()
            raise DataError(
                f"{name} is not {_shown(encoding)} text: near line {line} the byte 0x{byte} does "
                f"not fit; {hint}."
            ) from error
        if "\x00" in piece:
            raise _nul(name, lines + piece[: piece.index("\x00")].count("\n"))
        lines += piece.count("\n")
        feeds, returns = feeds or "\n" in piece, returns or "\r" in piece
        text = text or bool(piece.strip(_BLANK))
    if not text:
        raise empty(name)
    return Encoding(encoding, "", "\r" if returns and not feeds else "\n")


def _shown(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()


def _nul(name: str, line: int) -> DataError:
    return DataError(
        f"{name} has NUL bytes (line {line}), so it is not plain text; save it as UTF-8 text."
    )


class _Survey:
    """What a first reading of bytes without a mark tells of their encoding."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._wide = [_Wide(name) for name in ("utf-16-le", "utf-16-be")]
        self._bad_line = self._bad_byte = self._nul_line = 0
        self._lines, self._bytes, self._control = 1, 0, 0
        self._feeds = self._returns = self._text = False
        self._legacy = _HighLines()

    def add(self, chunk: bytes) -> None:
        self._feeds, self._returns = self._feeds or b"\n" in chunk, self._returns or b"\r" in chunk
        self._text = self._text or bool(chunk.strip())
        if not self._nul_line and b"\x00" in chunk:
            self._nul_line = self._lines + chunk[: chunk.index(b"\x00")].count(b"\n")
        if self._nul_line:
            for wide in self._wide:
                wide.add(chunk)
        elif not self._bad_line:
            self._add_utf8(chunk, final=False)
        if self._bad_line:
            self._legacy.add(chunk)
            self._control += len(_CONTROL.findall(chunk))
        self._bytes += len(chunk)
        self._lines += chunk.count(b"\n")

    def _add_utf8(self, chunk: bytes, final: bool) -> None:
        try:
            text = self._utf8.decode(chunk, final)
        except UnicodeDecodeError as error:
            # What the decoder held back of the last chunk stands before this one.
            place = error.start - (len(error.object) - len(chunk))
            self._bad_line = self._lines + chunk[: max(place, 0)].count(b"\n")
            self._bad_byte = error.object[error.start]
        else:
            self._legacy.utf8 += len(chunk) - len(text) > 1

    def candidates(self, name: str) -> list[Encoding]:
        """What it may be, likeliest first; all but UTF-8 is still to be proved."""
        if not self._text:
            raise empty(name)
        if self._nul_line:
            likely = [wide.name for wide in self._wide if wide.likely and not self._bytes % 2]
            return [Encoding(wide, f"{name} has no mark of its encoding and was read as "
                                   f"{wide.upper()}.") for wide in likely]  # fmt: skip
        if not self._bad_line:
            self._add_utf8(b"", final=True)
        if not self._bad_line:
            return [Encoding("utf-8", "", "\r" if self._returns and not self._feeds else "\n")]
        if self._control > self._bytes / 1000:
            return []
        encodings = self._legacy.guesses()
        if encodings and self._legacy.mixed(encodings[0]):
            raise DataError(
                f"{name} mixes encodings: line {self._bad_line} has the byte "
                f"0x{self._bad_byte:02x}, which is not UTF-8, but other lines are UTF-8; save all "
                "of it as UTF-8, or name its encoding (--encoding)."
            )
        return [Encoding(encoding, f"{name} is not UTF-8 and was read as {encoding}, which is a "
                         "guess; name another encoding (--encoding) where letters look wrong.")
                for encoding in encodings]  # fmt: skip

    def refusal(self, name: str) -> DataError:
        """What to say where nothing fits."""
        if self._nul_line:
            return _nul(name, self._nul_line)
        return DataError(
            f"{name} is not UTF-8 text: line {self._bad_line} has the byte "
            f"0x{self._bad_byte:02x}, and no other encoding fits; save it as UTF-8 text, or "
            "name its encoding (--encoding)."
        )


class _Wide:
    """How well bytes read as UTF-16 of one byte order, from the first NUL on (chunks are even)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._decoder = codecs.getincrementaldecoder(name)()
        self._all = self._common = 0
        self._failed = False

    def add(self, chunk: bytes) -> None:
        if self._failed:
            return
        try:
            text = self._decoder.decode(chunk)
        except UnicodeDecodeError:
            self._failed = True
            return
        self._failed = "\x00" in text
        self._all += len(text)
        # Common in any language, while their halves swapped are rare letters or none.
        self._common += sum(text.count(sign) for sign in " \n\t,.aeinot0123456789。，、")

    @property
    def likely(self) -> bool:
        return not self._failed and self._common > self._all / 50


class _HighLines:
    """Lines with bytes above 127: some to guess by, and how many of them are UTF-8."""

    def __init__(self) -> None:
        self.utf8 = 0
        self._sample: list[bytes] = []
        self._size = self._other = 0
        self._carry = b""

    def add(self, chunk: bytes) -> None:
        *lines, self._carry = (self._carry + chunk).split(b"\n")
        self._look(lines)
        if len(self._carry) > limits.MAX_ITEM_CHARACTERS:
            self._look([self._carry])
            self._carry = b""

    def _look(self, lines: list[bytes]) -> None:
        for line in lines:
            if not _HIGH.search(line):
                continue
            try:
                # One letter may look like UTF-8 by chance.
                self.utf8 += len(line) - len(line.decode("utf-8")) > 1
            except UnicodeDecodeError:
                self._other += 1
                if self._size < _SAMPLE:
                    self._sample.append(line[:4096])
                    self._size += len(self._sample[-1])

    def guesses(self) -> list[str]:
        """The likeliest of the old encodings, likeliest first."""
        self._look([self._carry])
        self._carry = b""
        return guess_legacy(b"\n".join(self._sample))

    def mixed(self, encoding: str) -> bool:
        """Whether lines in UTF-8 stand beside those of ``encoding``."""
        chance = 0.2 * (self.utf8 + self._other) if encoding in _BY_CHANCE else 0
        return self.utf8 > chance


# Several letters of these may look like UTF-8 by chance; of Western encodings they do not.
_BY_CHANCE = {"gb18030", "big5", "cp932", "euc_jp", "cp949", "cp874"}
