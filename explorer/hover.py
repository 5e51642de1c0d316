"""What a point says under the pointer: escaped, wrapped text, or a picture made of characters.

Plotly reads a subset of HTML in hover text, so everything that comes from data is escaped and only
our own `<br>` remain.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_TEXT = 120
LINE_WIDTH = 44
LARGEST_PICTURE = 14
FAINTEST = np.float32(0.2)
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
FONT = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"

# Control characters, lone surrogates and direction overrides would break the line or the encoding.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# One character shows two pixels, the upper and the lower, each of four levels of ink.
_CELLS = np.array(list(" ░▄▄░░▒▄▀▒▒▓▀▀▓█"), dtype="U1")


def escape(text: str) -> str:
    """Return `text` so that Plotly shows exactly it, on one line."""
    return html.escape(" ".join(_UNPRINTABLE.sub(" ", text).split()), quote=False)


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return `text` on one line, cut to `longest` characters with an ellipsis."""
    line = " ".join(text[: 4 * longest].split())
    if len(line) <= longest and len(text) <= 4 * longest:
        return line
    return line[: longest - 1].rstrip() + "…"


def text_lines(texts: Sequence[str]) -> list[str]:
    """Return each text shortened, wrapped by our own `<br>` and escaped."""
    return ["<br>".join(map(escape, _wrapped(shortened(text)))) for text in texts]


def picture_lines(pictures: NDArray[Any]) -> list[str]:
    """Return each picture (n, h, w[, colours]) as lines of block characters joined by `<br>`.

    Pictures are reduced to at most 14×14 pixels; floats in [0, 1] or uint8, bright is ink.
    """
    small = _reduced(pictures)
    # A faint picture, such as an average of many, still shows its shape; a blank one stays blank.
    small = small / np.maximum(small.max(axis=(1, 2), keepdims=True), FAINTEST)
    if small.shape[1] % 2:
        small = np.pad(small, ((0, 0), (0, 1), (0, 0)))
    levels = np.clip((small * 4.0).astype(np.int8), 0, 3)
    cells = _CELLS[levels[:, 0::2] * 4 + levels[:, 1::2]]
    count, rows, columns = cells.shape
    lines = np.ascontiguousarray(cells).view(f"U{columns}").reshape(count, rows)
    # Blank ends of lines say nothing and would be a third of what is sent.
    return ["<br>".join(line.rstrip() for line in row) for row in lines.tolist()]


def with_footer(bodies: Sequence[str], footers: Sequence[str]) -> NDArray[np.object_]:
    """Join each body with one line below it; the footers are escaped here, the bodies already."""
    joined = [f"{body}<br>{escape(foot)}" for body, foot in zip(bodies, footers, strict=True)]
    return np.array(joined, dtype=object)


def _wrapped(line: str) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in line.split(" "):
        while len(word) > LINE_WIDTH:
            if current:
                lines.append(current)
                current = ""
            lines.append(word[:LINE_WIDTH])
            word = word[LINE_WIDTH:]
        if current and len(current) + 1 + len(word) > LINE_WIDTH:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*lines, current] if current or not lines else lines


def _grey(pictures: NDArray[Any]) -> NDArray[Any]:
    """How bright each pixel is (n, h, w): of three colours as the eye sees it (Rec. 601)."""
    if pictures.ndim == 3:
        return pictures
    if pictures.shape[3] != len(_BRIGHTNESS):
        return np.asarray(pictures.mean(axis=3))
    return np.asarray(pictures @ _BRIGHTNESS)


def _reduced(pictures: NDArray[Any]) -> NDArray[np.float32]:
    """Average pictures down to at most 14×14, in [0, 1]."""
    scale = np.float32(255.0 if pictures.dtype == np.uint8 else 1.0)
    values = _grey(pictures).astype(np.float32) / scale
    for axis in (1, 2):
        size = values.shape[axis]
        if size > LARGEST_PICTURE:
            edges = np.linspace(0, size, LARGEST_PICTURE + 1).astype(np.intp)
            sums = np.add.reduceat(values, edges[:-1], axis=axis)
            shape = [1, 1, 1]
            shape[axis] = LARGEST_PICTURE
            values = sums / np.diff(edges).reshape(shape).astype(np.float32)
    return values
