"""What a run was measured to be worth, kept with it: one file for each number of draws and seed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import derived
from explorer.measuring import OfItems

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# Changes where something else is measured than before.
VERSION = 1
_PREFIX = "evaluation-"
_NAME = re.compile(r"evaluation-k([1-9][0-9]{0,5})-s([0-9]{1,10})")
_JSON, _ROWS = "json", "rows"
# Probes of 200 classes on three kinds of features have as many cells as this has room for.
_MOST_JSON = 4 * 1024**2
_BYTES_AN_ITEM = 96


@dataclass(frozen=True)
class Evaluation:
    """A run as it was measured.

    Attributes:
        samples: draws of z an item. seed: of every draw.
        result: as `latentscape evaluate --json` prints it; it may come from anybody, so nothing of
            it is certain but that it is an object.
        rows: numbers of the measured items, (measured,).
        of_items: what was measured of each, by name.
    """

    samples: int
    seed: int
    result: Mapping[str, Any]
    rows: NDArray[np.int64]
    of_items: Mapping[str, NDArray[Any]]


def keep(
    run: Run,
    samples: int,
    seed: int,
    result: Mapping[str, Any],
    of_items: OfItems,
    rows: NDArray[np.int64] | None,
) -> Path:
    """Keep what was measured of a run's own items; return the file.

    Raises:
        derived.DerivedError: it cannot be kept.
    """
    arrays: derived.Arrays = {
        _JSON: np.frombuffer(json.dumps(result, ensure_ascii=False).encode(), np.uint8),
        _ROWS: np.arange(len(run)) if rows is None else rows,
    }
    for name, values in of_items.items():
        kind = np.int64 if name.startswith("probe_") else np.float64
        arrays[f"of_{name}"] = np.asarray(values, kind)
    name = _name(samples, seed)
    return derived.write(run, name, _key(run, samples, seed), arrays)


def find(run: Run, samples: int, seed: int) -> Evaluation | None:
    """Return what was kept for these draws and seed; None where it is not there or does not fit."""
    name = _name(samples, seed)
    most = _MOST_JSON + _BYTES_AN_ITEM * len(run)
    try:
        arrays = derived.read(run, name, _key(run, samples, seed), most)
        if arrays is None:
            return None
        result = json.loads(arrays.pop(_JSON).tobytes())
        rows = arrays.pop(_ROWS)
        _check_numbers(rows, len(run))
        if not isinstance(result, dict):
            raise ValueError("It is no object.")
        of_items = {key.removeprefix("of_"): values for key, values in arrays.items()}
        _check_items(of_items, len(rows))
        return Evaluation(samples, seed, result, rows, of_items)
    except (ValueError, KeyError, RecursionError):  # damaged: as if it were not there
        return None


def settings(run: Run) -> list[tuple[int, int]]:
    """Return the draws and seed of each that seems to be kept, the last one first."""
    found: dict[tuple[int, int], float] = {}
    for name in derived.names(run, _PREFIX):
        file, known = derived.find(run, name), _NAME.fullmatch(name)
        if file is None or known is None:
            continue
        try:
            found[int(known[1]), int(known[2])] = file.stat().st_mtime
        except OSError:
            continue  # removed this moment
    return sorted(found, key=lambda one: -found[one])


def stamp(run: Run, samples: int, seed: int) -> str | None:
    """Return what tells the file that would be read from others; None where there is none."""
    file = derived.find(run, _name(samples, seed))
    try:
        return None if file is None else f"{file} {file.stat().st_mtime_ns}"
    except OSError:
        return None  # removed this moment


def _check_items(of_items: Mapping[str, NDArray[Any]], count: int) -> None:
    probed = of_items.get("probe_rows")
    if probed is not None:
        _check_numbers(probed, count)
    for name, values in of_items.items():
        of_probe = name.startswith("probe_")
        expected = count if not of_probe or probed is None else len(probed)
        if values.shape != (expected,) or values.dtype != (np.int64 if of_probe else np.float64):
            raise ValueError(f"{name} does not fit.")


def _check_numbers(rows: NDArray[Any], count: int) -> None:
    if rows.ndim != 1 or rows.dtype != np.int64 or not len(rows):
        raise ValueError("No numbers of items came.")
    if not 0 <= int(rows.min()) <= int(rows.max()) < count:
        raise ValueError(f"A number is not between 0 and {count - 1}.")


def _name(samples: int, seed: int) -> str:
    return f"{_PREFIX}k{samples}-s{seed}"


def _key(run: Run, samples: int, seed: int) -> str:
    return derived.key_of(run, "evaluation", VERSION, {"samples": samples, "seed": seed})
