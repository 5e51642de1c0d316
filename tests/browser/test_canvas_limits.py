"""The canvas where something is missing: WebGL, the live socket, a mouse, width."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.on_the_map import (
    MAP,
    PATIENCE,
    along,
    answers,
    choose,
    drag,
    hover,
    is_live,
    open_map,
    place_of,
    the_map,
)
from tests.explorer.made_runs import pictures, write_run
from tests.support import ROOT, START_SECONDS, Server, free_port, healthy

pytestmark = pytest.mark.browser

CARD = f"{MAP} .probe-card"
WITHOUT_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : get.call(this, kind, ...more);
};
"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    wrong: list[str] = []
    tab = context.new_page()
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    yield tab
    assert wrong == []


def ink(page: Page) -> int:
    """How many pixels of the layer of points are not clear."""
    return int(
        page.locator(f"{MAP} .layer")
        .nth(1)
        .evaluate(
            """canvas => {
              const { width, height } = canvas;
              const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
              let ink = 0;
              for (let i = 3; i < data.length; i += 4) ink += data[i] > 0;
              return ink;
            }"""
        )
    )


def test_without_webgl_a_map_is_drawn_plainly_and_says_so(page: Page, server: Server) -> None:
    page.add_init_script(WITHOUT_WEBGL)
    open_map(page, server, "digits")
    expect(page.locator(f"{MAP} .note")).to_have_text("Drawn without WebGL")
    assert ink(page) > 1797
    is_live(page)
    expect(hover(page, 5).locator(".title")).to_have_text("5")
    drag(page, *along(page, [(0.3, 0.5), (0.4, 0.5), (0.5, 0.5)]))
    expect(page.locator(CARD)).to_be_visible()
    choose(page, "Box")
    drag(page, *along(page, [(0.9, 0.99), (0.5, 0.5), (0.005, 0.005)]))
    expect(page.get_by_text("1,797 items selected")).to_be_visible()


def test_without_webgl_a_large_map_says_what_it_needs(page: Page, server: Server) -> None:
    write_run(server.runs / "huge", pictures(50_001))
    page.add_init_script(WITHOUT_WEBGL)
    page.goto(f"{server.url}/?model=run:huge")
    refusal = page.locator(f"{MAP} .refusal")
    expect(refusal).to_contain_text("no WebGL, which a map of 50,001 points needs")
    expect(refusal).to_have_attribute("role", "alert")


def test_points_are_where_the_pointer_finds_them(page: Page, server: Server) -> None:
    open_map(page, server, "digits")
    assert page.locator(f"{MAP} .note").inner_text() == ""
    box = the_map(page).bounding_box()
    assert box is not None
    shown = page.locator(f"{MAP} .layer").nth(1)
    for index in (0, 100, 1700):
        x, y = place_of(page, index)
        alpha = shown.evaluate(
            """(canvas, [u, v]) => canvas.getContext("2d")
              .getImageData(u * canvas.width, v * canvas.height, 1, 1).data[3]""",
            [(x - box["x"]) / box["width"], (y - box["y"]) / box["height"]],
        )
        assert alpha > 0, f"item {index} is not drawn where it lies"


def test_a_lost_graphics_context_is_made_anew(page: Page, server: Server) -> None:
    contexts = """
    window.contexts = [];
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
      const made = get.call(this, kind, ...more);
      if (kind === "webgl") window.contexts.push(made);
      return made;
    };"""
    page.add_init_script(contexts)
    open_map(page, server, "digits")
    before = page.evaluate("window.contexts.length")
    page.evaluate("window.contexts.at(-1).getExtension('WEBGL_lose_context').loseContext()")
    page.wait_for_function("before => window.contexts.length > before", arg=before)
    page.mouse.move(*along(page, [(0.5, 0.5)])[0])
    page.mouse.wheel(0, -200)
    page.wait_for_function("window.contexts.at(-1).isContextLost() === false")
    page.wait_for_timeout(500)
    assert ink(page) > 1797


@pytest.fixture(scope="module")
def plain_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app under plain `streamlit run`, which has no live socket."""
    port = free_port()
    log = tmp_path_factory.mktemp("plain") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", ROOT / "explorer" / "app.py",
             "--server.headless=true", f"--server.port={port}"],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not healthy(url) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    assert healthy(url), Path(log).read_text()
    yield url
    process.terminate()
    process.wait(timeout=30)


