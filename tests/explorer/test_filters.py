"""The filters on the Map page: added, changed, undone, and what they leave on map and table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, page_parts
from tests.explorer.made_runs import HOSTILE, sentences, write_run
from tests.explorer.test_pages import on_the_map, open_page

COUNT = 40


@pytest.fixture
def app(runs: Path) -> AppTest:
    days = tuple(f"2024-01-{1 + number % 28:02d}" for number in range(COUNT))
    stars = (*(str(number / 2) for number in range(COUNT - 1)), "")
    data = replace(sentences(COUNT), metadata={"day": days, "stars": stars, HOSTILE: days})
    write_run(runs / "a", data)
    return open_page("map.py", catalogue.run_id(runs / "a"))


def add(app: AppTest, name: str) -> None:
    app.selectbox(key="filters.add").select(name).run()


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def said(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def masked(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> list[int] | None:
    found: list[Any] = []
    with monkeypatch.context() as patch:
        from explorer.canvas import columns

        real = columns.bits
        patch.setattr(columns, "bits", lambda mask: found.append(mask) or real(mask))
        app.run()
    return None if not found else [int(item) for item in np.flatnonzero(found[-1])]


def test_filters_leave_the_items_that_meet_all(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert masked(monkeypatch, app) is None
    for name in ("Label", "stars", "Text"):
        add(app, name)
    assert masked(monkeypatch, app) is None  # nothing is left out yet
    app.multiselect(key="filters.value.Label").set_value([f"{HOSTILE} 1"]).run()
    assert masked(monkeypatch, app) == list(range(1, COUNT, 3))
    assert f"13 of {COUNT} items" in said(app)
    app.slider(key="filters.value.stars").set_value((1.0, 5.0)).run()
    assert masked(monkeypatch, app) == [4, 7, 10]  # item 39 has no star, and label 0
    app.text_input(key="filters.value.Text").set_value("ITEM 7").run()
    assert masked(monkeypatch, app) == [7]
    assert any("1 item found" in mark.value for mark in app.markdown)


def test_changes_are_undone_and_done_again(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    add(app, "Label")
    app.multiselect(key="filters.value.Label").set_value([f"{HOSTILE} 1"]).run()
    app.multiselect(key="filters.value.Label").set_value([f"{HOSTILE} 2"]).run()
    press(app, "Undo")
    assert app.multiselect(key="filters.value.Label").value == [f"{HOSTILE} 1"]
    assert masked(monkeypatch, app) == list(range(1, COUNT, 3))
    press(app, "Undo")
    assert masked(monkeypatch, app) is None
    press(app, "Redo")
    press(app, "Redo")
    assert masked(monkeypatch, app) == list(range(2, COUNT, 3))
    press(app, "Clear all")
    assert masked(monkeypatch, app) is None
    press(app, "Undo")
    assert masked(monkeypatch, app) == list(range(2, COUNT, 3))


def test_a_range_keeps_what_has_no_value_until_that_is_refused(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(app, "stars")
    app.slider(key="filters.value.stars").set_value((0.0, 1.0)).run()
    assert masked(monkeypatch, app) == [0, 1, 2, 39]
    app.checkbox(key="filters.value.stars.empty").uncheck().run()
    assert masked(monkeypatch, app) == [0, 1, 2]
    app.slider(key="filters.value.stars").set_value((0.0, 19.0)).run()
    assert masked(monkeypatch, app) == list(range(39))


def test_days_are_chosen_from_a_calendar(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    add(app, "day")
    app.date_input(key="filters.value.day").set_value((date(2024, 1, 2), date(2024, 1, 3))).run()
    assert masked(monkeypatch, app) == [1, 2, 29, 30]


def test_a_selection_becomes_a_filter(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_map(app, items=[2, 3, 5])
    press(app, "Only these")
    assert masked(monkeypatch, app) == [2, 3, 5]
    on_the_map(app, items=[3, 9])
    assert any("1 item selected" in mark.value for mark in app.markdown)  # 9 is filtered out
    press(app, "Without these")
    assert masked(monkeypatch, app) == [2, 5]


def test_where_nothing_meets_the_filters_that_is_said(app: AppTest) -> None:
    add(app, "Text")
    app.text_input(key="filters.value.Text").set_value("no such words").run()
    assert any("No item meets all filters" in caption for caption in said(app))


def test_a_filter_is_removed_alone(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Label", "Text"):
        add(app, name)
    app.multiselect(key="filters.value.Label").set_value([f"{HOSTILE} 1"]).run()
    app.text_input(key="filters.value.Text").set_value("item 17").run()
    app.button(key="filters.remove.Label").click().run()
    assert masked(monkeypatch, app) == [17]
    assert "Label" in app.selectbox(key="filters.add").options


def test_names_of_columns_are_shown_as_they_are(app: AppTest) -> None:
    add(app, HOSTILE)
    assert app.date_input(key=f"filters.value.{HOSTILE}").label == page_parts.literal(HOSTILE)
