"""What browser tests do with the path on Interpolate: open it, ask where it goes, take it away."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.on_the_map import PATIENCE, at_rest
from tests.support import Server

PATH_MAP = ".st-key-path_map .map"


def open_path(page: Page, server: Server, model: str) -> Locator:
    page.goto(f"{server.url}/interpolate?model={model}")
    path = page.locator(".st-key-interpolate_path .path")
    expect(path.locator(".status")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    page.locator(".st-key-path_map .layers[data-drawn]").wait_for(state="attached")
    at_rest(page)
    return path


def scrubbed(page: Page) -> float:
    """How far along the path on the map one is."""
    share: float = page.locator(PATH_MAP).evaluate("map => map.latentMap.way.place")
    return share


def path_places(page: Page) -> str:
    """Where the path on the map goes, as JSON."""
    found: str = page.locator(PATH_MAP).evaluate(
        "map => JSON.stringify(map.latentMap.meta().path.places)"
    )
    return found


def taken(page: Page, path: Locator, words: str) -> bytes:
    with page.expect_download() as download:
        path.get_by_role("button", name=words, exact=True).click()
    return Path(download.value.path()).read_bytes()


def path_becomes_other(page: Page, before: str) -> None:
    """Wait until the path on the map goes another way, and none is still being drawn."""
    page.wait_for_function(
        """([map, before]) => JSON.stringify(map.latentMap.meta().path.places) !== before
           && !map.latentMap.drawing.busy""",
        arg=[page.locator(PATH_MAP).element_handle(), before],
    )
    at_rest(page)
