"""The path on Interpolate in a real browser: scrubbed, played, drawn on the map, taken away."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.on_the_map import PATIENCE, at_rest
from tests.support import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Browser:
    return launch_browser()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    yield tab
    context.close()
    assert wrong == []


def open_path(page: Page, server: Server, model: str) -> Locator:
    page.goto(f"{server.url}/interpolate?model={model}")
    path = page.locator(".st-key-interpolate_path .path")
    expect(path.locator(".status")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    page.locator(".st-key-path_map .layers[data-drawn]").wait_for(state="attached")
    at_rest(page)
    return path


def scrubbed(page: Page) -> float:
    """How far along the path on the map one is."""
    share: float = page.locator(".st-key-path_map .map").evaluate("map => map.latentMap.way.place")
    return share


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
                           arg=page.locator(".st-key-path_map .map").element_handle())  # fmt: skip
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


def taken(page: Page, path: Locator, words: str) -> bytes:
    with page.expect_download() as download:
        path.get_by_role("button", name=words, exact=True).click()
    return Path(download.value.path()).read_bytes()


def test_the_path_can_be_taken_away(page: Page, server: Server) -> None:
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
