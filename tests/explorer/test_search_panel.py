"""The search on the Map page: what is chosen and typed, and what the map and the table get."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, computed, finding, kept_oddities
from explorer.background import Background
from explorer.finding import ALIKE, ALONE, BAD, MEANING, NEAR, SAME, Wish
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_filters import add, masked, press, said
from tests.explorer.test_pages import on_the_map, open_page
from vae_core.checkpoint import load_run

COUNT = 40


@pytest.fixture
def folder(runs: Path) -> Path:
    return write_run(runs / "a", sentences(COUNT))


@pytest.fixture
def app(folder: Path) -> AppTest:
    return open_page("map.py", catalogue.run_id(folder))


def choose(app: AppTest, kind: str) -> None:
    app.selectbox(key="search.kind").select(kind).run()
    assert not app.exception


def type_in(app: AppTest, query: str) -> None:
    app.text_input(key="search.query").set_value(query).run()
    assert not app.exception


def listed(app: AppTest) -> list[int]:
    return [int(item) for item in app.dataframe[0].value["Item"]]


@pytest.mark.parametrize(
    ("kind", "query", "expected"),
    [
        ("words", "SAYS item 17", [17]),
        ("phrase", "Item 17  says", [17]),
        ("prefix", "ite 17", [17]),
        ("regex", "^item 1[78] ", [17, 18]),
    ],
)
def test_what_is_written_is_found(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, kind: str, query: str, expected: list[int]
) -> None:
    choose(app, kind)
    type_in(app, query)
    assert masked(monkeypatch, app) == expected
    assert any(f"{len(expected)} of {COUNT} items" in mark.value for mark in app.markdown)
    assert listed(app) == expected
    press(app, "Clear")
    assert masked(monkeypatch, app) is None


def test_meaning_lists_the_nearest_first_with_their_distances(
    app: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load_run(folder)
    choose(app, MEANING)
    type_in(app, "item says")
    app.number_input(key="search.count").set_value(7).run()
    from explorer.analysis.points import point_of_text

    away = np.linalg.norm(run.latents.mean - point_of_text(run, "item says"), axis=1)
    assert listed(app) == np.argsort(away)[:7].tolist()
    assert app.dataframe[0].value["Distance"].tolist() == pytest.approx(np.sort(away)[:7], rel=1e-3)
    assert masked(monkeypatch, app) == sorted(np.argsort(away)[:7].tolist())


def test_search_filters_and_selection_hold_together(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(app, "says")
    add(app, "Label")
    app.multiselect(key="filters.value.Label").set_value([f"{HOSTILE} 1"]).run()
    assert masked(monkeypatch, app) == list(range(1, COUNT, 3))
    on_the_map(app, items=[1, 2, 4])
    assert listed(app) == [1, 4]


@pytest.mark.parametrize(
    ("kind", "query", "says"),
    [
        ("regex", "(a", "cannot be read at letter 3"),
        (MEANING, "qqq www", "knows none of these words"),
    ],
)
def test_what_cannot_be_searched_for_is_said_and_masks_nothing(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, kind: str, query: str, says: str
) -> None:
    choose(app, kind)
    type_in(app, query)
    assert any(says in error.value.replace("\\", "") for error in app.error)
    assert masked(monkeypatch, app) is None
    assert app.text_input(key="search.query").value == query


def test_words_that_no_item_holds_are_named(app: AppTest) -> None:
    type_in(app, "says **zebra**")
    assert any(r"\*\*zebra\*\*" in caption for caption in said(app))


def test_the_nearest_of_an_item_a_pin_and_the_selection_are_found(
    app: AppTest, folder: Path
) -> None:
    mean = load_run(folder).latents.mean
    choose(app, NEAR)
    app.number_input(key="search.item").set_value(5).run()
    away = np.linalg.norm(mean - mean[5], axis=1)
    assert listed(app) == np.argsort(away)[1:].tolist()
    on_the_map(app, items=[3, 9])
    press(app, "The selection")
    on_the_map(app)
    away = np.linalg.norm(mean - mean[[3, 9]].mean(axis=0), axis=1)
    assert listed(app) == np.argsort(away).tolist()


def test_near_items_are_listed_beside_an_item_and_lead_to_it(app: AppTest, folder: Path) -> None:
    mean = load_run(folder).latents.mean
    on_the_map(app, picked=7)
    table = app.dataframe[0]
    nearest = np.argsort(np.linalg.norm(mean - mean[7], axis=1))[1:]
    texts = sentences(COUNT).texts
    assert texts is not None
    assert table.value["Text"].tolist() == [texts[i] for i in nearest[:8]]
    press(app, "On the map")
    assert listed(app) == nearest.tolist()
    assert finding.NEAR in app.selectbox(key="search.kind").value


@pytest.mark.parametrize(
    ("kind", "column"),
    [(ALONE, "Distance"), (BAD, "Nats a token"), (ALIKE, "Group"), (SAME, "Group")],
)
def test_lists_come_from_what_a_job_kept(
    runs: Path, monkeypatch: pytest.MonkeyPatch, kind: str, column: str
) -> None:
    data = sentences(COUNT)
    assert data.texts is not None
    folder = write_run(runs / "b", replace(data, texts=(*data.texts[:-1], data.texts[3].upper())))
    latents = np.load(folder / "latents.npy")
    latents[20] = latents[10]
    np.save(folder / "latents.npy", latents)
    app = open_page("map.py", catalogue.run_id(folder))
    choose(app, kind)
    assert masked(monkeypatch, app) is None
    assert any(button.label == "Compare the items" for button in app.button)
    made, _ = kept_oddities.make(load_run(folder))
    app.run()
    assert column in app.dataframe[0].value
    expected = {
        ALONE: np.argsort(-made.alone, kind="stable").tolist(),
        BAD: np.argsort(-made.error, kind="stable").tolist(),  # type: ignore[operator]
        ALIKE: [10, 20],
        SAME: [3, COUNT - 1],
    }
    assert listed(app) == expected[kind]


def test_a_collapsed_model_says_how_little_nearness_means(runs: Path) -> None:
    folder = write_run(runs / "c", sentences(COUNT), result={"collapsed": True})
    app = open_page("map.py", catalogue.run_id(folder))
    assert any("posterior collapse" in caption for caption in said(app))
    choose(app, MEANING)
    type_in(app, "item says")
    assert not app.error
    assert listed(app)
    assert sum("nearness means little" in caption for caption in said(app)) == 2  # list and search


def test_pictures_are_found_by_label_and_nearness_but_not_by_meaning(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_run(runs / "p", pictures(COUNT))
    app = open_page("map.py", catalogue.run_id(folder))
    assert finding.NAMES[MEANING] not in app.selectbox(key="search.kind").options
    type_in(app, "item 7")
    assert masked(monkeypatch, app) == [7]


def test_while_the_texts_are_read_nothing_is_masked_and_that_is_said(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    go = threading.Event()
    slow: Background[object] = Background("test", most=1)
    monkeypatch.setattr(computed, "_INDEXES", slow)
    monkeypatch.setattr(computed, "_WAIT_SECONDS", 0.0)
    real = computed.search.index_of
    monkeypatch.setattr(
        computed.search, "index_of", lambda run, progress: go.wait() and real(run, progress)
    )
    type_in(app, "item 17 says")
    assert masked(monkeypatch, app) is None
    go.set()
    monkeypatch.setattr(computed, "_WAIT_SECONDS", 60.0)
    app.run()
    assert masked(monkeypatch, app) == [17]


def test_a_wish_of_another_model_is_refused_in_a_sentence(folder: Path) -> None:
    found = finding.find(load_run(folder), Wish(NEAR, "Pin 1", point=(1.0, 2.0, 3.0)))
    assert found.problem is not None
    assert "another model" in found.problem
    assert found.mask is None


def test_pins_are_offered(app: AppTest) -> None:
    choose(app, NEAR)
    pin = {"x": 0.0, "y": 0.0, "z": [0.5, 0.5], "index": None}
    app.session_state["map." + load_hash(app)] = {"state": {"turn": 1, "pins": [pin]}}
    app.run()
    assert not app.exception
    assert json.dumps([b.label for b in app.button]).count("Pin 1") == 1


def load_hash(app: AppTest) -> str:
    return load_run(catalogue.locate(app.session_state["latentscape.model"])[0]).content_hash
