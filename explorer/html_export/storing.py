"""How weights are written down: as they are, in two bytes, or in one byte with a scale a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT32, FLOAT16, INT8 = "float32", "float16", "int8"
# Up to so many numbers, a form is chosen for all weights of a decoder: 1 MB, 5 MB, 24 MB.
MOST_FLOAT32, MOST_FLOAT16, MOST_INT8 = 250_000, 2_500_000, 24_000_000
# Latents of up to so many numbers stay as they are.
MOST_EXACT_LATENTS = 250_000
# Vectors are few and count for much: of int8 only matrices above this many numbers are.
_SMALL = 4096
_MOST_HALF = 60_000.0

WORDS = {
    FLOAT32: "as they are (float32)",
    FLOAT16: "in two bytes each (float16)",
    INT8: "matrices in one byte a number with a scale a row (int8), the rest in two (float16)",
}

Weights = Mapping[str, NDArray[np.float32]]


def form_for(weights: Weights) -> str:
    """Return the form in which weights are stored, by how many there are."""
    count = sum(array.size for array in weights.values())
    if count <= MOST_FLOAT32:
        return FLOAT32
    return FLOAT16 if count <= MOST_FLOAT16 else INT8


def halved(array: NDArray[np.floating[Any]]) -> NDArray[Any]:
    """Return numbers in two bytes each; as they are where one would be too large for that."""
    small = not array.size or float(np.abs(array).max()) <= _MOST_HALF
    return array.astype(np.float16) if small else array.astype(np.float32)


def stored(name: str, array: NDArray[np.float32], form: str) -> dict[str, NDArray[Any]]:
    """Return the sections of one array of weights, by their names."""
    if form == FLOAT32:
        return {name: array}
    if form == FLOAT16 or array.ndim < 2 or array.size <= _SMALL:
        return {name: halved(array)}
    rows = array.reshape(len(array), -1)
    scale = (np.abs(rows).max(axis=1) / 127).astype(np.float32)
    steps = np.divide(rows, scale[:, None], out=np.zeros_like(rows), where=scale[:, None] > 0)
    return {
        name: np.rint(steps).clip(-127, 127).astype(np.int8).reshape(array.shape),
        f"{name}|scale": scale,
    }


def read_back(name: str, sections: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Return an array of weights as the browser has it."""
    found = sections[name].astype(np.float32)
    scale = sections.get(f"{name}|scale")
    if scale is None:
        return found
    return np.asarray(found * scale.reshape(-1, *([1] * (found.ndim - 1))), np.float32)
