"""Duplicates and outliers of a run, computed by a job and kept beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import derived
from explorer.analysis.oddities import ALONE, Oddities, Progress, oddities

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# Changes where something else is found than before.
VERSION = 1
_NAME = "oddities"
_BYTES_AN_ITEM = 16


def make(run: Run, progress: Progress = lambda what: None) -> tuple[Oddities, Path]:
    """Find what stands out among the items of a run and keep it; return it and its file.

    Raises:
        derived.DerivedError: it cannot be kept.
    """
    found = oddities(run, progress)
    arrays = {"alike": found.alike, "alone": found.alone}
    if found.same is not None:
        arrays["same"] = found.same
    if found.error is not None:
        arrays["error"] = found.error
    return found, derived.write(run, _NAME, _key(run), arrays)


def find(run: Run) -> Oddities | None:
    """Return what was kept of a run; None where it is not there or does not fit."""
    try:
        arrays = derived.read(run, _NAME, _key(run), _BYTES_AN_ITEM * len(run))
        if arrays is None:
            return None
        return Oddities(
            _groups(arrays, "same", len(run)) if "same" in arrays else None,
            _groups(arrays, "alike", len(run)),
            derived.fitting(arrays["alone"], np.float32, (len(run),)),
            derived.fitting(arrays["error"], np.float32, (len(run),))
            if "error" in arrays
            else None,
        )
    except (ValueError, KeyError):  # damaged, or of another content: as if it were not there
        return None


def stamp(run: Run) -> str | None:
    """Return what tells the file that would be read from others; None where there is none."""
    file = derived.find(run, _NAME)
    try:
        return None if file is None else f"{file} {file.stat().st_mtime_ns}"
    except OSError:
        return None  # removed this moment


def _groups(arrays: derived.Arrays, name: str, count: int) -> NDArray[np.int32]:
    groups = derived.fitting(arrays[name], np.int32, (count,))
    if count and not ALONE <= int(groups.min()) <= int(groups.max()) < count:
        raise ValueError(f"A group of {name} has a number that none can have.")
    return groups


def _key(run: Run) -> str:
    return derived.key_of(run, _NAME, VERSION, {})
