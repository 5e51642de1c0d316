"""Somebody's own file, from the upload to the run taken away: 50,000 rows in a real browser."""

from __future__ import annotations

import csv
import gzip
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.on_the_map import PATIENCE, at_rest
from tests.support import Server

pytestmark = pytest.mark.browser

ROWS = 50_000
EPOCHS = 12
# How long a slow machine may take over an epoch of all rows.
AN_EPOCH = 5 * PATIENCE


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    return own_server


@pytest.fixture(scope="module")
def corpus(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table as people have them: numbers, texts with commas and quotation marks, a label."""
    path = tmp_path_factory.mktemp("corpus") / "my reviews.csv"
    with (
        gzip.open(data_folder / "text" / "reviews-train.tsv.gz", "rt", encoding="utf-8") as lines,
        path.open("w", encoding="utf-8", newline="") as stream,
    ):
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        writer = csv.writer(stream)
        writer.writerow(["id", "review", "opinion"])
        for number, row in zip(range(ROWS), rows, strict=False):
            writer.writerow([number, f'They said: "{row["text"]}"', row["label"]])
    return path


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).last.click()  # one more is in the bar
    page.get_by_role("option", name=option).first.click()
    at_rest(page)


def fact(page: Page, name: str, value: str) -> None:
    """Wait until the plan says this of the data."""
    facts = page.locator(".st-key-data_facts")
    expect(facts).to_contain_text(re.compile(rf"{name}\s*{value}(?!\d)"), timeout=PATIENCE)


def bring(page: Page, server: Server, file: Path) -> None:
    page.goto(f"{server.url}/train")
    page.locator(".stFileUploader input").set_input_files(file)


def panel(page: Page) -> Locator:
    return page.locator(".st-key-train_panel")


def test_a_file_over_the_limit_is_refused_before_it_is_sent(
    page: Page, server: Server, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as stream:
        stream.truncate(2 * 2**30)  # takes no room: there is nothing in it
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    bring(page, server, large)
    expect(page.get_by_text("must be 200.0MB or smaller")).to_be_visible(timeout=PATIENCE)
    assert not set(sent) & {"PUT", "POST"}
    assert not list(server.runs.glob(".uploads/*/*"))


def test_a_corpus_is_uploaded_trained_and_taken_away(
    page: Page, server: Server, corpus: Path
) -> None:
    bring(page, server, corpus)
    expect(page.get_by_text("my-reviews.csv · table")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("combobox", name="Column with the texts")).to_have_value("review")
    fact(page, "Items", f"{ROWS:,}")
    page.get_by_text("Drop repeats", exact=True).click()
    fact(page, "Repeated", "0")

    choose(page, "Model", "bag-of-words")
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill(str(EPOCHS))
    epochs.press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Start training").click()
    expect(panel(page).get_by_role("button", name="Stop")).to_be_visible(timeout=PATIENCE)

    # The tab is closed, as it were: the training goes on, and the address finds it again.
    page.reload()
    later = re.compile(r"Epoch ([2-9]|1\d) of")  # from the second on there is a model to keep
    expect(panel(page).get_by_text(later)).to_be_visible(timeout=AN_EPOCH)
    panel(page).get_by_role("button", name="Stop").click()
    expect(panel(page).get_by_text("Stopped; the best model so far was kept.")).to_be_visible(
        timeout=PATIENCE
    )
    panel(page).get_by_role("button", name="Go on").click()
    expect(panel(page).get_by_text("Finished.")).to_be_visible(timeout=EPOCHS * PATIENCE)

    panel(page).get_by_role("button", name="Open on the map").click()
    page.locator(".st-key-map_room .map .layers[data-drawn]").wait_for(state="attached")
    count = page.locator(".st-key-map_room .map").evaluate("map => map.latentMap.model.scene.count")
    assert ROWS * 0.8 < count < ROWS

    [run] = [path.parent for path in server.runs.glob("*/config.json")]
    taken = export(page, server, run.name)
    with zipfile.ZipFile(taken) as archive:
        assert "model.safetensors" in archive.namelist()
    page.get_by_text("Bring in a run from a .zip").click()
    page.locator(".stFileUploader input").set_input_files(taken)
    expect(page.get_by_text(f"{run.name}-2 was checked and taken in")).to_be_visible(
        timeout=PATIENCE
    )
    for name in ("model.safetensors", "latents.npy", "items.parquet"):
        there = server.runs / f"{run.name}-2" / name
        assert there.read_bytes() == (run / name).read_bytes()


def export(page: Page, server: Server, name: str) -> Path:
    """Take a run away as a .zip."""
    page.goto(f"{server.url}/runs")
    card = page.locator("[class*=st-key-run_card_]").filter(has_text=name)
    card.get_by_role("button", name="More").click()
    place = page.locator(".st-key-run_panel")
    place.get_by_test_id("stButtonGroup").get_by_text("Export", exact=True).click()
    place.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        place.get_by_role("button", name="Download").click(timeout=PATIENCE)
    taken = Path(download.value.path())
    kept = taken.with_name(f"{name}.zip")
    taken.replace(kept)
    return kept
