"""The probe where answers are late or do not come: pins hold what lies at their own place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.on_the_map import (
    MAP,
    PATIENCE,
    along,
    answers,
    is_live,
    open_map,
    the_map,
)
from tests.support import Server

pytestmark = pytest.mark.browser

CARD = f"{MAP} .probe-card"
PINS = "map => map.latentMap.probe.pins.list"
SPOKEN = f"{MAP} [aria-live]"


class SlowLine:
    """The live socket of a page, whose answers can be held back and let go."""

    def __init__(self, page: Page) -> None:
        self.holding = False
        self.held: list[str | bytes] = []
        self._line: WebSocketRoute | None = None
        page.route_web_socket(re.compile("/live"), self._between)

    def _between(self, line: WebSocketRoute) -> None:
        self._line = line
        server = line.connect_to_server()

        def answered(message: str | bytes) -> None:
            if self.holding:
                self.held.append(message)
            else:
                line.send(message)

        server.on_message(answered)

    def wait_for_answer(self, page: Page) -> None:
        for _ in range(600):
            if self.held:
                return
            page.wait_for_timeout(20)
        raise AssertionError("the server has not answered")

    def let_go(self) -> None:
        self.holding = False
        assert self._line is not None
        for message in self.held:
            self._line.send(message)
        self.held.clear()

    def cut(self) -> None:
        assert self._line is not None
        self._line.close(code=1012)


def begin(page: Page, server: Server) -> SlowLine:
    """Probe the middle of the map, and hold back what comes from then on."""
    line = SlowLine(page)
    room = open_map(page, server, "digits")
    is_live(page)
    room.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(SPOKEN)).to_have_text(re.compile("^Decoded here"))
    line.holding = True
    return line


def test_a_pin_waits_for_the_decode_of_its_own_place(page: Page, server: Server) -> None:
    line = begin(page, server)
    older = the_map(page).evaluate("map => map.latentMap.probe.found.z")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    line.wait_for_answer(page)
    assert the_map(page).evaluate(PINS) == []
    line.let_go()
    expect(page.locator(SPOKEN)).to_have_text("Pin 1 dropped.")
    [pin] = the_map(page).evaluate(PINS)
    assert pin["z"] != older
    assert pin["z"] == the_map(page).evaluate("map => map.latentMap.probe.found.z")
    page.wait_for_timeout(300)
    expect(page.locator(SPOKEN)).to_have_text("Pin 1 dropped.")


def test_a_place_that_is_pinned_is_not_told_again(page: Page, server: Server) -> None:
    line = begin(page, server)
    line.let_go()
    before = answers(page)
    [place] = along(page, [(0.4, 0.4)])
    page.mouse.move(*place)
    page.mouse.down()
    page.wait_for_function(
        "([card, before]) => Number(card.dataset.answers) > before",
        arg=[page.locator(CARD).element_handle(), before],
    )
    line.holding = True
    # Letting go asks for the same place once more, for those who listen.
    page.mouse.up()
    page.keyboard.press("Enter")
    expect(page.locator(SPOKEN)).to_have_text("Pin 1 dropped.")
    line.wait_for_answer(page)
    line.let_go()
    page.wait_for_function(
        "([card, before]) => Number(card.dataset.answers) > before + 1",
        arg=[page.locator(CARD).element_handle(), before],
    )
    expect(page.locator(SPOKEN)).to_have_text("Pin 1 dropped.")


@pytest.mark.parametrize("key", ["ArrowUp", "Escape"])
def test_moving_on_gives_up_what_was_to_be_pinned(page: Page, server: Server, key: str) -> None:
    line = begin(page, server)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press(key)
    line.wait_for_answer(page)
    line.let_go()
    page.wait_for_timeout(500)
    assert the_map(page).evaluate(PINS) == []


def test_a_lost_connection_gives_up_what_was_to_be_pinned(page: Page, server: Server) -> None:
    line = begin(page, server)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    line.wait_for_answer(page)
    line.holding = False
    line.cut()
    expect(page.locator(SPOKEN)).to_have_text(re.compile("^Nothing was pinned"))
    is_live(page)
    page.wait_for_timeout(500)
    assert the_map(page).evaluate(PINS) == []


def test_a_drag_without_a_connection_says_why_nothing_is_decoded(
    page: Page, server: Server
) -> None:
    page.route_web_socket(re.compile("/live"), lambda line: line.close(code=1012))
    open_map(page, server, "digits")
    expect(page.locator(f"{MAP} .status")).to_have_attribute(
        "data-state", re.compile("offline|reconnecting"), timeout=PATIENCE
    )
    start, end = along(page, [(0.4, 0.4), (0.5, 0.5)])
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    said = page.locator(f"{CARD} .trust")
    expect(said).to_have_text("Not live: decodes when you let go")
    expect(page.locator(f"{CARD} .decode")).to_be_hidden()
    page.mouse.up()
    expect(page.locator(f"{CARD} .decode canvas")).to_be_visible()
    expect(said).to_have_text(re.compile("items|guess"))
    # The next drag does not carry that picture along as if it lay there.
    page.mouse.down()
    page.mouse.move(*start, steps=4)
    expect(said).to_have_text("Not live: decodes when you let go")
    expect(page.locator(f"{CARD} .decode")).to_be_hidden()
    page.mouse.up()
