"""Columns of items: of which kind they are, and what their values come to."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis.item_columns import ItemColumn, read_column
from vae_core.data.text_column import TextColumn

NUMBERS = [str(number) for number in range(100)]


def numbers_of(column: ItemColumn) -> list[float]:
    assert column.numbers is not None
    return [float(value) for value in column.numbers]


@settings(deadline=None)
@given(st.lists(st.floats(-1e12, 1e12), min_size=11, max_size=60, unique=True))
def test_numbers_are_read_as_python_reads_them(values: list[float]) -> None:
    column = read_column("n", [repr(value) for value in values])
    assert column.kind == ("number" if len({repr(v) for v in values}) > 10 else "category")
    assert numbers_of(column) == values
    assert column.bounds == (min(values), max(values))


@pytest.mark.parametrize(
    ("written", "value"),
    [("+1.5", 1.5), (".5", 0.5), ("-.5e3", -500), ("2.", 2), (" 3 ", 3), ("1E2", 100)],
)
def test_numbers_may_be_written_in_many_ways(written: str, value: float) -> None:
    assert numbers_of(read_column("n", [*NUMBERS, written]))[-1] == value


@pytest.mark.parametrize("odd", ["n/a", "1,5", "1e999", "nan", "0x10", "1_000", "١٢"])
def test_a_few_that_are_no_numbers_count_as_empty_and_are_counted(odd: str) -> None:
    column = read_column("n", [*NUMBERS, odd, ""])
    assert (column.kind, column.empty, column.odd) == ("number", 2, 1)
    assert math.isnan(numbers_of(column)[-2])
    assert math.isnan(numbers_of(column)[-1])


def test_where_many_are_no_numbers_none_is() -> None:
    mixed = read_column("n", [*NUMBERS, *(f"word {number}" for number in range(20))])
    assert mixed.kind == "text"
    assert mixed.numbers is None


def test_dates_are_seconds_since_1970() -> None:
    days = [f"2024-{month:02d}-{day:02d}" for month in (1, 12) for day in range(1, 29)]
    others = ["2024-02-29T12:30:00Z", "2024-06-01 10:00", "2023-02-30", ""]
    column = read_column("d", [*days, *others])
    assert (column.kind, column.empty, column.odd) == ("date", 2, 1)
    found = numbers_of(column)
    assert found[0] == datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    assert found[-4] == datetime(2024, 2, 29, 12, 30, tzinfo=UTC).timestamp()
    assert found[-3] == datetime(2024, 6, 1, 10, tzinfo=UTC).timestamp()


def test_few_values_are_categories_in_their_natural_order() -> None:
    column = read_column("c", ["10", "9", "", "b", "a", "9"])
    assert (column.kind, column.names, column.counts) == (
        "category", ("9", "10", "a", "b", ""), (2, 1, 1, 1, 1),
    )  # fmt: skip
    assert column.codes is not None
    assert [column.names[code] for code in column.codes] == ["10", "9", "", "b", "a", "9"]
    assert column.empty == 1


def test_values_of_which_each_is_met_once_are_text() -> None:
    assert read_column("t", [f"file {number}.txt" for number in range(50)]).kind == "text"
    assert read_column("t", [f"topic {number % 20}" for number in range(200)]).kind == "category"


def test_a_column_without_any_value_is_one_category() -> None:
    column = read_column("e", ["", "", ""])
    assert (column.kind, column.names, column.empty) == ("category", ("",), 3)


@pytest.mark.parametrize("values", [NUMBERS, ["b", "", "a"] * 5, [f"t{n}" for n in range(40)]])
def test_columns_in_pieces_and_by_code_are_read_alike(values: list[str]) -> None:
    plain = read_column("x", values)
    pieces = pa.chunked_array([pa.array(values[:7]), pa.array(values[7:])])
    coded = pa.chunked_array(
        [pa.array(part).dictionary_encode() for part in (values[:5], values[5:])]
    )
    missing = pa.chunked_array([pa.array([value or None for value in values])])
    for column in (pieces, coded, missing):
        read = read_column("x", TextColumn(column))
        assert (read.kind, read.names, read.counts, read.empty) == (
            plain.kind, plain.names, plain.counts, plain.empty,
        )  # fmt: skip
        for mine, theirs in ((read.numbers, plain.numbers), (read.codes, plain.codes)):
            assert (mine is None) == (theirs is None)
            if mine is not None and theirs is not None:
                np.testing.assert_array_equal(mine, theirs)
