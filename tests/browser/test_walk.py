"""A walk through the running explorer with a real browser, as a stranger would take it."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from explorer import catalogue
from tests.browser.on_the_map import drawn, hover, the_map
from tests.parrot import write_parrot
from tests.support import Server

pytestmark = pytest.mark.browser

PAGES = ("Map", "Decode", "Interpolate", "Clusters", "Read", "Train", "Runs")
# Only reached when something is stuck: a slow machine must not fail a test.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)
HOSTILE = (
    "<script>window.pwned = 1</script> comes first",
    "<img src=x onerror='window.pwned = 2'> comes second",
    "<b>bold</b> and **stars** and `code` come third",
    "# heading [link](javascript:alert(1)) comes fourth",
    ":red[colour] and $x^2$ come fifth",
)


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    return own_server


@pytest.fixture(scope="module")
def hostile_model(server: Server) -> str:
    """A model of texts that would do harm if they were read as HTML or Markdown."""
    return catalogue.run_id(write_parrot(server.runs / "hostile", HOSTILE))


def visit(page: Page, server: Server, name: str, model: str | None = None) -> None:
    query = f"?model={quote(model)}" if model is not None else ""
    page.goto(f"{server.url}/{'' if name == 'Map' else name.lower()}{query}")
    settled(page, name)


def walk_to(page: Page, name: str) -> None:
    """Go to another page by the navigation."""
    page.get_by_role("link", name=name, exact=True).click()
    settled(page, name)


def settled(page: Page, name: str) -> None:
    """Wait until the page of that name has been drawn to its end, without an exception."""
    title = page.locator("[class*=st-key-page_header]").get_by_text(name, exact=True)
    expect(title).to_be_visible(timeout=PATIENCE)
    at_rest(page)


def at_rest(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def open_model(page: Page) -> Locator:
    return page.locator(".st-key-model_bar input")


def result_of(page: Page, name: str) -> Locator:
    """What each page is there to show."""
    return {
        "Map": page.locator(".st-key-map_room .map .layers[data-drawn]"),
        "Decode": page.locator(".st-key-decode_room .result:has(canvas, .words)"),
        "Interpolate": page.locator(".st-key-interpolate_path li").first,
        "Clusters": page.locator(".st-key-cluster_room .map .layers[data-drawn]"),
        "Read": page.locator(".st-key-read_map .map .layers[data-drawn]"),
        "Train": page.get_by_role("button", name="Start training"),
        "Runs": page.locator("[class*=st-key-run_row_] img").first,
    }[name]


@pytest.mark.parametrize("model", list(catalogue.BUNDLED_TITLES))
def test_the_pages_open_on_the_bundled_models(page: Page, server: Server, model: str) -> None:
    visit(page, server, "Map", model)
    for name in PAGES:
        walk_to(page, name)
        expect(result_of(page, name)).to_be_visible(timeout=PATIENCE)
        expect(page.locator("[data-testid=stAlertContentError]")).to_have_count(0)
        # The model stays chosen, in the bar and in the link that one would send to a friend.
        expect(page).to_have_url(re.compile(f"[?&]model={model}"))
        expect(open_model(page)).to_have_value(re.compile(catalogue.BUNDLED_TITLES[model]))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("model", ["digits", "sentences"])
def test_nothing_hangs_over_the_edge_of_a_phone(
    page: Page, server: Server, name: str, model: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, server, name, model)
    result_of(page, name).scroll_into_view_if_needed()
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390


def test_digits_are_trained_for_two_epochs_and_opened_on_the_map(
    page: Page, server: Server
) -> None:
    visit(page, server, "Train")
    page.get_by_role("radio", name="digits").click()
    at_rest(page)
    expect(page.locator(".stCode").last).to_contain_text("--dataset digits")
    page.get_by_label("Epochs", exact=True).fill("2")
    page.get_by_label("Epochs", exact=True).press("Enter")
    expect(page.locator(".stCode").last).to_contain_text("--epochs 2 ")
    page.get_by_label("Run name", exact=True).fill("two epochs")
    page.get_by_label("Run name", exact=True).press("Enter")
    command = "latentscape train --dataset digits --model dense --latent-dim 2 --epochs 2 --seed 0"
    expect(page.locator(".stCode").last).to_contain_text(command)
    page.get_by_role("button", name="Start training").click()
    done = page.get_by_role("button", name="Open on the map")
    expect(done).to_be_visible(timeout=PATIENCE)
    assert "job=" in page.url
    for term in ("ELBO", "Reconstruction", "KL"):
        expect(page.locator(".st-key-train_panel").get_by_text(term, exact=True)).to_be_visible()
    expect(page.locator(".st-key-train_panel canvas")).not_to_have_count(0)

    page.reload()  # the link alone finds the training again
    expect(done).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    done.click()
    settled(page, "Map")
    expect(page).to_have_url(re.compile(r"model=run(:|%3A)two(%20|\+)epochs"))
    expect(open_model(page)).to_have_value(re.compile("^two epochs · 1,797 images"))
    expect(result_of(page, "Map")).to_be_visible(timeout=PATIENCE)
    drawn(page)
    assert the_map(page).evaluate("map => map.latentMap.model.scene.count") == 1797


def test_sliders_stay_where_they_were_while_other_pages_are_looked_at(
    page: Page, server: Server
) -> None:
    visit(page, server, "Decode", "digits")
    desk = page.locator(".st-key-decode_room .desk")
    expect(desk.locator(".status")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    slider = desk.get_by_role("slider", name=re.compile("^z1"))
    before = slider.input_value()
    desk.get_by_role("button", name="Random sample").click()
    expect(slider).not_to_have_value(before)
    slider.press("ArrowRight")
    expect(desk.locator(".origin")).to_have_text(re.compile("random sample.* then moved by hand"))
    moved = slider.input_value()
    page.wait_for_timeout(600)  # a moment's rest, after which the page hears of it
    at_rest(page)
    walk_to(page, "Interpolate")
    walk_to(page, "Decode")
    expect(slider).to_have_value(moved)
    expect(desk.locator(".origin")).to_have_text(re.compile("then moved by hand"))


def test_texts_are_shown_as_text_under_the_pointer_on_the_map(
    page: Page, server: Server, hostile_model: str
) -> None:
    visit(page, server, "Map", hostile_model)
    drawn(page)
    for index, text in enumerate(HOSTILE):
        card = hover(page, index)
        expect(card.locator(".text").first).to_have_text(text)
        expect(card.locator(".title")).to_have_text(text)
        harmless(page)


def test_texts_are_shown_as_text_on_interpolate(
    page: Page, server: Server, hostile_model: str
) -> None:
    visit(page, server, "Interpolate", hostile_model)
    for side, index in (("Start", 0), ("End", 1)):
        box = page.get_by_label(f"{side}: item", exact=True)
        box.fill(str(index))
        box.press("Enter")
        expect(page.locator(".stText").get_by_text(HOSTILE[index], exact=True)).to_be_visible(
            timeout=PATIENCE
        )
    path = page.locator(".st-key-interpolate_path li .words")
    expect(path.first).to_have_text(HOSTILE[0])
    expect(path.last).to_have_text(HOSTILE[1])
    harmless(page)
    page.get_by_text("Type sentences", exact=True).click()
    for side, text in (("Start", HOSTILE[1]), ("End", HOSTILE[2])):
        box = page.get_by_label(side, exact=True)
        box.fill(text)
        box.press("Enter")
    expect(path.first).to_have_text(HOSTILE[1])
    expect(path.last).to_have_text(HOSTILE[2])
    harmless(page)


def test_texts_are_shown_as_text_on_decode(page: Page, server: Server, hostile_model: str) -> None:
    visit(page, server, "Decode", hostile_model)
    desk = page.locator(".st-key-decode_room .desk")
    expect(desk.locator(".status")).to_have_attribute("data-state", "live", timeout=PATIENCE)
    for index, text in enumerate(HOSTILE):
        box = desk.get_by_label("Start from item", exact=True)
        box.fill(str(index))
        box.press("Enter")
        expect(desk.locator(".result .words")).to_have_text(text)
        expect(desk.locator(".origin")).to_have_text(f"Item {index} · {text}")
        harmless(page)


def harmless(page: Page) -> None:
    """Nothing of the texts has become part of the page, let alone been run."""
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.get_by_text("bold", exact=True).and_(page.locator("b, strong")).count() == 0
    assert page.get_by_text("stars", exact=True).and_(page.locator("b, strong")).count() == 0
    assert page.locator("h1:has-text('heading')").count() == 0
    assert page.locator(".katex").count() == 0
