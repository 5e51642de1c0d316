"""The live canvas in a real browser, against the real server: probe, pins, selection, keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.on_the_map import (
    MAP,
    PATIENCE,
    along,
    answers,
    at_rest,
    choose,
    drag,
    drawn,
    hover,
    is_live,
    open_map,
    place_of,
    the_map,
)
from tests.explorer.made_runs import pictures, write_run
from tests.support import Server

pytestmark = pytest.mark.browser

LARGE = "run:large"
CARD = f"{MAP} .probe-card"
WAY = [(0.3, 0.5), (0.4, 0.55), (0.5, 0.5), (0.55, 0.4), (0.6, 0.45)]
PICTURE = "canvas => canvas.toDataURL()"
PINS = "map => map.latentMap.probe.pins.list"


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    write_run(server.runs / "large", pictures(20_000, labels=4))
    return launch_browser()


@pytest.mark.parametrize(
    ("model", "schemes"),
    [("digits", ("light", "dark")), ("mnist", ("dark", "light")), ("sentences", ("dark", "light"))],
)
def test_a_drag_decodes_on_its_way(
    page: Page, server: Server, model: str, schemes: tuple[Literal["light", "dark"], ...]
) -> None:
    page.emulate_media(color_scheme=schemes[0])
    room = open_map(page, server, model)
    is_live(page)
    paper = "map => getComputedStyle(map).backgroundColor"
    decodes_on_its_way(page, model)
    before = room.evaluate(paper)
    page.emulate_media(color_scheme=schemes[1])
    expect(room).not_to_have_css("background-color", before)
    decodes_on_its_way(page, model)


def decodes_on_its_way(page: Page, model: str) -> None:
    """A drag is answered while it goes on, and once more where it ends."""
    seen: list[int] = []
    earlier = answers(page) if page.locator(CARD).is_visible() else 0

    def more_answers_than(count: int) -> None:
        page.wait_for_function(
            "([card, count]) => Number(card.dataset.answers) > count",
            arg=[page.locator(CARD).element_handle(), count],
            timeout=PATIENCE,
        )

    def look() -> None:
        expect(page.locator(CARD)).to_be_visible(timeout=PATIENCE)
        more_answers_than(earlier)
        seen.append(answers(page))

    drag(page, *along(page, WAY), between=look)
    more_answers_than(seen[0])
    expect(page.locator(f"{CARD} .trust")).to_have_text(re.compile("items|guess"))
    if model == "sentences":
        expect(page.locator(f"{CARD} .words")).to_have_text(re.compile(r"\w"))
    else:
        pixels = page.locator(f"{CARD} canvas").evaluate("canvas => [canvas.width, canvas.height]")
        assert pixels == ([8, 8] if model == "digits" else [28, 28])


def test_what_is_decoded_changes_with_the_place(page: Page, server: Server) -> None:
    open_map(page, server, "digits")
    is_live(page)
    shown = set()
    for u, v in WAY:
        before = answers(page)
        page.mouse.click(*along(page, [(u, v)])[0])
        page.wait_for_function(
            "([card, before]) => Number(card.dataset.answers) > before",
            arg=[page.locator(CARD).element_handle(), before],
        )
        # The answer may still be one to the click before.
        page.wait_for_function(
            f"([canvas, shown]) => !shown.includes(({PICTURE})(canvas))",
            arg=[page.locator(f"{CARD} canvas").element_handle(), sorted(shown)],
        )
        shown.add(page.locator(f"{CARD} canvas").evaluate(PICTURE))
    assert len(shown) == len(WAY)


def test_an_empty_place_looks_empty(page: Page, server: Server) -> None:
    open_map(page, server, "digits")
    is_live(page)
    for _ in range(3):
        page.keyboard.press("Tab")
    page.mouse.move(*along(page, [(0.5, 0.5)])[0])
    page.mouse.wheel(0, 900)
    page.mouse.click(*along(page, [(0.12, 0.9)])[0])
    expect(page.locator(f"{CARD} .trust")).to_have_text("Empty here: a guess")
    faded = page.locator(f"{CARD} .decode").evaluate("decode => Number(decode.style.opacity)")
    assert faded < 0.5


@pytest.mark.parametrize("model", ["digits", "sentences"])
def test_a_connection_cut_in_the_middle_of_a_drag_comes_back_by_itself(
    page: Page, server: Server, model: str
) -> None:
    lines: list[WebSocketRoute] = []
    let_in = [True]

    def between(line: WebSocketRoute) -> None:
        lines.append(line)
        if let_in[0]:
            line.connect_to_server()
        else:
            line.close(code=1012)

    page.route_web_socket(re.compile("/live"), between)
    open_map(page, server, model)
    is_live(page)
    status = page.locator(f"{MAP} .status")
    pinned, start, middle, end = along(page, [(0.4, 0.7), (0.45, 0.4), (0.5, 0.5), (0.55, 0.45)])
    page.mouse.click(*pinned)
    expect(page.locator(CARD)).to_be_visible()
    page.locator(f"{CARD} button", has_text="Pin").click()
    pins = the_map(page).evaluate(PINS)
    assert len(pins) == 1
    assert pins[0]["z"]

    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*middle, steps=5)
    let_in[0] = False
    lines[-1].close(code=1012)
    expect(status).to_have_text(re.compile("^Reconnecting…"))
    page.mouse.move(*end, steps=5)  # nobody answers, nothing breaks
    expect(status).to_have_text(re.compile("^Offline: trying again"))
    let_in[0] = True
    is_live(page)

    # The hand has never let go: its next move decodes again.
    before = answers(page)
    page.mouse.move(*start, steps=5)
    page.wait_for_function(
        "([card, before]) => Number(card.dataset.answers) > before",
        arg=[page.locator(CARD).element_handle(), before],
    )
    page.mouse.up()
    assert the_map(page).evaluate(PINS) == pins
    at_rest(page)
    page.mouse.click(*pinned)
    expect(page.locator(f"{MAP} [aria-live]")).to_have_text("Pin 1 taken away.")


def test_pins_are_kept_across_pages_and_taken_away_by_a_click(page: Page, server: Server) -> None:
    open_map(page, server, "digits")
    is_live(page)
    places = along(page, [(0.3, 0.3), (0.5, 0.6)])
    for place in places:
        page.mouse.click(*place)
        expect(page.locator(CARD)).to_be_visible()
        page.locator(f"{CARD} button", has_text="Pin").click()
    spoken = page.locator(f"{MAP} [aria-live]")
    expect(spoken).to_have_text("Pin 2 dropped.")
    at_rest(page)
    page.get_by_role("link", name="Decode", exact=True).click()
    expect(page.locator(".st-key-decode_room")).to_be_visible()
    page.get_by_role("link", name="Map", exact=True).click()
    drawn(page)
    page.mouse.click(*places[0])
    expect(spoken).to_have_text("Pin 1 taken away.")


def test_a_lasso_selects_what_it_surrounds_and_escape_lets_go(page: Page, server: Server) -> None:
    open_map(page, server, "digits")
    choose(page, "Lasso")
    angles = np.linspace(0, 2 * np.pi, 16)
    circle = [(0.45 + 0.2 * float(np.cos(a)), 0.5 + 0.25 * float(np.sin(a))) for a in angles]
    drag(page, *along(page, circle))
    listed = page.locator(".st-key-selection_bar").get_by_text(re.compile(r"[\d,]+ items selected"))
    expect(listed).to_be_visible()
    count = int(listed.inner_text().split()[0].replace(",", ""))
    inside = the_map(page).evaluate(
        """map => {
          const { latentMap } = map, { width, height } = map.getBoundingClientRect();
          let inside = 0;
          for (let i = 0; i < latentMap.model.scene.count; i++) {
            const [x, y] = latentMap.placeOf(i);
            inside += ((x / width - .45) / .2) ** 2 + ((y / height - .5) / .25) ** 2 < 1;
          }
          return inside;
        }"""
    )
    # The lasso has sixteen corners, a circle has none.
    assert 0.9 * inside <= count <= inside + 2

    choose(page, "Box")
    page.keyboard.down("Shift")
    drag(page, *along(page, [(0.9, 0.99), (0.5, 0.5), (0.005, 0.005)]))
    page.keyboard.up("Shift")
    expect(page.get_by_text("1,797 items selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("items selected")).to_have_count(0)


def test_shift_and_a_click_select_one_item_after_the_other(page: Page, server: Server) -> None:
    open_map(page, server, "digits")
    page.keyboard.down("Shift")
    page.mouse.click(*place_of(page, 10))
    expect(page.get_by_text("1 item selected")).to_be_visible()
    page.mouse.click(*place_of(page, 500))
    expect(page.get_by_text("2 items selected")).to_be_visible()
    page.keyboard.up("Shift")


def test_a_class_that_the_legend_hides_is_not_there_for_the_pointer(
    page: Page, server: Server
) -> None:
    open_map(page, server, LARGE)
    name = hover(page, 4).locator(".title")
    expect(name).to_have_text("0")
    page.locator(f"{MAP} .legend .line", has_text="0").first.click()
    x, y = place_of(page, 4)
    page.mouse.move(x + 40, y + 40)
    page.mouse.move(x, y)
    card = page.locator(f"{MAP} .hover-card")
    assert not card.is_visible() or name.inner_text() != "0"
    line = page.locator(f"{MAP} .legend .line").nth(2)
    line.dblclick()
    pressed = page.locator(f"{MAP} .legend .line[aria-pressed=true]")
    expect(pressed).to_have_count(1)
    line.dblclick()
    expect(pressed).to_have_count(4)


def test_everything_can_be_done_by_keyboard(page: Page, server: Server) -> None:
    room = open_map(page, server, "digits")
    is_live(page)
    room.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    spoken = page.locator(f"{MAP} [aria-live]")
    expect(spoken).to_have_text(re.compile("Decoded here: a picture like item"))
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Enter")
    expect(spoken).to_have_text("Pin 1 dropped.")
    at_rest(page)
    before = place_of(page, 0)
    page.keyboard.press("+")
    assert place_of(page, 0) != before
    page.keyboard.press("0")
    assert place_of(page, 0) == pytest.approx(before)
    page.keyboard.press("/")
    page.keyboard.type("7")
    expect(page.locator(f"{MAP} .found")).to_have_text(re.compile("found"))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(room).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_be_hidden()
    page.keyboard.press("3")
    expect(room).to_have_attribute("data-tool", "box")


def test_who_cannot_see_hears_what_is_there(page: Page, server: Server) -> None:
    room = open_map(page, server, "digits")
    summary = "Map of 1,797 images in the latent space, coloured by Label, 10 groups."
    expect(room).to_have_attribute("aria-label", summary)
    expect(page.locator(f"{MAP} .unseen", has_text="Arrow keys move the probe")).to_have_count(1)
    for button in page.locator(f"{MAP} button").all():
        assert (button.get_attribute("aria-label") or button.inner_text()).strip()


def test_a_search_leaves_only_what_is_found(page: Page, server: Server) -> None:
    open_map(page, server, "sentences")
    page.locator(f"{MAP} .search input").fill("water")
    found = page.locator(f"{MAP} .found")
    expect(found).to_have_text(re.compile(r"^[1-9]\d* found$"))
    count = int(found.inner_text().split()[0])
    choose(page, "Box")
    drag(page, *along(page, [(0.9, 0.99), (0.5, 0.5), (0.005, 0.005)]))
    expect(page.get_by_text(re.compile(rf"{count} items? selected"))).to_be_visible()


def test_what_a_search_opens_comes_into_the_window(page: Page, server: Server) -> None:
    room = open_map(page, server, "digits")
    page.locator(f"{MAP} .search input").fill("7")
    expect(page.locator(f"{MAP} .found")).to_have_text(re.compile(r"^[1-9]\d* found$"))
    page.mouse.move(*along(page, [(0.2, 0.2)])[0])
    for _ in range(8):
        page.mouse.wheel(0, -600)
    page.locator(f"{MAP} .search input").press("Enter")
    said = page.locator(f"{MAP} [aria-live]")
    expect(said).to_have_text(re.compile(r"^Item \d+ 7 is shown\.$"))
    index = int(said.inner_text().split()[1])
    box = room.bounding_box()
    assert box is not None
    x, y = place_of(page, index)
    assert box["x"] <= x <= box["x"] + box["width"]
    assert box["y"] <= y <= box["y"] + box["height"]


def test_where_one_was_is_where_one_returns(page: Page, server: Server) -> None:
    open_map(page, server, "digits")
    page.mouse.move(*along(page, [(0.6, 0.4)])[0])
    page.mouse.wheel(0, -500)
    before = place_of(page, 3)
    page.get_by_role("link", name="Decode", exact=True).click()
    expect(page.locator(".st-key-decode_room")).to_be_visible()
    page.get_by_role("link", name="Map", exact=True).click()
    drawn(page)
    assert place_of(page, 3) == pytest.approx(before, abs=1)


def test_columns_travel_once_whatever_else_changes(page: Page, server: Server) -> None:
    received = [0]

    def count(frame: str | bytes) -> None:
        received[0] += len(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    open_map(page, server, LARGE)
    assert received[0] > 9 * 20_000
    choose(page, "Box")
    for change in (
        lambda: drag(page, *along(page, [(0.3, 0.3), (0.31, 0.31)])),
        lambda: page.mouse.click(*place_of(page, 4)),
        lambda: page.keyboard.press("Escape"),
    ):
        received[0] = 0
        change()
        page.wait_for_timeout(500)
        at_rest(page)
        assert received[0] < 80_000, "the places were sent again"
    received[0] = 0
    page.locator(".st-key-page_bar input").click()
    page.get_by_role("option", name="Colour by: Split").click()
    expect(page.locator(f"{MAP} .legend .fold")).to_have_text("Split")
    at_rest(page)
    # The colours alone: one byte a point.
    assert 20_000 < received[0] < 100_000


def test_the_theme_changes_while_the_map_is_open(page: Page, server: Server) -> None:
    page.emulate_media(color_scheme="light")
    room = open_map(page, server, "digits")
    light = room.evaluate("map => getComputedStyle(map).backgroundColor")
    swatch = page.locator(f"{MAP} .legend .swatch").nth(6)
    before = swatch.get_attribute("style")
    page.emulate_media(color_scheme="dark")
    expect(room).not_to_have_css("background-color", light)
    expect(swatch).not_to_have_attribute("style", before or "")


def test_leaving_the_page_closes_the_connection(page: Page, server: Server) -> None:
    closed: list[str] = []

    def watch(socket: object) -> None:
        url = getattr(socket, "url", "")
        if "/live" in url:
            socket.on("close", lambda _: closed.append(url))  # type: ignore[attr-defined]

    page.on("websocket", watch)
    open_map(page, server, "digits")
    is_live(page)
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible()
    page.wait_for_timeout(300)
    assert len(closed) == 1
