"""The Clusters page in a real browser: a card selects, a name is given, clusters are merged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.on_the_map import at_rest
from tests.explorer.made_runs import HOSTILE, sentences, write_run
from tests.support import Server

pytestmark = pytest.mark.browser

LONG = 120_000
NAME = HOSTILE[:70].strip()


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    """A browser, and in the explorer's runs folder sentences in three heaps."""
    folder = write_run(server.runs / "heaps", sentences(90, labels=3), 4)
    stored = np.load(folder / "latents.npy")
    for i in range(90):
        stored[i, 0, i % 3] += 20
    np.save(folder / "latents.npy", stored)
    return launch_browser()


def test_themes_are_selected_named_and_merged(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/clusters?model=run:heaps")
    page.locator(".st-key-cluster_room .layers[data-drawn]").wait_for(state="attached")
    at_rest(page)
    card = page.locator(".st-key-cluster_card_0")
    card.get_by_role("button", name="Select").click()
    side = page.locator(".st-key-cluster_side")
    expect(side).to_contain_text("30 items selected", timeout=LONG)
    name = card.get_by_role("textbox")
    name.fill(NAME)
    name.press("Enter")
    legend = page.locator(".st-key-cluster_room .legend")
    expect(legend).to_contain_text("**bold** :red[x]", timeout=LONG)
    expect(side.get_by_role("button").first).to_contain_text("**bold** :red[x]")
    assert page.locator(".st-key-cluster_side b, .st-key-cluster_cards b").count() == 0
    card.get_by_role("button", name="Merge").click()
    page.get_by_test_id("stPopoverBody").get_by_role("combobox").click()
    page.get_by_role("option").filter(has_text="2: ").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Merge them").click()
    expect(page.locator(".st-key-cluster_bar")).to_contain_text("2 clusters", timeout=LONG)
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".st-key-cluster_bar")).to_contain_text("3 clusters", timeout=LONG)
    expect(page.locator(".st-key-cluster_worth")).to_contain_text("Silhouette", timeout=LONG)
    expect(page.get_by_test_id("stException")).to_have_count(0)
