"""How weights are written down: as they are, in two bytes, or in one with scales beside them."""

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
# Numbers of a row that share a scale; content.ts has the same.
BLOCK = 32
_LEAST_HALF = 6.2e-5
_MOST_HALF = 60_000.0

WORDS = {
    FLOAT32: "as they are (float32)",
    FLOAT16: "in two bytes each (float16)",
    INT8: f"matrices in one byte (int8) with a scale for {BLOCK} numbers, the rest in two",
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
    blocks = _in_blocks(array.reshape(len(array), -1))
    scales = np.abs(blocks).max(axis=2) / np.float32(127)
    # Below that, two bytes have few digits left.
    if not ((scales > 0) & (scales < _LEAST_HALF)).any():
        scales = halved(scales)
    each = scales.astype(np.float32)[..., None]
    steps = np.divide(blocks, each, out=np.zeros_like(blocks), where=each > 0)
    whole = np.rint(steps).clip(-127, 127).astype(np.int8).reshape(len(array), -1)
    return {
        name: np.ascontiguousarray(whole[:, : array[0].size]).reshape(array.shape),
        f"{name}|scale": scales,
    }


def read_back(name: str, sections: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Return an array of weights as the browser has it."""
    found = sections[name].astype(np.float32)
    scale = sections.get(f"{name}|scale")
    if scale is None:
        return found
    blocks = _in_blocks(found.reshape(len(found), -1)) * scale.astype(np.float32)[..., None]
    return np.ascontiguousarray(
        blocks.reshape(len(found), -1)[:, : found[0].size].reshape(found.shape), np.float32
    )


def _in_blocks(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows (n, width) as (n, blocks, BLOCK), with zeros behind their ends."""
    filled = np.pad(rows, ((0, 0), (0, -rows.shape[1] % BLOCK)))
    return filled.reshape(len(rows), -1, BLOCK)
