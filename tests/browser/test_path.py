"""The path on Interpolate in a real browser: scrubbed, played, drawn on the map, taken away."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.on_the_map import MAP, PATIENCE, at_rest, drawn, is_live
from tests.browser.on_the_path import (
    PATH_MAP,
    open_path,
    path_becomes_other,
    path_places,
    scrubbed,
    taken,
)
from tests.support import Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("model", ["mnist", "sentences"])
def test_the_path_is_scrubbed_live_and_followed_on_the_map(
    page: Page, server: Server, model: str
) -> None:
    path = open_path(page, server, model)
    expect(path.locator("li")).to_have_count(9)
    slider = path.get_by_label("Place on the path")
    before = int(path.locator(".now").get_attribute("data-answers") or 0)
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 8 + step * box["width"] / 20, box["y"] + 8)
        page.wait_for_timeout(40)
    page.mouse.up()
    page.wait_for_function(
        "([now, before]) => Number(now.dataset.answers) > before + 3",
        arg=[path.locator(".now").element_handle(), before],
    )
    assert scrubbed(page) == pytest.approx(0.55, abs=0.05)
    expect(path.locator("li.here")).to_have_count(1)
    path.locator("li").last.locator("button").click()
    assert scrubbed(page) == 1.0
    expect(path.locator(".where")).to_have_text("end")


def test_it_plays_there_and_back_until_it_is_paused(page: Page, server: Server) -> None:
    path = open_path(page, server, "digits")
    play = path.locator(".scrub button")
    play.click()
    expect(play).to_have_text("Pause")
    page.wait_for_function("map => map.latentMap.way.place > 0.1",
                           arg=page.locator(PATH_MAP).element_handle())  # fmt: skip
    play.click()
    expect(play).to_have_text("Play")
    stands = scrubbed(page)
    page.wait_for_timeout(200)
    assert scrubbed(page) == stands


def test_new_words_are_marked_and_the_same_sentence_is_quiet(page: Page, server: Server) -> None:
    path = open_path(page, server, "sentences")
    entries = path.locator("li .words")
    texts = [" ".join(text.split()) for text in entries.all_inner_texts()]
    for number in range(1, len(texts)):
        marks = entries.nth(number).locator("mark").all_inner_texts()
        before, now = texts[number - 1].split(), texts[number].split()
        assert set(now) - set(before) <= set(marks)
        assert len(now) - len(marks) <= len(before)
        same = "same" in (entries.nth(number).get_attribute("class") or "")
        assert same == (texts[number] == texts[number - 1])


def test_the_path_is_gone_along_by_keyboard(page: Page, server: Server) -> None:
    path = open_path(page, server, "digits")
    slider = path.get_by_label("Place on the path")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert scrubbed(page) == pytest.approx(0.03)
    expect(slider).to_have_attribute("aria-valuetext", "3 %")
    page.keyboard.press("Shift+ArrowRight")
    expect(path.locator("li").nth(1)).to_have_class(re.compile("here"))
    page.keyboard.press("Shift+ArrowLeft")
    expect(path.locator(".where")).to_have_text("start")
    page.keyboard.press("End")
    assert scrubbed(page) == 1.0
    page.keyboard.press("Shift+Tab")
    expect(path.locator(".scrub button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(path.locator(".scrub button")).to_have_text("Pause")
    page.keyboard.press("Enter")
    # The kind of path and its ends, too, without a pointer.
    page.get_by_role("radio", name="Straight line").or_(
        page.get_by_role("button", name="Straight line")
    ).focus()
    before = path_places(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    path_becomes_other(page, before)  # the great circle
    box = page.get_by_label("Start: item", exact=True)
    box.focus()
    before = path_places(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    path_becomes_other(page, before)


def test_pins_of_either_map_are_ends_and_none_is_lost_between_them(
    page: Page, server: Server
) -> None:
    def pin(room: str, u: float, v: float, count: int) -> None:
        there = page.locator(room)
        box = there.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + u * box["width"], box["y"] + v * box["height"])
        there.locator(".probe-card button", has_text="Pin").click()
        expect(there.locator("[aria-live]")).to_have_text(f"Pin {count} dropped.")
        at_rest(page)

    open_path(page, server, "digits")
    pin(PATH_MAP, 0.4, 0.5, 1)
    page.get_by_role("link", name="Map", exact=True).click()
    drawn(page)
    is_live(page)
    pin(MAP, 0.5, 0.6, 2)
    page.get_by_role("link", name="Interpolate", exact=True).click()
    path = page.locator(".st-key-interpolate_path .path")
    expect(path.locator(".status")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    before = path_places(page)
    page.get_by_text("Between pins", exact=True).click()
    path_becomes_other(page, before)
    pins = page.locator(PATH_MAP).evaluate("map => map.latentMap.probe.pins.list")
    assert len(pins) == 2
    told = json.loads(taken(page, path, "JSON"))
    assert (told["from"], told["to"]) == ("pin 1", "pin 2")
    for end, kept in ((0, 0), (-1, 1)):
        np.testing.assert_allclose(told["z"][end], pins[kept]["z"], rtol=1e-5)


def test_the_path_can_be_taken_away(page: Page, server: Server) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    path = open_path(page, server, "mnist")
    strip = np.asarray(Image.open(io.BytesIO(taken(page, path, "PNG"))).convert("L"))
    assert strip.shape == (112 + 16, 9 * (112 + 8) + 8)
    moving = Image.open(io.BytesIO(taken(page, path, "GIF")))
    assert moving.n_frames == 16
    for number in (0, 4, 8):
        moving.seek(number)
        frame = np.asarray(moving.convert("L"))
        left = 8 + number * 120
        np.testing.assert_array_equal(frame, strip[8 : 8 + 112, left : left + 112])
    # Where pictures are read again, the browser was told that they would be.
    assert not [words for words in said if "willReadFrequently" in words]
    told = json.loads(taken(page, path, "JSON"))
    assert len(told["z"]) == len(told["pictures"]) == 9
    np.testing.assert_array_equal(np.array(told["pictures"][4]), strip[8:120:4, 488:600:4])


def test_sentences_can_be_taken_away(page: Page, server: Server) -> None:
    path = open_path(page, server, "sentences")
    lines = taken(page, path, "Text").decode().splitlines()
    told = json.loads(taken(page, path, "JSON"))
    assert told["texts"] == lines
    assert len(lines) == 9
    assert re.match(r"item \d+", told["from"])
