"""What is known of the items, column by column: numbers, dates, categories or texts.

Columns come as text from whatever file a run was trained on. Of which kind one is shows in its
values; the few that are of another kind count as empty, and are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

    from vae_core.checkpoint import Run

Kind = Literal["number", "date", "category", "text"]
LABEL, SPLIT, TEXT, LENGTH = "Label", "Split", "Text", "Length of the text"

# So many of the values that there are have to be of a kind, that a column counts as of it.
_MOSTLY = 0.9
# Up to so many different values are chosen from a list, numbers or not.
_FEW = 10
MOST_CATEGORIES = 1_000
# Of values that are this different from each other, most are met once: words to search in.
_DIFFERENT = 0.5
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
_DATE = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$"


@dataclass(frozen=True, eq=False)
class ItemColumn:
    """One column of `items` values.

    Attributes:
        numbers: (items,) float64; seconds since 1970 for dates; NaN where there is none. None for
            categories and texts.
        codes: (items,) int32, the category of each item; None for the other kinds.
        names: the categories, as they are listed; "" are those without a value.
        counts: (names,) how many items each category has.
        empty: how many items have no value.
        odd: how many of these have one of another kind.
    """

    name: str
    kind: Kind
    numbers: NDArray[np.float64] | None = None
    codes: NDArray[np.int32] | None = None
    names: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    empty: int = 0
    odd: int = 0

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The least and the greatest number; None where there is none."""
        if self.numbers is None or np.isnan(self.numbers).all():
            return None
        return float(np.nanmin(self.numbers)), float(np.nanmax(self.numbers))


def column_names(run: Run) -> list[str]:
    """Return the columns of a run that items can be told apart by, in the order to offer them."""
    own = [LABEL] if run.labels is not None else []
    texts = [TEXT, LENGTH] if run.table.texts is not None else []
    # A column of the file may be called as one of ours; then it is met under its own name twice.
    return list(dict.fromkeys([*own, *run.metadata, *texts, SPLIT]))


def values_of(run: Run, name: str) -> Sequence[str] | None:
    """Return the values of a column as they stand in the run; None for one that it has not."""
    if name in run.metadata:
        return run.metadata[name]
    own = {LABEL: run.labels, SPLIT: run.split, TEXT: run.table.texts}
    return own.get(name)


def column(run: Run, name: str) -> ItemColumn:
    """Read a column of a run.

    Raises:
        KeyError: it has none of this name.
    """
    if name == LENGTH and LENGTH not in run.metadata and run.table.texts is not None:
        return _lengths(run.table.texts)
    values = values_of(run, name)
    if values is None:
        raise KeyError(name)
    if name == TEXT and TEXT not in run.metadata:
        return ItemColumn(TEXT, "text", empty=_empty(strings(values)))
    return read_column(name, values)


def read_column(name: str, values: Sequence[str]) -> ItemColumn:
    """Find out of which kind values are, and read them as that."""
    import pyarrow.compute as pc

    coded = pc.dictionary_encode(strings(values)).combine_chunks()
    if len(coded) == 0:
        return ItemColumn(name, "category")
    different = coded.dictionary
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(codes, minlength=len(different))
    is_empty = pc.equal(different, "").to_numpy(zero_copy_only=False)
    filled = int(counts[~is_empty].sum())
    readers: dict[Kind, Callable[[pa.Array], NDArray[np.float64]]] = {
        "number": _numbers, "date": _dates,
    }  # fmt: skip
    for kind, read in readers.items():
        if len(different) - int(is_empty.sum()) <= _FEW:
            break
        found = read(different)
        valid = np.isfinite(found)
        if counts[valid].sum() >= _MOSTLY * filled > 0:
            numbers = np.where(valid, found, np.nan)[codes]
            empty = int(np.isnan(numbers).sum())
            odd = empty - int(counts[is_empty].sum())
            return ItemColumn(name, kind, numbers, empty=empty, odd=odd)
    empty = int(counts[is_empty].sum())
    if len(different) > MOST_CATEGORIES or len(different) > max(_FEW, _DIFFERENT * filled):
        return ItemColumn(name, "text", empty=empty)
    return _categories(name, different.to_pylist(), codes, counts, empty)


def _categories(
    name: str, different: list[str], codes: NDArray[np.int64], counts: NDArray[Any], empty: int
) -> ItemColumn:
    from explorer.colouring import natural

    # What has no value comes last.
    order = sorted(
        range(len(different)), key=lambda at: (different[at] == "", *natural(different[at]))
    )
    rank = np.empty(len(different), np.int32)
    rank[order] = np.arange(len(different), dtype=np.int32)
    return ItemColumn(
        name,
        "category",
        codes=rank[codes],
        names=tuple(different[at] for at in order),
        counts=tuple(int(counts[at]) for at in order),
        empty=empty,
    )


def _lengths(texts: Sequence[str]) -> ItemColumn:
    import pyarrow.compute as pc

    lengths = pc.utf8_length(strings(texts)).to_numpy().astype(np.float64)
    return ItemColumn(LENGTH, "number", lengths)


def strings(values: Sequence[str]) -> pa.ChunkedArray:
    """Return values as Arrow has them; what is missing is the empty string."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = (
        values.__arrow_array__()
        if hasattr(values, "__arrow_array__")
        else pa.array(list(values), pa.string())
    )
    if isinstance(found, pa.Array):
        found = pa.chunked_array([found])
    kind = found.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pc.fill_null(found.cast(kind), "").cast(pa.large_string())


def _empty(strings: pa.ChunkedArray) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.equal(pc.utf8_length(strings), 0)).as_py() or 0)


def _numbers(different: pa.Array) -> NDArray[np.float64]:
    """Different values as numbers; NaN for what is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(different)
    written = pc.if_else(pc.match_substring_regex(trimmed, _NUMBER), trimmed, None)
    # Arrow reads no "+1", no ".5" and no "1.".
    written = pc.replace_substring_regex(written, r"^\+", "")
    written = pc.replace_substring_regex(written, r"^(-?)\.", r"\1" + "0.")
    written = pc.replace_substring_regex(written, r"\.($|[eE])", r".0\1")
    found = written.cast(pa.float64())
    return np.asarray(found.to_numpy(zero_copy_only=False), np.float64)


def _dates(different: pa.Array) -> NDArray[np.float64]:
    """Different values as seconds since 1970; NaN for what is no date as ISO 8601 writes it."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(different)
    written = pc.if_else(pc.match_substring_regex(trimmed, _DATE), trimmed, None)
    if written.null_count == len(written):
        return np.full(len(written), np.nan)
    moments = pd.to_datetime(
        pd.Series(written.cast(pa.string()).to_pylist()),
        format="ISO8601",
        errors="coerce",
        utc=True,
    )
    seconds = (moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return np.asarray(seconds, np.float64)
