"""Notes on pins: in the list beside the map, in a file, and what is refused of files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw
from streamlit.testing.v1 import AppTest

from explorer import catalogue, pin_files
from explorer.canvas.state import LONGEST_NOTE, MOST_PINS, Pin
from explorer.pin_files import PinFileError, read, to_csv, to_json
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_pages import on_the_map, open_page, texts

CONTENT = "0123456789abcdef"
ITEMS, DIMENSIONS = 40, 2
WORDS = draw.text(draw.characters(exclude_categories=("Cs",)), max_size=LONGEST_NOTE)
NUMBERS = draw.floats(-1e6, 1e6, width=32)
PINS = draw.lists(
    draw.builds(
        Pin, NUMBERS, NUMBERS, draw.tuples(NUMBERS, NUMBERS) | draw.none(),
        draw.integers(0, ITEMS - 1) | draw.none(), draw.just("raw") | draw.none(), WORDS,
    ),
    max_size=MOST_PINS,
)  # fmt: skip
PIN = {"x": 1.0, "y": 2.0, "z": [0.5, 1.0], "index": None, "view": "raw", "note": ""}


@given(PINS)
@settings(max_examples=300, deadline=None)
def test_pins_come_out_of_a_file_as_they_went_into_it(held: list[Pin]) -> None:
    decoded = [f'a "text", {number}' for number, _ in enumerate(held)]
    for written in (to_json(held, decoded, CONTENT, "a"), to_csv(held, decoded)):
        for raw in (written.encode(), b"\xef\xbb\xbf" + written.encode()):
            assert read(raw, CONTENT, ITEMS, DIMENSIONS) == tuple(held)


@given(draw.binary() | draw.text().map(str.encode))
@settings(max_examples=150, deadline=None)
def test_any_other_file_is_refused_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(PinFileError, match=r"^[^\n]*\.$"):
        read(raw, CONTENT, ITEMS, DIMENSIONS)


def of(**change: Any) -> bytes:
    about = {"format": pin_files.FORMAT, "version": 1, "content": CONTENT, "pins": [PIN]}
    return json.dumps({**about, **change}).encode()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"{" * 10_000, "no file of pins"),
        (b"a,b\n1,2\n", "no file of pins"),
        (of(format="else"), "no file of pins"),
        (of(pins={}), "no file of pins"),
        (of(version=2), "another version than 1"),
        (of(content="f" * 16), "of another model"),
        (of(pins=[PIN] * 13), "12 pins, but this file has 13"),
        (of(pins=[3]), "Pin 1 has no place"),
        (of(pins=[{**PIN, "x": "1"}]), "Pin 1 has no place"),
        (of(pins=[PIN, {**PIN, "y": float("inf")}]), "Pin 2 has no place"),
        (of(pins=[{**PIN, "z": [1.0]}]), "Pin 1 must have 2 numbers"),
        (of(pins=[{**PIN, "z": [1.0, 1e300]}]), "Pin 1 must have 2 numbers"),
        (of(pins=[{**PIN, "index": 40}]), "on item 40, but items are numbered from 0 to 39"),
        (of(pins=[{**PIN, "index": True}]), "on item True"),
        (of(pins=[{**PIN, "note": "x" * 281}]), "up to 280 letters"),
        (of(pins=[{**PIN, "note": None}]), "up to 280 letters"),
        (b"pin,note,x,y\n1,hi,zero,0\n", "Pin 1 has no place"),
        (b"x" * (pin_files.MOST_BYTES + 1), "at most 2,097,152"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(raw: bytes, sentence: str) -> None:
    with pytest.raises(PinFileError, match=sentence):
        read(raw, CONTENT, ITEMS, DIMENSIONS)


@pytest.fixture
def app(runs: Path) -> AppTest:
    """The map of forty pictures, with two pins."""
    write_run(runs / "a", pictures(40))
    return on_the_map(open_page("map.py", "run:a"), pins=[PIN, {**PIN, "index": 3, "z": None}])


def kept(app: AppTest) -> tuple[Pin, ...]:
    run = catalogue.open_run("run:a")
    found: tuple[Pin, ...] = app.session_state[f"map.{run.content_hash}.pins"]
    return found


def note_of(number: int) -> str:
    return f"pins.note.{catalogue.open_run('run:a').content_hash}.{number}"


def test_a_note_is_kept_and_told_to_the_map(app: AppTest) -> None:
    app.text_input(key=note_of(2)).set_value(HOSTILE).run()
    assert not app.exception
    assert [pin.note for pin in kept(app)] == ["", HOSTILE]
    assert HOSTILE in texts(app)  # as it is written
    run = catalogue.open_run("run:a")
    order = app.session_state[f"map.{run.content_hash}.order"]
    assert order.pins == kept(app)
    # What the map says before it has heard of that does not undo it.
    app.run()
    assert [pin.note for pin in kept(app)] == ["", HOSTILE]
    said = {"pins": [pin.to_json() for pin in kept(app)], "turn": 2, "done": order.token}
    app.session_state[f"map.{run.content_hash}"] = {"state": said}
    app.run()
    assert app.session_state[f"map.{run.content_hash}.order"] is None
    assert [pin.note for pin in kept(app)] == ["", HOSTILE]


def test_a_note_that_is_too_long_is_cut_and_that_is_said(app: AppTest) -> None:
    app.text_input(key=note_of(2)).set_value("x" * (LONGEST_NOTE + 1)).run()
    assert [pin.note for pin in kept(app)] == ["", "x" * LONGEST_NOTE]
    assert app.text_input(key=note_of(2)).value == "x" * LONGEST_NOTE
    assert any("up to 280 letters: cut" in one.value for one in app.caption)
    app.text_input(key=note_of(2)).set_value("short").run()
    assert not any("280" in one.value for one in app.caption)


def test_a_pin_is_taken_away_from_the_list_and_notes_stay_with_theirs(app: AppTest) -> None:
    app.text_input(key=note_of(2)).set_value("second").run()
    app.button(key="pins.remove.1").click().run()
    assert [(pin.index, pin.note) for pin in kept(app)] == [(3, "second")]
    assert app.text_input(key=note_of(1)).value == "second"


def test_texts_say_what_a_pin_decodes_to(runs: Path) -> None:
    write_run(runs / "a", sentences(20), latent_dim=3)
    app = on_the_map(open_page("map.py", "run:a"), pins=[{**PIN, "index": 4, "z": None}])
    assert not app.exception
    run = catalogue.open_run("run:a")
    assert app.text_input(key=f"pins.note.{run.content_hash}.1").value == ""


def test_places_of_a_file_are_those_of_the_model(app: AppTest) -> None:
    run = catalogue.open_run("run:a")
    mean = tuple(run.latents.mean[3].tolist())
    written = to_csv([replace(pin, z=mean) for pin in kept(app)], [None, None])
    found = read(written.encode(), CONTENT, 40, 2)
    assert [pin.z for pin in found] == [mean, mean]
