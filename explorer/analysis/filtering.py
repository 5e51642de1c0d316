"""Conditions on the columns of items, and which items meet all of them.

Conditions are plain values: they can be compared, kept in a history, and written as JSON.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.item_columns import ItemColumn
from explorer.canvas import ranges
from vae_core.errors import UserError

DAY = 86_400.0
MOST_CONDITIONS, MOST_NAMES, LONGEST = 24, 1_000, 200
_SHOWN_NAMES = 3

Mask = NDArray[np.bool_]


class FilterError(UserError, ValueError):
    """A condition that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Between:
    """Numbers or dates from `low` to `high`, both included; seconds since 1970 for dates.

    `with_empty`: items without a value are kept as well.
    """

    column: str
    low: float
    high: float
    with_empty: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise FilterError(
                f"A range goes from a number to one as large or larger, but {self.low} to "
                f"{self.high} came."
            )


@dataclass(frozen=True)
class OneOf:
    """Items of certain categories; "" stands for those without a value."""

    column: str
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.names) > MOST_NAMES:
            raise FilterError(
                f"A filter takes up to {MOST_NAMES:,} values of a column, but {len(self.names):,} "
                "came; choose fewer."
            )


@dataclass(frozen=True)
class Contains:
    """Items whose value holds these words, in any case."""

    column: str
    text: str

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST:
            raise FilterError(
                f"A filter looks for up to {LONGEST} letters, but {len(self.text):,} came; give "
                "fewer."
            )


@dataclass(frozen=True)
class Among:
    """Items that were selected by hand, or all but them; `items` as `canvas.ranges` writes them."""

    items: str
    without: bool = False


Condition = Between | OneOf | Contains | Among
Filters = tuple[Condition, ...]
_KINDS: Mapping[str, type[Between] | type[OneOf] | type[Contains] | type[Among]] = {
    "between": Between, "one of": OneOf, "contains": Contains, "among": Among,
}  # fmt: skip
_NAMES = {kind: name for name, kind in _KINDS.items()}


def meets(
    filters: Filters,
    count: int,
    column: Callable[[str], ItemColumn],
    texts: Callable[[str], Sequence[str]],
) -> Mask:
    """Tell for each of `count` items whether it meets all conditions: (count,).

    Args:
        column: reads a column by its name; texts: the values of one as they are written.

    Raises:
        FilterError: a condition is on a column that is not there, or of another kind.
    """
    found = np.ones(count, np.bool_)
    for condition in filters:
        found &= _meets(condition, count, column, texts)
    return found


def _meets(
    condition: Condition,
    count: int,
    column: Callable[[str], ItemColumn],
    texts: Callable[[str], Sequence[str]],
) -> Mask:
    if isinstance(condition, Among):
        mask = np.zeros(count, np.bool_)
        try:
            mask[ranges.decode(condition.items, count)] = True
        except ranges.RangesError as error:
            raise FilterError(
                "A selection of other items than these cannot be a filter here; leave it out."
            ) from error
        return ~mask if condition.without else mask
    try:
        read = column(condition.column)
    except KeyError as error:
        raise FilterError(
            f"There is no column {condition.column!r} here; leave its filter out."
        ) from error
    if isinstance(condition, Between) and read.numbers is not None:
        # Comparisons with NaN are false: what has no value is in no range.
        within = (read.numbers >= condition.low) & (read.numbers <= condition.high)
        return within | np.isnan(read.numbers) if condition.with_empty else within
    if isinstance(condition, OneOf) and read.codes is not None:
        wanted = set(condition.names)
        chosen = np.array([name in wanted for name in read.names], np.bool_)
        return np.asarray(chosen[read.codes], np.bool_)
    if isinstance(condition, Contains):
        return contains(texts(condition.column), condition.text)
    raise FilterError(f"The column {condition.column!r} is of another kind; leave its filter out.")