@pytest.mark.parametrize("model", ["digits", "sentences"])
def test_without_a_live_socket_it_decodes_on_release_and_says_how_to_get_one(
    page: Page, plain_app: str, model: str
) -> None:
    open_map(page, plain_app, model)
    status = page.locator(f"{MAP} .status")
    expect(status).to_contain_text("Decodes when you let go; start the app with the latentscape")
    drag(page, *along(page, [(0.3, 0.5), (0.4, 0.5), (0.45, 0.5)]))
    expect(page.locator(f"{CARD} .trust")).to_have_text(re.compile("items|guess"))
    assert answers(page) == 1
    drag(page, *along(page, [(0.5, 0.4), (0.55, 0.4), (0.6, 0.5)]))
    page.wait_for_function(
        "card => Number(card.dataset.answers) === 2", arg=page.locator(CARD).element_handle()
    )


def test_where_no_point_is_in_view_the_map_says_how_to_come_back(
    page: Page, server: Server
) -> None:
    room = open_map(page, server, "digits")
    hint = page.locator(f"{MAP} .nothing")
    expect(hint).to_be_hidden()
    page.mouse.move(*along(page, [(0.1, 0.95)])[0])
    for _ in range(8):
        page.mouse.wheel(0, -240)
    expect(hint).to_have_text("Nothing here · press 0 for the whole map")
    expect(hint).to_be_visible()
    hint.click()
    expect(hint).to_be_hidden()
    expect(room).to_be_focused()
    page.mouse.move(*along(page, [(0.1, 0.95)])[0])
    for _ in range(8):
        page.mouse.wheel(0, -240)
    expect(hint).to_be_visible()
    page.keyboard.press("0")
    expect(hint).to_be_hidden()
    # The only class in view is hidden by the legend, and shown again.
    x, y = place_of(page, 0)
    name = page.locator(f"{MAP} .legend .line").first
    page.mouse.move(x, y)
    for _ in range(14):
        page.mouse.wheel(0, -240)
    expect(hint).to_be_hidden()
    name.click()
    expect(hint).to_be_visible()
    name.click()
    expect(hint).to_be_hidden()


def test_one_finger_probes_and_two_zoom(browser: Browser, server: Server) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=3, has_touch=True
    )
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        open_map(page, server, "mnist")
        is_live(page)
        fingers = context.new_cdp_session(page)

        def touch(kind: str, *places: tuple[float, float]) -> None:
            points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        way = along(page, [(0.4, 0.7), (0.5, 0.65), (0.6, 0.6)])
        touch("touchStart", way[0])
        for place in way:
            touch("touchMove", place)
        card = page.locator(CARD)
        expect(card).to_be_visible()
        expect(card.locator("canvas")).to_be_visible()
        box = card.bounding_box()
        touch("touchEnd")
        assert box is not None
        covered = box["x"] < way[-1][0] < box["x"] + box["width"]
        assert not (covered and box["y"] < way[-1][1] < box["y"] + box["height"])

        before = place_of(page, 0), place_of(page, 1)
        left, right, far = along(page, [(0.4, 0.5), (0.6, 0.5), (0.9, 0.5)])
        touch("touchStart", left)
        touch("touchStart", left, right)
        touch("touchMove", left, far)
        touch("touchEnd")
        after = place_of(page, 0), place_of(page, 1)
        grown = abs(after[0][0] - after[1][0]) / abs(before[0][0] - before[1][0])
        assert grown == pytest.approx(2.5, rel=0.05)
    finally:
        context.close()


@pytest.mark.parametrize("model", ["digits", "sentences"])
def test_on_a_phone_nothing_on_the_map_overlaps(
    browser: Browser, server: Server, model: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        open_map(page, server, model)
        boxes = {}
        for part in (".tools", ".search", ".legend", ".status", ".rest", ".zooms"):
            found = page.locator(f"{MAP} {part}")
            if found.count() and found.is_visible():
                boxes[part] = found.bounding_box()
        assert len(boxes) >= 5
        frame = the_map(page).bounding_box()
        assert frame is not None
        for name, box in boxes.items():
            assert box is not None
            assert box["x"] >= frame["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"], name
            for other, place in boxes.items():
                assert place is not None
                apart = (
                    box["x"] >= place["x"] + place["width"]
                    or place["x"] >= box["x"] + box["width"]
                    or box["y"] >= place["y"] + place["height"]
                    or place["y"] >= box["y"] + box["height"]
                )
                assert name == other or apart, f"{name} overlaps {other}"
    finally:
        context.close()
