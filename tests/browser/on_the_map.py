"""What browser tests do on the map: find points, drag, wait for it to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.support import Server

MAP = ".st-key-map_room .map"
# Only reached when something is stuck: a slow machine must not fail a test.
PATIENCE = 120_000


def the_map(page: Page) -> Locator:
    return page.locator(MAP)


def open_map(page: Page, server: Server | str, model_id: str) -> Locator:
    """Open a model's map; return it when its points are on the screen."""
    address = server if isinstance(server, str) else server.url
    page.goto(f"{address}/?model={quote(model_id)}")
    drawn(page)
    return the_map(page)


def drawn(page: Page) -> None:
    """Wait until points are drawn and the page has run to its end."""
    page.locator(f"{MAP} .layers[data-drawn]").wait_for(state="attached", timeout=PATIENCE)
    at_rest(page)


def at_rest(page: Page) -> None:
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState !== 'running'",
        timeout=PATIENCE,
    )
    expect(page.get_by_test_id("stException")).to_have_count(0)


def is_live(page: Page) -> None:
    expect(page.locator(f"{MAP} .status")).to_have_attribute("data-state", "live", timeout=PATIENCE)


def place_of(page: Page, index: int) -> tuple[float, float]:
    """Where an item lies in the window."""
    box = the_map(page).bounding_box()
    assert box is not None
    x, y = the_map(page).evaluate("(map, index) => map.latentMap.placeOf(index)", index)
    return box["x"] + x, box["y"] + y


def hover(page: Page, index: int) -> Locator:
    """Point at an item; return the card that shows it."""
    x, y = place_of(page, index)
    page.mouse.move(x + 40, y + 40)
    page.mouse.move(x, y)
    card = page.locator(f"{MAP} .hover-card")
    expect(card).to_be_visible(timeout=PATIENCE)
    return card


def drag(
    page: Page, *places: tuple[float, float], between: Callable[[], None] | None = None
) -> None:
    """Press at the first place, move over the others and let go; `between` runs on the way."""
    page.mouse.move(*places[0])
    page.mouse.down()
    middle = len(places) // 2
    for number, place in enumerate(places[1:]):
        page.mouse.move(*place, steps=5)
        if between is not None and number + 1 == middle:
            between()
    page.mouse.up()


def along(page: Page, shares: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places of the window from shares of the map's width and height."""
    box = the_map(page).bounding_box()
    assert box is not None
    return [(box["x"] + box["width"] * u, box["y"] + box["height"] * v) for u, v in shares]


def choose(page: Page, tool: str) -> None:
    page.locator(f"{MAP} .tools button[aria-label^={tool}]").click()


def answers(page: Page) -> int:
    """How many decodes the probe has shown."""
    said = page.locator(f"{MAP} .probe-card").get_attribute("data-answers")
    return int(said or 0)
