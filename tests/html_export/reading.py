"""The bytes in the letters of a file, as its page reads them."""

from __future__ import annotations

import zlib

LETTERS = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "<>&\"'\\\\`-=")


def content_of(letters: str) -> bytes:
    """What `sections.letters` packed, by the plainest of ways."""
    digits = {letter: digit for digit, letter in enumerate(LETTERS)}
    found = bytearray()
    for start in range(1, len(letters), 5):
        value = 0
        for letter in letters[start : start + 5]:
            value = value * 85 + digits[letter]
        found += value.to_bytes(4, "big")
    return zlib.decompress(bytes(found[: len(found) - int(letters[0])]))
