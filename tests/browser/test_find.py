"""What a visitor finds on the Map page: by search, filters, another view, a file of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.on_the_map import MAP, PATIENCE, at_rest, open_map, the_map
from tests.explorer.made_runs import sentences, write_run
from tests.support import Server

pytestmark = pytest.mark.browser

MODEL, COUNT, LABELS = "run:found", 60, 3


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    write_run(server.runs / "found", sentences(COUNT, labels=LABELS), 4)
    return launch_browser()


def legend(page: Page) -> list[str]:
    """How many items of each label the legend counts."""
    return page.locator(f"{MAP} .legend .count").all_inner_texts()


def column(page: Page, name: str) -> str | None:
    """The name of a column that the map shows."""
    found: str | None = the_map(page).evaluate(
        "(map, name) => map.latentMap.meta().columns[name]", name
    )
    return found


def until(page: Page, true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < end
        page.wait_for_timeout(100)


def popover(page: Page, name: str) -> Locator:
    page.locator(".st-key-filter_bar, .st-key-page_bar").get_by_role("button", name=name).click()
    body = page.get_by_test_id("stPopoverBody")
    expect(body).to_be_visible()
    return body


def test_words_leave_what_holds_them_on_map_and_in_the_table(page: Page, server: Server) -> None:
    open_map(page, server, MODEL)
    expect(page.locator(f"{MAP} .legend .count").first).to_have_text("20")
    body = popover(page, "Search")
    box = body.get_by_role("textbox")
    box.fill("item 17")
    box.press("Enter")
    expect(body).to_contain_text(f"1 of {COUNT} items", timeout=PATIENCE)
    expect(page.locator(".st-key-item_side")).to_contain_text("1 item found", timeout=PATIENCE)
    until(page, lambda: sorted(legend(page)) == ["0", "0", "1"])
    body.get_by_role("button", name="Clear").click()
    expect(page.locator(f"{MAP} .legend .count").first).to_have_text("20", timeout=PATIENCE)


def test_a_filter_is_undone_and_done_again(page: Page, server: Server) -> None:
    open_map(page, server, MODEL)
    body = popover(page, "Filters")
    body.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Label", exact=True).click()
    at_rest(page)
    body.get_by_test_id("stMultiSelect").get_by_role("combobox").click()
    page.get_by_role("option").filter(has_text="(20)").first.click()
    side = page.locator(".st-key-item_side")
    expect(side).to_contain_text("20 items found", timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(side).not_to_contain_text("items found", timeout=PATIENCE)
    page.get_by_role("button", name="Redo").click()
    expect(side).to_contain_text("20 items found", timeout=PATIENCE)
    until(page, lambda: sorted(legend(page)) == ["0", "0", "20"])


def test_a_new_view_is_computed_shown_and_linked(page: Page, server: Server) -> None:
    open_map(page, server, MODEL)
    before = column(page, "xy")
    body = popover(page, "New view")
    body.get_by_role("button", name="Compute").click()
    page.wait_for_url("**view=*", timeout=PATIENCE)
    until(page, lambda: column(page, "xy") != before)
    place = column(page, "xy")
    page.reload()
    page.locator(f"{MAP} .layers[data-drawn]").wait_for(state="attached", timeout=PATIENCE)
    assert column(page, "xy") == place


def test_a_file_of_ones_own_is_placed_among_the_items(
    page: Page, server: Server, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("item 3 says <b>so</b>\nitem 9 says so\n", encoding="utf-8")
    open_map(page, server, MODEL)
    page.get_by_text("Place a file of sentences").click()
    page.locator(".st-key-own_file input[type=file]").set_input_files(mine)
    expect(page.locator(".st-key-own_file")).to_contain_text("2 sentences placed", timeout=PATIENCE)
    at_rest(page)
    box = the_map(page).bounding_box()
    assert box is not None
    x, y = the_map(page).evaluate("map => map.latentMap.guests.placeOf(0)")
    page.mouse.move(box["x"] + x + 60, box["y"] + y + 60)
    page.mouse.move(box["x"] + x, box["y"] + y)
    card = page.locator(f"{MAP} .guest-card")
    expect(card).to_be_visible(timeout=PATIENCE)
    assert "says <b>so</b>" in card.inner_text() or "item 9" in card.inner_text()
    assert card.locator("b").count() == 0
    page.locator(".st-key-own_file").get_by_role("button", name="Remove").click()
    until(page, lambda: column(page, "guests") is None)
