"""Draw a digit, type a sentence: encoded as it comes to be, and placed on the map."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.on_the_map import MAP, is_live, open_map, the_map
from tests.support import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def viewport() -> ViewportSize:
    """High enough for the map and for what is below it."""
    return {"width": 1440, "height": 1100}


def own(page: Page) -> Locator:
    return page.locator(".st-key-own_item .own")


def place(page: Page) -> list[float] | None:
    """Where the visitor's own item lies, by the map."""
    found: list[float] | None = the_map(page).evaluate(
        "map => Object.values(map.latentMap.own?.at ?? {})[0] ?? null"
    )
    return found


def draw(page: Page, *shares: tuple[float, float]) -> None:
    pad = own(page).locator(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    places = [(box["x"] + box["width"] * u, box["y"] + box["height"] * v) for u, v in shares]
    page.mouse.move(*places[0])
    page.mouse.down()
    for spot in places[1:]:
        page.mouse.move(*spot, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("model", ["digits", "mnist"])
def test_a_drawn_digit_is_encoded_placed_and_rebuilt(
    page: Page, server: Server, model: str
) -> None:
    open_map(page, server, model)
    is_live(page)
    assert place(page) is None
    draw(page, (0.5, 0.15), (0.5, 0.5), (0.5, 0.85))
    expect(own(page)).to_have_attribute("data-answers", re.compile(r"\d+"))
    side = 8 if model == "digits" else 28
    for part in (".own-seen canvas", ".own-again canvas"):
        size = own(page).locator(part).evaluate("canvas => [canvas.width, canvas.height]")
        assert size == [side, side]
    # A stroke straight down is a one, to these models and to people.
    labels = own(page).locator(".neighbour span")
    expect(labels).to_have_count(6)
    assert labels.all_inner_texts().count("1") >= 3
    first = place(page)
    assert first is not None
    draw(page, (0.3, 0.2), (0.7, 0.2), (0.7, 0.8), (0.3, 0.8), (0.3, 0.2))
    page.wait_for_function(
        "([map, first]) => String(Object.values(map.latentMap.own.at)[0]) !== String(first)",
        arg=[the_map(page).element_handle(), first],
    )
    own(page).get_by_role("button", name="Pin").click()
    expect(page.locator(f"{MAP} [aria-live]").first).to_have_text("Pin 1 dropped.")
    own(page).get_by_role("button", name="Clear").click()
    expect(labels).to_have_count(0)
    assert place(page) is None


def test_a_typed_sentence_is_encoded_as_it_is_typed(page: Page, server: Server) -> None:
    open_map(page, server, "sentences")
    is_live(page)
    box = own(page).get_by_label("Your sentence")
    box.press_sequentially("a large building", delay=30)
    expect(own(page).locator(".own-again .words")).to_have_text(re.compile("building"))
    first = place(page)
    assert first is not None
    box.press_sequentially(" of zebrafish <b>water</b>", delay=20)
    expect(own(page).locator(".own-said")).to_contain_text("The model does not know")
    assert own(page).locator("b, script, img").count() == 0
    near = own(page).locator(".neighbour")
    expect(near).to_have_count(6)
    near.first.click()
    title = near.first.get_attribute("title") or ""
    expect(page.locator(".st-key-facts")).to_contain_text(
        f"Item{int(title.split()[1]):,}", use_inner_text=False
    )
