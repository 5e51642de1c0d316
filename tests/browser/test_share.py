"""A view is the same for who opens its link; pictures and tables of it open elsewhere."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from explorer import projections
from explorer.analysis.projection.spec import ProjectionSpec
from tests.browser.on_the_map import (
    MAP,
    PATIENCE,
    along,
    at_rest,
    choose,
    drag,
    drawn,
    is_live,
    open_map,
    place_of,
    the_map,
)
from tests.explorer.made_runs import HOSTILE, sentences, write_run
from tests.support import Server
from vae_core.checkpoint import load_run

pytestmark = pytest.mark.browser

VIEW = ProjectionSpec("pca", 3)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser], server: Server) -> Browser:
    """A browser, and a model of hostile sentences, and a map of it in space."""
    folder = write_run(server.runs / "shared", sentences(120), latent_dim=5)
    projections.make(load_run(folder), VIEW)
    return launch_browser()


def seen(page: Page) -> dict[str, object]:
    """What there is to see of a map that a link is to bring."""
    found: dict[str, object] = the_map(page).evaluate(
        """map => {
          const { stage, model, probe, looking, told } = map.latentMap;
          const round = (value) => Number(value.toPrecision(5));
          return {
            eye: [stage.orbit.yaw, stage.orbit.pitch, stage.zoom, ...stage.orbit.target].map(round),
            selected: [...model.selection()],
            pins: probe.pins.list.map(({ note, index, z }) => [note ?? "", index, z.map(round)]),
            picked: looking.picked, colour: told.colour.title, view: told.view,
          };
        }"""
    )
    return found


def panel(page: Page, way: str) -> Locator:
    """Open the Share panel at one of its parts."""
    found = page.locator(".st-key-share_panel")
    if not found.is_visible():
        page.locator(".stPopover", has_text="Share").get_by_role("button").click()
    found.get_by_text(way, exact=True).click()
    at_rest(page)
    return found


def test_a_view_is_the_same_for_who_opens_its_link(
    page: Page, browser: Browser, server: Server
) -> None:
    page.goto(f"{server.url}/?model=run:shared&view={VIEW.id}")
    drawn(page)
    is_live(page)
    page.locator(".st-key-page_bar .stSelectbox").nth(1).locator("input").click()
    page.get_by_role("option", name="Colour by: Split").click()
    expect(page.locator(f"{MAP} .fold")).to_have_text("Split")
    at_rest(page)
    page.mouse.click(*place_of(page, 30))
    page.locator(f"{MAP} .probe-card button", has_text="Pin").click()
    note = page.locator(".st-key-pin_row_1 input")
    note.fill(HOSTILE)
    note.press("Enter")
    expect(page.locator(".st-key-pin_whole_1")).to_contain_text(HOSTILE)
    page.keyboard.press("Escape")
    drag(page, *along(page, [(0.5, 0.5), (0.6, 0.55)]))
    page.mouse.wheel(0, -250)
    choose(page, "Lasso")
    drag(page, *along(page, [(0.3, 0.3), (0.6, 0.3), (0.6, 0.7), (0.3, 0.7), (0.3, 0.35)]))
    expect(page.locator(".st-key-selection_bar")).to_contain_text("selected")
    at_rest(page)
    field = panel(page, "Link").locator(".share input")
    expect(field).to_have_value(re.compile("s=1"), timeout=PATIENCE)
    link = field.input_value()
    before = seen(page)
    assert before["selected"]
    assert len(before["pins"]) == 1  # type: ignore[arg-type]

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        other = context.new_page()
        other.set_default_timeout(PATIENCE)
        other.goto(link)
        drawn(other)
        expect(other.locator(".st-key-selection_bar")).to_contain_text("selected")
        expect(the_map(other)).to_have_attribute("aria-label", re.compile("selected"))
        at_rest(other)
        assert seen(other) == before
        assert "s=" not in other.url
        # What is done now is not undone by the link.
        choose(other, "Box")
        the_map(other).press("Escape")
        the_map(other).press("Escape")
        expect(other.locator(".st-key-selection_bar")).to_have_count(0)
        at_rest(other)
        assert seen(other)["selected"] == []
        # Hovered, a pin shows its note as it is written.
        x, y = the_map(other).evaluate(PIN_PLACE)
        choose(other, "Turn")
        other.mouse.move(x + 60, y + 60)
        other.mouse.move(x, y)
        card = other.locator(f"{MAP} .pin-card")
        expect(card).to_contain_text(HOSTILE)
        assert card.locator("b, script, a, code").count() == 0
    finally:
        context.close()


PIN_PLACE = """map => {
  const { stage, model, probe } = map.latentMap;
  const [{ index }] = probe.pins.list;
  const [left, top] = stage.seen(...model.scene.at(index));
  const box = map.getBoundingClientRect();
  return [box.x + left, box.y + top];
}"""


def test_pictures_and_tables_of_a_map_open(page: Page, server: Server, tmp_path: Path) -> None:
    open_map(page, server, "run:shared")
    is_live(page)
    choose(page, "Box")
    drag(page, *along(page, [(0.95, 0.99), (0.5, 0.5), (0.005, 0.005)]))
    expect(page.get_by_text("120 items selected")).to_be_visible()
    at_rest(page)
    share = panel(page, "Picture")
    box = the_map(page).bounding_box()
    assert box is not None
    files = {}
    for kind in ("PNG", "SVG"):
        with page.expect_download() as download:
            share.locator(".share button", has_text=kind).click()
        assert download.value.suggested_filename == f"shared-pca-label.{kind.lower()}"
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])
    with Image.open(files["PNG"]) as picture:
        assert picture.width > 2 * box["width"]
        assert len(np.unique(np.asarray(picture.convert("RGB").resize((64, 64))), axis=0)) > 20
    drawing = ET.parse(files["SVG"]).getroot()
    assert len(drawing.findall(f".//{SVG}circle")) == 120
    words = [text.text or "" for text in drawing.iter(f"{SVG}text")]
    assert any("120 sentences" in one for one in words)
    assert any("**bold** :red[x]" in one for one in words)
    assert any("of the variance" in one for one in words)
    share = panel(page, "Items")
    share.get_by_role("button", name="Make the table").click()
    with page.expect_download(timeout=PATIENCE) as download:
        share.get_by_role("button", name="Download (").click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [int(row["item"]) for row in rows] == list(range(120))
    assert rows[7]["text"] == f"item 7 says {HOSTILE}"
