"""The Map, Clusters and the bar above them in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.on_the_map import (
    MAP,
    along,
    at_rest,
    choose,
    drag,
    hover,
    is_live,
    open_map,
    place_of,
)
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.support import Server
from vae_core.checkpoint import load_run

pytestmark = pytest.mark.browser

LONG = 90_000
PICTURES, SENTENCES = "run:pictures", "run:**hostile** $x$ :red[x]"


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    """A browser, and in the explorer's runs folder a model of pictures and one of hostile texts."""
    write_run(server.runs / PICTURES.removeprefix("run:"), pictures(300, labels=4))
    write_run(server.runs / SENTENCES.removeprefix("run:"), sentences(60), latent_dim=5)
    return launch_browser()


def open_clusters(page: Page, server: Server, model_id: str) -> None:
    page.goto(f"{server.url}/clusters?model={quote(model_id)}")
    page.locator(".st-key-cluster_room .layers[data-drawn]").wait_for(state="attached")
    at_rest(page)


def test_the_map_fills_the_window(page: Page, server: Server) -> None:
    box = open_map(page, server, PICTURES).bounding_box()
    assert box is not None
    assert box["height"] >= 0.7 * 900
    assert box["y"] + box["height"] <= 900


def test_three_pins_can_be_reckoned_with(page: Page, server: Server) -> None:
    open_map(page, server, PICTURES)
    is_live(page)
    panel = page.locator(".st-key-pin_arithmetic")
    for number, place in enumerate(along(page, [(0.35, 0.4), (0.6, 0.4), (0.5, 0.6)]), 1):
        drag(page, place, (place[0] + 9, place[1] + 5))
        page.locator(f"{MAP} .probe-card button", has_text="Pin").click()
        # Each pin makes the panel say more.
        said = ("two more", "one more", "Pin 1 − pin 2 + pin 3, decoded")[number - 1]
        expect(panel).to_contain_text(said)
    expect(panel.get_by_test_id("stImage")).to_have_count(5)


def test_on_a_phone_the_map_and_the_item_stay(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        tab = context.new_page()
        tab.set_default_timeout(LONG)
        box = open_map(tab, server, PICTURES).bounding_box()
        assert box is not None
        assert box["width"] >= 340
        expect(tab.locator(".st-key-inspector img").first).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_hover_shows_an_item_with_its_label_and_its_own_decode(page: Page, server: Server) -> None:
    open_map(page, server, PICTURES)
    is_live(page)
    card = hover(page, 150)
    expect(card.locator(".title")).to_have_text("2")
    expect(card.locator(".facts")).to_have_text("item 150")
    expect(card.locator("canvas")).to_have_count(2)


def test_a_click_shows_the_item_and_its_decode(page: Page, server: Server) -> None:
    open_map(page, server, PICTURES)
    page.mouse.click(*place_of(page, 150))
    facts = page.locator(".st-key-facts")
    expect(facts).to_contain_text("Item150", use_inner_text=False)
    expect(page.locator(".st-key-inspector img")).to_have_count(2)


def test_a_clicked_item_is_what_is_decoded_and_pinned(page: Page, server: Server) -> None:
    """Of five dimensions the map shows two: the item's own are decoded, not the average's."""
    room = open_map(page, server, SENTENCES)
    is_live(page)
    x, y = place_of(page, 30)
    page.mouse.click(x + 2, y - 2)
    card = room.locator(".probe-card")
    expect(card.locator(".trust")).to_have_text("Item 30, decoded again")
    card.locator("button", has_text="Pin").click()
    expect(room.locator("[aria-live]")).to_have_text("Pin 1 dropped.")
    # From the item on, a drag decodes places, and what is pinned there is no item.
    drag(page, (x, y), (x + 9, y + 5), (x + 1, y))
    expect(card.locator(".trust")).to_have_text(re.compile("items|guess"))
    card.locator("button", has_text="Pin").click()
    expect(room.locator("[aria-live]")).to_have_text("Pin 2 dropped.")
    item, place = room.evaluate("map => map.latentMap.probe.pins.list")
    mean = load_run(server.runs / SENTENCES.removeprefix("run:")).latents.mean[30]
    assert item["index"] == 30
    assert item["z"] == pytest.approx(mean.tolist(), abs=1e-5)
    assert place["index"] is None
    assert len(place["z"]) == 5
    assert place["z"] != pytest.approx(mean.tolist(), abs=1e-3)


def test_a_box_selects_into_a_table_with_a_download(page: Page, server: Server) -> None:
    open_map(page, server, PICTURES)
    choose(page, "Box")
    drag(page, *along(page, [(0.9, 0.99), (0.5, 0.5), (0.005, 0.005)]))
    expect(page.get_by_text("300 items selected")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    with page.expect_download() as download:
        page.locator(".st-key-selection_bar button").first.click()
    rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert rows[0] == "Label,Item,Split,mu_0,mu_1"
    assert len(rows) == 301


def test_hostile_text_is_shown_as_it_is_written(page: Page, server: Server) -> None:
    room = open_map(page, server, SENTENCES)
    is_live(page)
    card = hover(page, 30)
    expect(card).to_contain_text(f"item 30 says {HOSTILE}")
    expect(card.locator(".facts")).to_contain_text("<i>n</i>: a")
    page.mouse.click(*place_of(page, 30))
    inspector = page.locator(".st-key-inspector")
    expect(inspector).to_contain_text(f"says {HOSTILE}")
    expect(page.locator(".st-key-facts")).to_contain_text("<i>n</i>")
    assert inspector.locator("b, strong, script, a, code, .katex, i").count() == 0
    expect(room.locator(".probe-card .words")).to_be_visible()
    expect(room.locator(".legend .name").first).to_contain_text("**bold** :red[x]")
    assert room.locator("b, strong, script, a, code, i, em, img").count() == 0
    expect(page.locator(".st-key-model_picker input")).to_have_value(
        re.compile(re.escape("**hostile** $x$ :red[x]"))
    )


def test_hostile_labels_and_texts_are_literal_on_the_clusters_page(
    page: Page, server: Server
) -> None:
    open_clusters(page, server, SENTENCES)
    card = page.locator(".st-key-cluster_card_0")
    expect(card).to_contain_text(HOSTILE)
    expect(card.get_by_test_id("stCaptionContainer").first).to_contain_text(HOSTILE)
    assert card.locator("b, script, a, code, .katex, em").count() == 0


def test_an_unknown_model_is_named_as_it_is_written(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?model={quote(HOSTILE)}")
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text(f'There is no model called "{HOSTILE}". Choose another model')
    assert alert.locator("b, script, a, code, .katex, em").count() == 0


def test_the_model_is_kept_across_pages_and_in_the_url(page: Page, server: Server) -> None:
    open_map(page, server, PICTURES)
    page.locator(".st-key-model_picker input").click()
    page.get_by_role("option").filter(has_text="hostile").click()
    page.wait_for_url("**/?model=*hostile*")
    page.get_by_test_id("stTopNavLink").filter(has_text="Clusters").click()
    page.wait_for_url("**/clusters?model=*hostile*")
    assert parse_qs(urlsplit(page.url).query)["model"] == [SENTENCES]
    expect(page.locator(".st-key-model_picker input")).to_have_value(re.compile("hostile"))
