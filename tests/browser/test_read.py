"""The Read page in a real browser: its layers lie over the map, and its words are marked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.on_the_map import PATIENCE, at_rest
from tests.support import Server

pytestmark = pytest.mark.browser

MAP = ".st-key-read_map .map"
# Of the layer over the points, how much is inked.
INKED = """map => {
  const canvas = [...map.querySelectorAll('.layers canvas')].at(-1);
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let inked = 0;
  for (let at = 3; at < pixels.length; at += 4) inked += pixels[at] > 0;
  return inked / (canvas.width * canvas.height);
}"""


def shown(page: Page, holes: bool, ellipses: int) -> float:
    """Wait until these layers are drawn; return which share of the map is inked."""
    page.wait_for_function(
        """([map, holes, ellipses]) => {
          const shown = map.latentMap.layers.shown;
          return shown.holes === holes && shown.ellipses === ellipses;
        }""",
        arg=[page.locator(MAP).element_handle(), holes, ellipses],
        timeout=PATIENCE,
    )
    at_rest(page)
    # What is told is drawn in the next frame.
    frames = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(frames)
    found: float = page.locator(MAP).evaluate(INKED)
    return found


def test_holes_and_ellipses_are_drawn_over_the_map_and_taken_off(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.url}/read?model=digits")
    page.locator(f"{MAP} .layers[data-drawn]").wait_for(state="attached", timeout=PATIENCE)
    layers = page.locator(".st-key-read_map").get_by_test_id("stButtonGroup")
    both = shown(page, True, 0)
    layers.get_by_text("Spread (σ)").click()
    more = shown(page, True, 151)
    layers.get_by_text("Holes").click()
    ellipses = shown(page, False, 151)
    layers.get_by_text("Spread (σ)").click()
    nothing = shown(page, False, 0)
    assert nothing < ellipses < more
    assert nothing < both < more
    expect(page.locator(".st-key-read_side")).to_contain_text(
        re.compile(r"of what the prior draws falls where no item is")
    )


def test_the_words_of_a_sentence_are_marked_by_more_than_colour(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/read?model=sentences")
    page.locator(f"{MAP} .layers[data-drawn]").wait_for(state="attached", timeout=PATIENCE)
    # Until then the page may run again at any moment, and not hear of a click.
    expect(page.locator(".st-key-read_side")).to_contain_text(
        "of what the prior draws falls", timeout=PATIENCE
    )
    page.get_by_role("radio", name="Rebuilt", exact=True).click()
    page.get_by_role("radio", name="Worst items", exact=True).click()
    added, missing = page.locator(".told ins").first, page.locator(".told del").first
    expect(added).to_contain_text("+", timeout=PATIENCE)
    expect(missing).to_contain_text("−")
    expect(added).to_have_css("text-decoration-line", "underline")
    expect(missing).to_have_css("text-decoration-line", "line-through")
    expect(added).to_have_attribute("title", re.compile("added, probability"))
