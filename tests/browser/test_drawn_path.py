"""A path drawn by hand on Interpolate's map, in a real browser: with a mouse and with a finger."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.on_the_map import PATIENCE, at_rest
from tests.browser.on_the_path import (
    PATH_MAP,
    open_path,
    path_becomes_other,
    path_places,
    taken,
)
from tests.support import Server

pytestmark = pytest.mark.browser


WAVE = [(0.3, 0.5), (0.4, 0.35), (0.5, 0.55), (0.6, 0.6), (0.7, 0.45)]


def draw_path(page: Page, *, touch: bool = False) -> None:
    """Draw over the map of the page, and wait for the path that follows."""
    room = page.locator(PATH_MAP)
    before = path_places(page)
    room.scroll_into_view_if_needed()
    box = room.bounding_box()
    assert box is not None
    places = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in WAVE]
    if touch:
        finger = page.context.new_cdp_session(page)
        for number, (x, y) in enumerate(places):
            finger.send(
                "Input.dispatchTouchEvent",
                {
                    "type": "touchMove" if number else "touchStart",
                    "touchPoints": [{"x": x, "y": y}],
                },
            )
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        page.mouse.move(*places[0])
        page.mouse.down()
        for x, y in places[1:]:
            page.mouse.move(x, y, steps=6)
        page.mouse.up()
    path_becomes_other(page, before)


@pytest.mark.parametrize("model", ["digits", "sentences"])
def test_a_drawn_path_is_decoded_along_its_way(page: Page, server: Server, model: str) -> None:
    path = open_path(page, server, model)
    room = page.locator(PATH_MAP)
    button = room.get_by_role("button", name="Draw a path")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    draw_path(page)
    # The path on the map goes where the hand went.
    gone = room.evaluate(
        """(map, shares) => {
          const { latentMap } = map, { view } = latentMap.stage, { scene } = latentMap.model;
          const places = latentMap.meta().path.places.map(([x, y]) => {
            const [u, v] = scene.toUnit(x, y);
            return [(u - view.u) * view.scale + view.width / 2,
                    view.height / 2 - (v - view.v) * view.scale];
          });
          return shares.map(([u, v]) => Math.min(...places.map(([x, y]) =>
            Math.hypot(x - u * view.width, y - v * view.height))));
        }""",
        [list(share) for share in WAVE],
    )
    assert max(gone) < 8
    expect(path.locator("li")).to_have_count(9)
    path.locator("li").nth(4).locator("button").click()
    step = path.locator(".now").inner_html() if model == "sentences" else shown(path)
    slider = path.get_by_label("Place on the path")
    before = int(path.locator(".now").get_attribute("data-answers") or 0)
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([now, before]) => Number(now.dataset.answers) > before",
        arg=[path.locator(".now").element_handle(), before],
    )
    if model == "digits":
        page.wait_for_function(
            "([canvas, step]) => canvas.toDataURL() !== step",
            arg=[path.locator(".now canvas").element_handle(), step],
        )
    told = json.loads(taken(page, path, "JSON"))
    assert told["path"] == "drawn"
    assert len(told["z"]) == len(told["trust"]) == 9
    play = path.locator(".scrub button")
    play.click()
    page.wait_for_function("map => map.latentMap.way.place > 0.7", arg=room.element_handle())
    play.click()
    # Another one is drawn right away; Escape ends it, and the hand probes again.
    room.focus()
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    kept = path_places(page)
    box = room.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(room.locator(".probe-card")).to_be_visible()
    assert path_places(page) == kept


def shown(path: Locator) -> str:
    picture: str = path.locator(".now canvas").evaluate("canvas => canvas.toDataURL()")
    return picture


def test_escape_in_the_middle_of_a_line_leaves_the_path_as_it_was(
    page: Page, server: Server
) -> None:
    open_path(page, server, "digits")
    room = page.locator(PATH_MAP)
    room.get_by_role("button", name="Draw a path").click()
    before = path_places(page)
    box = room.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 350, steps=5)
    assert room.evaluate("map => map.latentMap.drawing.busy")
    page.keyboard.press("Escape")
    page.mouse.move(box["x"] + 300, box["y"] + 450, steps=5)
    page.mouse.up()
    expect(room).to_have_attribute("data-tool", "probe")
    expect(room.locator(".probe-card")).to_be_hidden()
    at_rest(page)
    assert path_places(page) == before


def test_a_path_is_drawn_with_a_finger_on_a_phone(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    path = open_path(tab, server, "digits")
    button = tab.locator(PATH_MAP).get_by_role("button", name="Draw a path")
    button.tap()
    draw_path(tab, touch=True)
    expect(path.locator("li")).to_have_count(9)
    assert json.loads(taken(tab, path, "JSON"))["path"] == "drawn"
    context.close()