def contains(values: Sequence[str], text: str) -> Mask:
    """Tell for each value whether it holds every word of `text`, in any case: (values,)."""
    import pyarrow.compute as pc

    from explorer.analysis.item_columns import strings

    column = strings(values)
    found = np.ones(len(values), np.bool_)
    for word in text.split():
        holds = pc.match_substring(column, word, ignore_case=True)
        found &= np.asarray(holds.to_numpy(zero_copy_only=False), np.bool_)
    return found


def replaced(filters: Filters, old: Condition | None, new: Condition | None) -> Filters:
    """Return the conditions with `new` in the place of `old`; None is no condition."""
    if old is None:
        return filters if new is None else (*filters, new)
    changed = [new if condition == old else condition for condition in filters]
    return tuple(condition for condition in changed if condition is not None)


def words(condition: Condition, column: ItemColumn | None = None) -> str:
    """Say a condition in a few words, as on a button; `column` is that which it is on."""
    if isinstance(condition, Among):
        return "Without a selection" if condition.without else "A selection"
    name = condition.column
    if isinstance(condition, Contains):
        return f"{name}: “{condition.text}”"
    if isinstance(condition, OneOf):
        shown = ", ".join(one or "no value" for one in condition.names[:_SHOWN_NAMES])
        more = len(condition.names) - _SHOWN_NAMES
        return f"{name}: {shown or 'none'}" + (f" and {more} more" if more > 0 else "")
    dates = column is not None and column.kind == "date"
    low, high = (day(v) if dates else number(v) for v in (condition.low, condition.high))
    return f"{name}: {low} to {high}" + (", or no value" if condition.with_empty else "")


def number(value: float) -> str:
    """Write a number as short as it can be."""
    return f"{value:,.6g}".replace("-", "−")


def day(seconds: float) -> str:
    """Write the day of a moment (seconds since 1970, UTC) as ISO 8601 has it."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date().isoformat()


def to_json(filters: Filters) -> list[dict[str, Any]]:
    """Return conditions as JSON values."""
    return [{"kind": _NAMES[type(one)], **asdict(one)} for one in filters]


def from_json(value: Any) -> Filters:
    """Read what `to_json` wrote, from anywhere.

    Raises:
        FilterError: it is no list of conditions.
    """
    try:
        if not isinstance(value, list) or len(value) > MOST_CONDITIONS:
            raise TypeError
        return tuple(_condition(dict(one)) for one in value)
    except (TypeError, ValueError, KeyError) as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError("These filters cannot be read; choose them anew.") from error


def _condition(fields: dict[str, Any]) -> Condition:
    kind = _KINDS[fields.pop("kind")]
    types: dict[str, type | tuple[type, ...]] = {
        "column": str, "text": str, "items": str, "low": (int, float), "high": (int, float),
        "with_empty": bool, "without": bool, "names": list,
    }  # fmt: skip
    for name, field in fields.items():
        is_flag = isinstance(field, bool)
        if not isinstance(field, types[name]) or is_flag != (types[name] is bool):
            raise TypeError(name)
    if "names" in fields:
        if not all(isinstance(name, str) for name in fields["names"]):
            raise TypeError("names")
        fields["names"] = tuple(fields["names"])
    return kind(**fields)


class History:
    """What filters were before, and after an undo what they were then."""

    def __init__(self, most: int = 100) -> None:
        self._states: list[Filters] = [()]
        self._at = 0
        self._most = most

    @property
    def now(self) -> Filters:
        """The conditions that hold now."""
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether something was undone that can be done again."""
        return self._at < len(self._states) - 1

    def do(self, filters: Filters) -> None:
        """Go on with other conditions; what was undone is forgotten."""
        if filters != self.now:
            self._states = [*self._states[: self._at + 1], filters][-self._most :]
            self._at = len(self._states) - 1

    def undo(self) -> None:
        """Go back to what was before, if there is anything."""
        self._at = max(0, self._at - 1)

    def redo(self) -> None:
        """Do again what was undone last, if there is anything."""
        self._at = min(len(self._states) - 1, self._at + 1)
