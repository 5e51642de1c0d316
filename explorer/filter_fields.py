"""What a filter on one column is set with: names, a range of numbers or days, words in a text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import streamlit as st

from explorer import page_parts, session
from explorer.analysis import filtering
from explorer.analysis.filtering import DAY, LONGEST, Between, Condition, Contains, History, OneOf
from explorer.analysis.item_columns import ItemColumn


def category(column: ItemColumn, old: Condition | None, key: str, history: History) -> None:
    """Choose some of the names of a column."""
    counts = dict(zip(column.names, column.counts, strict=True))
    chosen = [name for name in old.names if name in counts] if isinstance(old, OneOf) else []

    def change() -> None:
        names = tuple(session.recall(key, ()))
        history.do(
            filtering.replaced(history.now, old, OneOf(column.name, names) if names else None)
        )

    st.multiselect(
        page_parts.literal(column.name),
        column.names,
        key=session.synced_widget(key, chosen),
        format_func=lambda name: f"{name or 'no value'} ({counts[name]:,})",
        placeholder="Any",
        on_change=change,
    )


def span(column: ItemColumn, old: Condition | None, key: str, history: History) -> None:
    """Choose from where to where numbers or days go."""
    assert column.bounds is not None
    low, high = column.bounds
    held = old if isinstance(old, Between) else Between(column.name, low, high, with_empty=True)
    empty_key = f"{key}.empty"

    def put(first: float, last: float, with_empty: bool) -> None:
        everything = first <= low and last >= high and (with_empty or not column.empty)
        new = None if everything else Between(column.name, first, last, with_empty)
        history.do(filtering.replaced(history.now, old, new))

    def change() -> None:
        first, last = _chosen_range(session.recall(key), column, low, high)
        put(first, last, bool(session.recall(empty_key, held.with_empty)))

    with st.container(gap=None):
        if column.kind == "date":
            _days(column.name, held, key, low, high, change)
        else:
            _numbers(column, held, key, low, high, change)
        if column.empty:
            st.checkbox(
                f"Keep the {column.empty:,} without a value",
                key=session.synced_widget(empty_key, held.with_empty),
                on_change=change,
            )


def _numbers(
    column: ItemColumn, held: Between, key: str, low: float, high: float, change: Any
) -> None:
    title = page_parts.literal(column.name)
    if low == high:
        st.caption(page_parts.literal(f"{column.name}: always {filtering.number(low)}."))
        return
    whole = bool(np.equal(np.mod(column.numbers, 1), 0)[~np.isnan(column.numbers)].all())  # type: ignore[arg-type]
    kind: Any = int if whole and max(abs(low), abs(high)) < 2**53 else float
    first, last = max(low, min(high, held.low)), max(low, min(high, held.high))
    st.slider(
        title,
        kind(low),
        kind(high),
        step=1 if kind is int else (high - low) / 200,
        format=None if kind is int else "%.4g",
        key=session.synced_widget(key, (kind(first), kind(last))),
        on_change=change,
    )


def _days(name: str, held: Between, key: str, low: float, high: float, change: Any) -> None:
    st.date_input(
        page_parts.literal(name),
        key=session.synced_widget(key, (_day(max(low, held.low)), _day(min(high, held.high)))),
        min_value=_day(low),
        max_value=_day(high),
        format="YYYY-MM-DD",
        on_change=change,
    )


def _chosen_range(value: Any, column: ItemColumn, low: float, high: float) -> tuple[float, float]:
    """The range that a widget says, in numbers or seconds."""
    if column.kind == "number":
        return float(value[0]), float(value[1])
    # While only the first day was clicked, the range goes on to the end.
    days: tuple[date, ...] = value if isinstance(value, tuple) else (value,)
    if not days:
        return low, high
    first = _seconds(days[0])
    last = _seconds(days[1]) + DAY - 1 if len(days) > 1 else high
    return first, max(first, last)


def text(column: ItemColumn, old: Condition | None, key: str, history: History) -> None:
    """Type words that a text is to hold."""

    def change() -> None:
        text = str(session.recall(key, "")).strip()
        history.do(
            filtering.replaced(history.now, old, Contains(column.name, text) if text else None)
        )

    st.text_input(
        page_parts.literal(column.name),
        key=session.synced_widget(key, old.text if isinstance(old, Contains) else ""),
        max_chars=LONGEST,
        placeholder="Words in it",
        on_change=change,
    )


def _day(seconds: float) -> date:
    return date.fromisoformat(filtering.day(seconds))


def _seconds(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
