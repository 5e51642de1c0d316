"""Values out of JSON that anybody may have written: of the wanted kind, or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def finite(value: Any) -> float | None:
    """Return a finite number, or None for anything else; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def number(values: Mapping[str, Any], name: str) -> float | None:
    """Return the finite number of this name, or None for anything else."""
    return finite(values.get(name))


def count(values: Mapping[str, Any], name: str) -> int:
    """Return the whole number of this name, or 0 for anything else."""
    return int(number(values, name) or 0)
