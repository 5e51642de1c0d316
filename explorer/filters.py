"""Filters on what is known of the items: a panel that every page with a map shows alike.

They belong to a visitor and a model, hold on all pages, and can be undone and done again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed, page_parts, session
from explorer.analysis import filtering
from explorer.analysis.filtering import (
    DAY,
    LONGEST,
    MOST_CONDITIONS,
    Among,
    Between,
    Condition,
    Contains,
    FilterError,
    Filters,
    History,
    Mask,
    OneOf,
)
from explorer.analysis.item_columns import ItemColumn, column_names
from explorer.canvas import ranges

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

_ADD = "filters.add"


def show(run: Run) -> Mask | None:
    """Show the filters of a run, for the visitor to change; return the items that meet them.

    (items,), or None where there is no filter. Call it inside of the fragment that shows the items.
    """
    history = _history(run)
    mask, problem = _mask(run, history.now)
    with st.container(key="filter_bar", horizontal=True, vertical_alignment="center", gap="small"):
        count = len(history.now)
        with st.popover(
            f"Filters ({count})" if count else "Filters",
            icon=":material/filter_alt:",
            type="primary" if count else "secondary",
        ):
            _panel(run, history)
        for name, icon, able, change in (
            ("Undo", "undo", history.can_undo, history.undo),
            ("Redo", "redo", history.can_redo, history.redo),
        ):
            st.button(
                name,
                key=f"filters.{name}",
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=not able,
                on_click=change,
                help=f"{name} a change of the filters.",
            )
        if mask is not None:
            st.caption(f"{int(mask.sum()):,} of {len(run):,} items")
    if problem is not None:
        page_parts.problem(problem)
    elif mask is not None and not mask.any():
        st.caption("No item meets all filters; take one out, or widen it.")
    return mask


def now(run: Run) -> Mask | None:
    """Return the items that meet the filters, (items,), or None where there is no filter."""
    return _mask(run, _history(run).now)[0]


def keep_only(run: Run, items: NDArray[np.int64], without: bool = False) -> None:
    """Filter for these items alone (rising), or for all but them: from a callback."""
    history = _history(run)
    history.do((*history.now, Among(ranges.encode(items), without)))


def _history(run: Run) -> History:
    key = f"filters.{run.content_hash}"
    history: History | None = session.recall(key)
    if history is None:
        history = History()
        session.remember(key, history)
    return history


def _mask(run: Run, filters: Filters) -> tuple[Mask | None, str | None]:
    if not filters:
        return None, None
    try:
        return computed.meeting(run, filters), None
    except FilterError as error:
        return None, str(error)


def _panel(run: Run, history: History) -> None:
    """One row for each filter, and a way to another."""
    for number, condition in enumerate(history.now):
        if isinstance(condition, Among):
            _selection(condition, number, history)
    names = column_names(run)
    shown = _shown(run)
    on = {c.column for c in history.now if not isinstance(c, Among)}
    shown += [name for name in names if name in on and name not in shown]
    for name in shown:
        if name in names:
            _row(run, name, history)
    left = [name for name in names if name not in shown]
    if left and len(shown) < MOST_CONDITIONS:
        st.selectbox(
            "Filter by",
            left,
            index=None,
            key=_ADD,
            placeholder="Choose a column",
            on_change=_add,
            args=(run,),
        )
    st.button(
        "Clear all",
        key="filters.clear",
        icon=":material/filter_alt_off:",
        disabled=not shown and not history.now,
        on_click=_clear,
        args=(run, history),
    )


def _shown(run: Run) -> list[str]:
    """The columns whose filters stand in the panel, whether they leave something out or not."""
    return list(session.recall(f"filters.shown.{run.content_hash}", []))


def _show_columns(run: Run, names: list[str]) -> None:
    session.remember(f"filters.shown.{run.content_hash}", names)


def _add(run: Run) -> None:
    name = session.recall(_ADD)
    if name is not None:
        _show_columns(run, [*_shown(run), name])
    session.synced_widget(_ADD, None)


def _clear(run: Run, history: History) -> None:
    _show_columns(run, [])
    history.do(())


def _selection(condition: Among, number: int, history: History) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(filtering.words(condition), width="stretch")
        _remove_button(f"filters.remove.{number}", history, condition, lambda: None)


def _row(run: Run, name: str, history: History) -> None:
    """The filter of one column."""
    column = computed.item_column(run, name)
    old = next((c for c in history.now if not isinstance(c, Among) and c.column == name), None)
    key = f"filters.value.{name}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if column.kind == "category":
            _category(column, old, key, history)
        elif column.bounds is not None:
            _range(column, old, key, history)
        elif column.kind == "text":
            _text(column, old, key, history)
        else:
            st.caption(page_parts.literal(f"{name}: no item has a value."))
        _remove_button(
            f"filters.remove.{name}",
            history,
            old,
            lambda: _show_columns(run, [one for one in _shown(run) if one != name]),
        )
    if column.odd:
        what = "numbers" if column.kind == "number" else "dates"
        st.caption(f"{column.odd:,} values are no {what} and count as none.")


def _remove_button(key: str, history: History, old: Condition | None, also: Any) -> None:
    def remove() -> None:
        also()
        history.do(filtering.replaced(history.now, old, None) if old else history.now)

    st.button(
        "",
        key=key,
        icon=":material/close:",
        type="tertiary",
        help="Remove this filter",
        on_click=remove,
    )


def _category(column: ItemColumn, old: Condition | None, key: str, history: History) -> None:
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


def _range(column: ItemColumn, old: Condition | None, key: str, history: History) -> None:
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


def _text(column: ItemColumn, old: Condition | None, key: str, history: History) -> None:
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
