"""What the map says back is checked: anybody can send anything."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from explorer.canvas import ranges
from explorer.canvas.state import LONGEST_NOTE, MOST_PINS, Camera, MapState, Pin, Probed, parse

PIN = {"x": 1.0, "y": -2.0, "z": [0.5, 1], "index": 3}


def said(**change: Any) -> dict[str, Any]:
    return {
        "selection": {"ranges": ranges.encode(np.array([1, 2, 8])), "count": 3},
        "picked": 4,
        "pins": [PIN],
        "camera": {"zoom": 2, "u": 0.1, "v": -0.2},
        "probe": {"x": 0.5, "y": 1, "rest": 1, "request": 7},
        "query": "cat",
        "turn": 5,
        **change,
    }


def known(found: MapState | None) -> MapState:
    assert found is not None
    return found


def test_what_is_said_is_understood() -> None:
    state = known(parse(said(), 10))
    assert state.selection.tolist() == [1, 2, 8]
    assert state.picked == 4
    assert state.pins == (Pin(1.0, -2.0, (0.5, 1.0), 3),)
    assert state.camera == Camera(2.0, 0.1, -0.2)
    assert state.probe == Probed(0.5, 1.0, True, 7)
    assert (state.query, state.turn) == ("cat", 5)


def test_a_pin_comes_back_as_it_went() -> None:
    pin = Pin(1.0, 2.0, (3.0,), None, "umap", "<b>note</b>")
    assert known(parse(said(pins=[pin.to_json()]), 10)).pins == (pin,)


def test_a_probe_in_space_names_its_item() -> None:
    probe = {"x": 0, "y": 0, "rest": 0, "request": 1}
    found = [known(parse(said(probe={**probe, "index": one}), 10)).probe for one in (9, 10, "x")]
    assert [None if one is None else one.index for one in found] == [9, None, None]


def test_a_note_is_text_and_no_longer_than_it_may_be() -> None:
    notes = ["x" * 1_000, None, 3, ["a"], "a\nb"]
    found = known(parse(said(pins=[{**PIN, "note": note} for note in notes]), 10)).pins
    assert [pin.note for pin in found] == ["x" * LONGEST_NOTE, "", "", "", "a\nb"]


@pytest.mark.parametrize("view", [None, 3, [], {}])
def test_a_pin_of_a_map_that_makes_no_sense_is_of_none(view: object) -> None:
    [pin] = known(parse(said(pins=[{**PIN, "view": view}]), 10)).pins
    assert pin.view is None


@pytest.mark.parametrize("nothing", [None, "x", 3, [], ()])
def test_nothing_was_said(nothing: object) -> None:
    assert parse(nothing, 10) is None


@pytest.mark.parametrize(
    "selection",
    [None, [], {}, {"ranges": None}, {"ranges": "!"}, {"ranges": "/////w=="}, {"ranges": 3}],
)
def test_a_selection_that_makes_no_sense_is_none(selection: Any) -> None:
    assert known(parse(said(selection=selection), 10)).selection.tolist() == []


def test_a_selection_beyond_the_points_is_none() -> None:
    assert known(parse(said(), 8)).selection.tolist() == []


@pytest.mark.parametrize("picked", [-1, 10, 1.5, True, "3", None, math.nan, 10**400])
def test_an_item_that_is_not_there_is_none(picked: Any) -> None:
    assert known(parse(said(picked=picked), 10)).picked is None


@pytest.mark.parametrize(
    "pin",
    [None, 3, {}, {"x": 1}, {**PIN, "x": math.nan}, {**PIN, "y": "1"}, {**PIN, "x": 10**400}],
)
def test_pins_that_are_nowhere_are_left_out(pin: Any) -> None:
    assert known(parse(said(pins=[pin, PIN]), 10)).pins == (Pin(1.0, -2.0, (0.5, 1.0), 3),)


@pytest.mark.parametrize("z", [None, [], "1", [1, math.inf], [None], {}])
def test_a_pin_whose_z_makes_no_sense_keeps_its_place(z: Any) -> None:
    assert known(parse(said(pins=[{**PIN, "z": z}]), 10)).pins == (Pin(1.0, -2.0, None, 3),)


def test_a_thousand_pins_are_a_dozen() -> None:
    assert len(known(parse(said(pins=[PIN] * 1000), 10)).pins) == MOST_PINS


@pytest.mark.parametrize("part", ["camera", "probe"])
@pytest.mark.parametrize("value", [None, [], {"zoom": 1, "x": 1}, {"zoom": math.nan}])
def test_a_place_that_is_incomplete_is_none(part: str, value: Any) -> None:
    assert getattr(known(parse(said(**{part: value}), 10)), part) is None


@pytest.mark.parametrize(
    "drawn",
    [
        [[0, 0]],
        [[1, 2], [1, 2]],
        [[0, 0], [1, math.nan]],
        [[0, 0], [1]],
        [[0, 0], "ab"],
        [[0, 0], [1e300, 0]],
        [[k, 0] for k in range(300)],
        "path",
        None,
    ],
)
def test_a_drawn_path_that_makes_no_sense_is_none(drawn: Any) -> None:
    assert known(parse(said(drawn=drawn), 10)).drawn == ()


def test_a_drawn_path_keeps_its_order() -> None:
    found = known(parse(said(drawn=[[0, 1], [2.5, -3], [0, 1]], rest=1), 10))
    assert found.drawn == ((0.0, 1.0), (2.5, -3.0), (0.0, 1.0))
    assert found.from_nearest


def test_a_long_search_is_cut() -> None:
    assert len(known(parse(said(query="x" * 100_000), 10)).query) == 200
    assert known(parse(said(query=3), 10)).query == ""
