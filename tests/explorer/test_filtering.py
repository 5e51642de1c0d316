"""Conditions on items: which meet them, what they are called, and their history."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis import filtering
from explorer.analysis.filtering import (
    Among,
    Between,
    Condition,
    Contains,
    FilterError,
    History,
    OneOf,
)
from explorer.analysis.item_columns import read_column
from explorer.canvas import ranges

VALUES = {
    "stars": [str(number / 2) for number in range(40)] + ["", "none"],
    "town": ["Bern", "Rome", ""] * 14,
    "day": [f"2024-01-{1 + number % 28:02d}" for number in range(42)],
    "note": [f"Good {number} café" for number in range(42)],
}
names = st.text(max_size=8)
conditions: st.SearchStrategy[Condition] = st.one_of(
    st.builds(
        lambda column, ends, empty: Between(column, min(ends), max(ends), empty),
        names, st.tuples(*[st.floats(-1e9, 1e9)] * 2), st.booleans(),
    ),
    st.builds(OneOf, names, st.lists(names, max_size=4).map(tuple)),
    st.builds(Contains, names, names),
    st.builds(
        lambda items, without: Among(ranges.encode(np.array(sorted(items), np.int64)), without),
        st.sets(st.integers(0, 41)), st.booleans(),
    ),
)  # fmt: skip


def met(*filters: Condition) -> list[int]:
    mask = filtering.meets(
        filters, 42, lambda name: read_column(name, VALUES[name]), VALUES.__getitem__
    )
    return [int(item) for item in np.flatnonzero(mask)]


def test_a_range_holds_its_ends_and_nothing_without_a_value() -> None:
    assert met(Between("stars", 1.0, 2.0)) == [2, 3, 4]
    assert met(Between("stars", 1.0, 2.0, with_empty=True)) == [2, 3, 4, 40, 41]


def test_categories_texts_and_selections() -> None:
    assert met(OneOf("town", ("Rome",))) == list(range(1, 42, 3))
    assert met(OneOf("town", ("", "Paris"))) == list(range(2, 42, 3))
    assert met(Contains("note", "CAFÉ good")) == list(range(42))
    assert met(Contains("note", "good 41")) == [41]
    items = Among(ranges.encode(np.array([3, 5])))
    assert met(items) == [3, 5]
    assert met(items, OneOf("town", ("",))) == [5]
    assert met(Among(items.items, without=True), Between("stars", 0, 2.5)) == [0, 1, 2, 4]
    assert met() == list(range(42))


def test_a_search_takes_its_words_as_they_are() -> None:
    mask = filtering.contains(["a.c", "abc", "100%", "%"], "a.c")
    assert mask.tolist() == [True, False, False, False]
    assert filtering.contains(["100%", "100"], "%").tolist() == [True, False]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (OneOf("gone", ("x",)), "no column 'gone'"),
        (Between("town", 0, 1), "'town' is of another kind"),
        (OneOf("stars", ("1",)), "'stars' is of another kind"),
        (Among(ranges.encode(np.array([99]))), "selection of other items"),
        (Among("no base64"), "selection of other items"),
    ],
)
def test_what_does_not_fit_is_one_sentence(condition: Condition, said: str) -> None:
    with pytest.raises(FilterError, match=said):
        met(condition)


@settings(deadline=None)
@given(st.lists(conditions, max_size=5).map(tuple))
def test_conditions_come_back_from_json(filters: tuple[Condition, ...]) -> None:
    written = json.loads(json.dumps(filtering.to_json(filters)))
    assert filtering.from_json(written) == filters


@pytest.mark.parametrize(
    "value",
    [
        None, 3, ["x"], [{}], [{"kind": "between"}], [{"kind": "or"}],
        [{"kind": "between", "column": "a", "low": 2, "high": 1}],
        [{"kind": "between", "column": "a", "low": float("nan"), "high": 1}],
        [{"kind": "between", "column": "a", "low": True, "high": 1}],
        [{"kind": "between", "column": "a", "low": 0, "high": 1, "extra": 1}],
        [{"kind": "one of", "column": "a", "names": "abc"}],
        [{"kind": "one of", "column": "a", "names": [1]}],
        [{"kind": "contains", "column": 1, "text": "a"}],
        [{"kind": "contains", "column": "a", "text": "a" * 1000}],
        [{"kind": "contains", "column": "a", "text": "a"}] * 100,
    ],
)  # fmt: skip
def test_other_json_is_refused(value: Any) -> None:
    with pytest.raises(FilterError):
        filtering.from_json(value)


def test_conditions_are_said_in_words() -> None:
    days = read_column("day", VALUES["day"])
    assert filtering.words(Between("day", 1704067200.0, 1704153599.0), days) == (
        "day: 2024-01-01 to 2024-01-01"
    )
    assert filtering.words(Between("stars", -1, 2500, True)) == ("stars: −1 to 2,500, or no value")
    assert filtering.words(OneOf("town", ("a", "", "b", "c", "d"))) == (
        "town: a, no value, b and 2 more"
    )
    assert filtering.words(Contains("note", "x y")) == "note: “x y”"
    assert filtering.words(Among("")) == "A selection"


def test_a_condition_takes_the_place_of_another() -> None:
    one, two, new = Contains("a", "1"), Contains("b", "2"), Contains("a", "3")
    assert filtering.replaced((), None, one) == (one,)
    assert filtering.replaced((one, two), one, new) == (new, two)
    assert filtering.replaced((one, two), two, None) == (one,)
    assert filtering.replaced((one,), None, None) == (one,)


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from(["undo", "redo"]), names), max_size=40))
def test_the_history_is_that_of_every_editor(steps: list[str]) -> None:
    history = History()
    past: list[Any] = [()]
    future: list[Any] = []
    for step in steps:
        if step == "undo":
            history.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif step == "redo":
            history.redo()
            if future:
                past.append(future.pop())
        else:
            filters = (Contains("a", step),)
            history.do(filters)
            if filters != past[-1]:
                past.append(filters)
                future.clear()
        assert history.now == past[-1]
        assert (history.can_undo, history.can_redo) == (len(past) > 1, bool(future))


def test_the_history_forgets_what_is_long_ago() -> None:
    history = History(most=3)
    for number in range(10):
        history.do((Contains("a", str(number)),))
    for _ in range(5):
        history.undo()
    assert history.now == (Contains("a", "7"),)
