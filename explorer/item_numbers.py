"""Items that are named by their numbers, in a file of one a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_core.data.dataset import DataError

_MOST_BYTES = 64 * 1024**2


def numbers_in(file: Path) -> list[int]:
    """Return the numbers in a file. Raises DataError where it cannot be read or holds others."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise DataError(f"{file} is too large for a list of numbers; give fewer.")
        lines = file.read_text(encoding="ascii").split()
        return [int(line) for line in lines]
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{file} must hold numbers of items, one a line, and nothing else."
        ) from error


def chosen(numbers: Sequence[int] | None, count: int) -> NDArray[np.int64]:
    """Return the items of these numbers, rising and each once; all `count` where None is given.

    Raises DataError for a number that no item has, and for none at all.
    """
    if numbers is None:
        return np.arange(count, dtype=np.int64)
    if not len(numbers):
        raise DataError("No item is named; give the number of one at least.")
    wrong = next((number for number in numbers if not 0 <= number < count), None)
    if wrong is not None:
        raise DataError(f"There is no item {wrong}; they are numbered from 0 to {count - 1}.")
    return np.unique(np.array(numbers, np.int64))
