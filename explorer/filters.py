"""Filters on what is known of the items: a panel that every page with a map shows alike.

They belong to a visitor and a model, hold on all pages, and can be undone and done again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed, filter_fields, page_parts, session
from explorer.analysis import filtering
from explorer.analysis.filtering import (
    MOST_CONDITIONS,
    Among,
    Condition,
    FilterError,
    Filters,
    History,
    Mask,
)
from explorer.analysis.item_columns import column_names
from explorer.canvas import ranges

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

_ADD = "filters.add"


def show(run: Run, beside: Callable[[], str | None] = lambda: None) -> Mask | None:
    """Show the filters of a run, for the visitor to change; return the items that meet them.

    (items,), or None where there is no filter. Call it inside of the fragment that shows the items.
    `beside`: shows what else stands in the same bar, first, and returns what to say at its end.
    """
    history = _history(run)
    mask, problem = _mask(run, history.now)
    with st.container(key="filter_bar", horizontal=True, vertical_alignment="center", gap="small"):
        say = beside()
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
        if say is not None:
            st.caption(page_parts.literal(say))
    if problem is not None:
        page_parts.problem(problem)
    elif mask is not None and not mask.any():
        st.caption("No item meets all filters; take one out, or widen it.")
    return mask


def now(run: Run) -> Mask | None:
    """Return the items that meet the filters, (items,), or None where there is no filter."""
    return _mask(run, _history(run).now)[0]


def conditions(run: Run) -> Filters:
    """Return the filters that hold now."""
    return _history(run).now


def put(run: Run, conditions: Filters) -> None:
    """Have these filters from now on; those before can be had again by undoing it."""
    _history(run).do(conditions)


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
            filter_fields.category(column, old, key, history)
        elif column.bounds is not None:
            filter_fields.span(column, old, key, history)
        elif column.kind == "text":
            filter_fields.text(column, old, key, history)
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
