"""Text of anybody's, fit to be printed in a terminal."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")


def plain(text: str) -> str:
    """Return `text` without escape sequences and control characters, on one line."""
    bare = _ESCAPES.sub("", text).replace("\t", " ")
    return "".join(sign for sign in bare if unicodedata.category(sign) not in ("Cc", "Cf"))
