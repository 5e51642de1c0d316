"""The Map, Clusters and the bar above them in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.support import Server

pytestmark = pytest.mark.browser

LONG = 90_000
PICTURES, SENTENCES = "run:pictures", "run:**hostile** $x$ :red[x]"
# Where the middle point of the last trace lies on the screen.
POINT = """() => {
  const plot = document.querySelector('.js-plotly-plot'), layout = plot._fullLayout;
  const box = plot.getBoundingClientRect(), trace = plot._fullData.at(-1);
  const middle = Math.floor(trace.x.length / 2);
  return [box.x + layout._size.l + layout.xaxis.c2p(trace.x[middle]),
          box.y + layout._size.t + layout.yaxis.c2p(trace.y[middle])];
}"""
BOX = """() => {
  const box = document.querySelector('.js-plotly-plot .nsewdrag').getBoundingClientRect();
  return [box.x, box.y, box.width, box.height];
}"""


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    """A browser, and in the explorer's runs folder a model of pictures and one of hostile texts."""
    write_run(server.runs / PICTURES.removeprefix("run:"), pictures(300, labels=4))
    write_run(server.runs / SENTENCES.removeprefix("run:"), sentences(60), latent_dim=5)
    return launch_browser()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab; what it should never do is noted and fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    wrong: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    tab.on("dialog", note_dialog)
    tab.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    tab.on("request", lambda request: wrong.extend(_outside(request.url)))
    tab.set_default_timeout(LONG)
    yield tab
    context.close()
    assert wrong == []


def _outside(url: str) -> list[str]:
    parts = urlsplit(url)
    inside = parts.scheme in ("data", "blob") or parts.hostname in ("127.0.0.1", "localhost")
    return [] if inside else [f"request: {url}"]


def open_page(page: Page, server: Server, path: str, model_id: str) -> None:
    page.goto(f"{server.url}/{path}?model={quote(model_id)}")
    page.wait_for_selector(".js-plotly-plot .nsewdrag")
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page has run to its end."""
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState !== 'running'"
    )
    expect(page.get_by_test_id("stException")).to_have_count(0)


def hover(page: Page) -> str:
    x, y = page.evaluate(POINT)
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    lines = page.locator(".hoverlayer tspan.line")
    lines.first.wait_for()
    return " ".join(lines.all_text_contents())


def test_the_map_fills_the_window(page: Page, server: Server) -> None:
    open_page(page, server, "", PICTURES)
    box = page.locator(".js-plotly-plot").bounding_box()
    assert box is not None
    assert box["height"] >= 0.7 * 900
    assert box["y"] + box["height"] <= 900


def test_on_a_phone_the_map_and_the_item_stay(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        tab = context.new_page()
        tab.set_default_timeout(LONG)
        open_page(tab, server, "", PICTURES)
        box = tab.locator(".js-plotly-plot").bounding_box()
        assert box is not None
        assert box["width"] >= 340
        expect(tab.locator(".st-key-inspector img").first).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_hover_shows_a_picture_of_characters_with_its_label(page: Page, server: Server) -> None:
    open_page(page, server, "", PICTURES)
    assert re.search(r"[░▒▓█▀▄].*\d · item \d+", hover(page))


def test_a_click_shows_the_item_and_its_decode(page: Page, server: Server) -> None:
    open_page(page, server, "", PICTURES)
    item = re.search(r"item (\d+)", hover(page))
    assert item is not None
    page.mouse.click(*page.evaluate(POINT))
    facts = page.locator(".st-key-facts")
    expect(facts).to_contain_text(f"Item{item[1]}", use_inner_text=False)
    expect(page.locator(".st-key-inspector img")).to_have_count(2)


def test_a_box_selects_into_a_table_with_a_download(page: Page, server: Server) -> None:
    open_page(page, server, "", PICTURES)
    page.locator('.modebar-btn[data-title="Box Select"]').click()
    x, y, width, height = page.evaluate(BOX)
    page.mouse.move(x + 2, y + 2)
    page.mouse.down()
    page.mouse.move(x + width - 2, y + height - 2, steps=10)
    page.mouse.up()
    expect(page.get_by_text("300 items selected")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    with page.expect_download() as download:
        page.locator(".st-key-selection_bar button").first.click()
    rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert rows[0] == "Label,Item,Split,mu_0,mu_1"
    assert len(rows) == 301


def test_hostile_text_is_shown_as_it_is_written(page: Page, server: Server) -> None:
    open_page(page, server, "", SENTENCES)
    hovered = hover(page)
    for piece in ("**bold**", ":red[x]", "$x$", "<b>b</b>", "<script>alert(1)</script>"):
        assert piece in hovered
    page.mouse.click(*page.evaluate(POINT))
    inspector = page.locator(".st-key-inspector")
    expect(inspector).to_contain_text(f"says {HOSTILE}")
    expect(page.locator(".st-key-facts")).to_contain_text("<i>n</i>")
    assert inspector.locator("b, strong, script, a, code, .katex, i").count() == 0
    assert page.locator(".js-plotly-plot .legend").locator("a, script").count() == 0
    expect(page.locator(".js-plotly-plot .legendtext").first).to_contain_text("**bold** :red[x]")
    expect(page.locator(".st-key-model_picker input")).to_have_value(
        re.compile(re.escape("**hostile** $x$ :red[x]"))
    )


def test_hostile_labels_and_texts_are_literal_on_the_clusters_page(
    page: Page, server: Server
) -> None:
    open_page(page, server, "clusters", SENTENCES)
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
    open_page(page, server, "", PICTURES)
    page.locator(".st-key-model_picker input").click()
    page.get_by_role("option").filter(has_text="hostile").click()
    page.wait_for_url("**/?model=*hostile*")
    page.get_by_test_id("stTopNavLink").filter(has_text="Clusters").click()
    page.wait_for_url("**/clusters?model=*hostile*")
    assert parse_qs(urlsplit(page.url).query)["model"] == [SENTENCES]
    expect(page.locator(".st-key-model_picker input")).to_have_value(re.compile("hostile"))
