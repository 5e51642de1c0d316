"""A model of documents and the light of the collapse gate in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.explorer.made_runs import HOSTILE, sentences, write_run
from tests.support import Server

pytestmark = pytest.mark.browser

# Only reached when something is stuck: a slow machine must not fail a test.
PATIENCE = 120_000
GATE = {"mutual_information": 0.5, "exchange_drop": 9.0}
RESULT_OF = {
    "": ".st-key-map_room .map .layers[data-drawn]",
    "decode": ".st-key-decode_room .result .words",
    "interpolate": ".st-key-interpolate_path li",
    "clusters": ".st-key-cluster_card_0",
}


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    """A browser, and in the explorer's runs folder documents whose training broke off."""
    write_run(
        server.runs / "documents", sentences(40), 4, modality="documents",
        result={"gate": GATE, "broken": HOSTILE}, items_without_words=3,
    )  # fmt: skip
    return launch_browser()


@pytest.fixture(params=[1440, 390])
def viewport(request: pytest.FixtureRequest) -> ViewportSize:
    """Wide, or as narrow as a phone."""
    return {"width": request.param, "height": 844}


def visit(page: Page, server: Server, place: str) -> None:
    page.goto(f"{server.url}/{place}?model={quote('run:documents')}")
    expect(page.locator(RESULT_OF[place]).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_every_page_shows_documents_within_its_width(page: Page, server: Server) -> None:
    for place in RESULT_OF:
        visit(page, server, place)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
        if place:
            expect(
                page.get_by_text(re.compile("words it expects, most likely")).first
            ).to_be_visible(timeout=PATIENCE)


def test_the_light_opens_what_is_to_know_as_plain_text(page: Page, server: Server) -> None:
    visit(page, server, "decode")
    bar = page.locator(".st-key-model_light_failed")
    bar.get_by_test_id("stPopoverButton").locator("visible=true").first.click()
    opened = page.get_by_test_id("stPopoverBody")
    expect(opened).to_contain_text("Collapse gate: failed", timeout=PATIENCE)
    expect(opened).to_contain_text("0.50 nats (at least 2)")
    expect(opened).to_contain_text("3 of 40 items have no word of the vocabulary")
    expect(opened).to_contain_text(f"The training broke off. {HOSTILE}")
    assert opened.locator("b, script, a, code, .katex, em").count() == 0
    box = opened.bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
