"""The Runs page in a real browser: taken away, deleted, brought back, brought in, compared."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.on_the_map import PATIENCE, at_rest, drag
from tests.explorer.made_runs import HOSTILE, pictures, write_run
from tests.support import Server
from vae_core.run_notes import Notes, read_notes, write_notes

pytestmark = pytest.mark.browser

MAPS = ".stApp .map"


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    return own_server


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    """A browser, and in the runs folder two models of the same pictures."""
    write_run(server.runs / "one", pictures(300, labels=4))
    write_run(server.runs / "two", pictures(300, labels=4), latent_dim=3, seed=1)
    write_notes(server.runs / "two", Notes(HOSTILE[:60], ("<b>tag</b>",)))
    return launch_browser()


def card(page: Page, text: str) -> Locator:
    found = page.locator("[class*=st-key-run_card_]").filter(has_text=text)
    expect(found).to_have_count(1, timeout=PATIENCE)
    return found


def open_runs(page: Page, server: Server, query: str = "") -> None:
    page.goto(f"{server.url}/runs{query}")
    page.locator(".st-key-page_header").wait_for(timeout=PATIENCE)
    at_rest(page)


def more(page: Page, text: str, way: str) -> Locator:
    """Unfold a run's card, and choose what to do; return its panel."""
    card(page, text).get_by_role("button", name="More").click()
    panel = page.locator(".st-key-run_panel")
    panel.get_by_test_id("stButtonGroup").get_by_text(way, exact=True).click()
    at_rest(page)
    return panel


def test_a_run_goes_away_and_comes_back_twice(page: Page, server: Server) -> None:
    open_runs(page, server)
    panel = more(page, "two", "Export")
    panel.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        panel.get_by_role("button", name="Download").click(timeout=PATIENCE)
    taken = Path(download.value.path())
    assert download.value.suggested_filename == "two.zip"
    with zipfile.ZipFile(taken) as archive:
        assert "notes.json" in archive.namelist()

    panel.get_by_test_id("stButtonGroup").get_by_text("Delete", exact=True).click()
    panel.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("was deleted.")).to_be_visible(timeout=PATIENCE)
    assert not (server.runs / "two").exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is back.")).to_be_visible(timeout=PATIENCE)
    assert (server.runs / "two" / "config.json").is_file()

    page.get_by_text("Bring in a run from a .zip").click()
    page.locator(".stFileUploader input").set_input_files(
        {"name": "two.zip", "mimeType": "application/zip", "buffer": taken.read_bytes()}
    )
    expect(page.get_by_text("two-2 was checked and taken in")).to_be_visible(timeout=PATIENCE)
    assert read_notes(server.runs / "two-2") == read_notes(server.runs / "two")
    assert "model=run" in page.url
    assert "two-2" in page.url


def test_what_is_no_run_is_refused_with_its_name(page: Page, server: Server) -> None:
    open_runs(page, server)
    before = sorted(server.runs.iterdir())
    page.get_by_text("Bring in a run from a .zip").click()
    page.locator(".stFileUploader input").set_input_files(
        {"name": "my holiday.zip", "mimeType": "application/zip", "buffer": b"PK nothing"}
    )
    alert = page.get_by_test_id("stAlert").filter(has_text="my-holiday.zip")
    expect(alert).to_contain_text("cannot be read as a .zip of a run", timeout=PATIENCE)
    assert "/tmp" not in alert.inner_text()
    assert sorted(server.runs.iterdir()) == before


def test_two_runs_are_compared_with_a_linked_selection(page: Page, server: Server) -> None:
    open_runs(page, server)
    for number in (0, 1):
        name = ("one", "two")[number]
        page.locator(f"[class*='st-key-runs-mark-run-{name}-False'] label").click()
        page.locator(f"[class*='st-key-runs-mark-run-{name}-True']").wait_for(timeout=PATIENCE)
        at_rest(page)
    page.get_by_role("button", name="Compare the two").click()
    page.locator(f"{MAPS} .layers[data-drawn]").nth(1).wait_for(state="attached", timeout=PATIENCE)
    at_rest(page)
    left, right = page.locator(MAPS).nth(0), page.locator(MAPS).nth(1)
    right.locator(".tools button[aria-label^=Box]").click()
    box = right.bounding_box()
    assert box is not None
    shares = [(0.9, 0.95), (0.6, 0.6), (0.45, 0.4)]
    drag(page, *[(box["x"] + box["width"] * u, box["y"] + box["height"] * v) for u, v in shares])
    chosen = "map => Array.from(map.latentMap.model.selection())"
    items = right.evaluate(chosen)
    assert 0 < len(items) < 300
    assert left.evaluate(chosen) == items
    expect(page.get_by_text(f"{len(items)} items selected")).to_be_visible(timeout=PATIENCE)
    # And from the other side, where nothing is left of it.
    left.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_text("items selected")).to_have_count(0, timeout=PATIENCE)
    assert right.evaluate(chosen) == []


def test_training_again_fills_in_the_form(page: Page, server: Server) -> None:
    open_runs(page, server)
    panel = more(page, "Digits 8×8", "Retrain")
    panel.get_by_role("button", name="Open the Train form").click()
    page.wait_for_url("**/train*", timeout=PATIENCE)
    code = page.get_by_test_id("stCode").last
    expect(code).to_contain_text("--dataset digits", timeout=PATIENCE)
    expect(code).to_contain_text("--epochs 400")
    expect(code).to_contain_text("--latent-dim 2")


def test_names_and_tags_are_shown_as_they_are_written(page: Page, server: Server) -> None:
    open_runs(page, server)
    row = page.locator("[class*=st-key-run_row_]").filter(has_text="<b>tag</b>").first
    expect(row).to_contain_text(HOSTILE[:60])
    assert row.locator("b, script, a, code, .katex, em").count() == 0
    row.get_by_role("button", name="Open").click()
    page.wait_for_url("**/?model=run*", timeout=PATIENCE)
