"""A map that was taken away, opened from disk without a network: every decoder, and the page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from explorer import computed
from explorer.analysis.projection import Projection, ProjectionSpec
from explorer.canvas.state import Pin
from explorer.html_export import decoders, storing
from explorer.html_export.checking import as_stored
from explorer.html_export.content import contents
from explorer.html_export.page import page as html_page
from explorer.html_export.sections import letters, packed
from explorer.html_export.writing import HtmlOptions, export_html
from explorer.live.protocol import At, Decode, Item
from explorer.live.views import Neighbours, Published
from explorer.map_source import view_of
from explorer.selection import as_csv
from tests.browser.on_the_file import ask, open_file
from tests.browser.on_the_map import PATIENCE
from tests.core.support import some_z, tiny_image_model
from tests.explorer import made_runs
from tests.explorer.made_runs import HOSTILE
from tests.export import support as made
from vae_core.checkpoint import Run, load_run
from vae_core.data.dataset import Dataset
from vae_core.data.images import as_bytes
from vae_core.data.tokenizer import train_tokenizer
from vae_core.models import BagOfWordsVAE, GruConfig, SentenceVAE, build_model

pytestmark = pytest.mark.browser

ROWS = 48


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Browser:
    return launch_browser()


@pytest.fixture
def refuses_workers() -> bool:
    return False


@pytest.fixture
def page(browser: Browser, refuses_workers: bool) -> Iterator[Page]:
    """A visitor without a network, who notes every request, error and dialog."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_offline(True)
    if refuses_workers:
        context.add_init_script("window.Worker = class { constructor() { throw Error('no'); } }")
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    wrong: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note_request(request: Request) -> None:
        if not request.url.startswith(("file:", "blob:", "data:")):
            wrong.append(f"request: {request.url}")

    tab.on("dialog", note_dialog)
    tab.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    tab.on("request", note_request)
    yield tab
    context.close()
    assert wrong == []


def written(run: Run, folder: Path, **options: Any) -> Path:
    file = folder / "map.html"
    export_html(run, file, HtmlOptions(**options), overwrite=True)
    return file


def byte_pairs(folder: Path) -> Path:
    """A sentence model whose tokens are pieces of words, some of them parts of a character."""
    tokenizer = train_tokenizer(made.TEXTS, kind="bpe", vocabulary_size=300)
    sizes = {"embedding": 6, "encoder_hidden": 5, "decoder_hidden": 7, "max_tokens": 12}
    config = GruConfig(latent_dim=3, vocabulary_size=tokenizer.vocabulary_size, **sizes)
    model = build_model(config, tokenizer, seed=3)
    assert isinstance(model, SentenceVAE)
    with torch.no_grad():
        model.output_bias.normal_(generator=torch.Generator().manual_seed(4))
    return made.finished(folder, made.texts(), model.eval())


def deep(folder: Path) -> Path:
    """Convolutions of several sizes, odd ones among them, and blocks, in grey."""
    draw = np.random.default_rng(1)
    images = draw.integers(0, 256, (12, 17, 9), dtype=np.uint8)
    model = tiny_image_model("conv", (17, 9), width=8, depth=2)
    return made.finished(folder, Dataset("noise", "images", images=images), model)


def plain_topics(folder: Path) -> Path:
    dataset = made_runs.sentences(20)
    return made_runs.write_run(folder, dataset, 3, modality="documents")


def moved(model: torch.nn.Module) -> None:
    """Nothing of a model is 0 or 1 as it begins, so that nothing can be left out unseen."""
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for value in model.state_dict().values():
            if value.is_floating_point():
                value.add_(0.3 * torch.rand(value.shape, generator=generator))


MADE: dict[str, Callable[[Path], Path]] = {
    **{family: lambda folder, name=family: made.run_of(name, folder) for family in made.FAMILIES},
    "byte pairs": byte_pairs,
    "deep": deep,
    "plain topics": plain_topics,
}


@pytest.mark.parametrize("name", MADE)
def test_decodes_are_those_of_the_model(name: str, page: Page, tmp_path: Path) -> None:
    run = load_run(MADE[name](tmp_path / "run"))
    moved(run.model)
    open_file(page, written(run, tmp_path))
    assert page.evaluate("document.documentElement.dataset.decodes") == "worker"
    z = 2 * some_z(ROWS, run.latent_dim)
    found = ask(page, Decode(z.numpy()))
    if run.modality == "images":
        expected = as_bytes(np.asarray(run.model.decode(z)))
        assert found["count"] == ROWS
        # At a half between two bytes, either is right.
        off = np.abs(np.array(found["pixels"]) - expected.reshape(-1).astype(int))
        assert off.max() <= 1
        assert (off > 0).mean() < 0.01
        return
    assert isinstance(run.model, SentenceVAE | BagOfWordsVAE)
    texts = run.model.decode_tokens(z)
    assert len({text.text for text in texts}) > 1  # else all that differs would go unseen
    for text, other in zip(texts, found["texts"], strict=True):
        assert other["text"] == text.text
        assert other["tokens"] == list(text.tokens)
        np.testing.assert_allclose(other["p"], text.probabilities, atol=2e-4)


@pytest.mark.parametrize(("form", "name"), [("float16", "lstm"), ("int8", "deep")])
def test_weights_in_fewer_bytes_are_read_as_python_reads_them(
    form: str, name: str, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "form_for", lambda weights: form)
    monkeypatch.setattr(storing, "_SMALL", 40)
    run = load_run(MADE[name](tmp_path / "run"))
    moved(run.model)
    content = contents(run, computed.projected(run), ["Split"], np.arange(len(run)))
    kinds = {array.dtype.name for key, array in content.sections.items() if "weights." in key}
    assert form in kinds
    file = tmp_path / "map.html"
    file.write_bytes(html_page("map", letters(packed(content.header, content.sections))))
    open_file(page, file)
    model = as_stored(run.model, decoders.decoder_of(run.model), content.sections)
    z = some_z(ROWS, run.latent_dim)
    found, expected = ask(page, Decode(z.numpy())), model.decode(z)
    if isinstance(expected, list):
        assert [text["text"] for text in found["texts"]] == expected
    else:
        off = np.abs(np.array(found["pixels"]) - as_bytes(expected).reshape(-1).astype(int))
        assert off.max() <= 1
        assert (off > 0).mean() < 0.01


def seen_otherwise(run: Run) -> Projection:
    """What UMAP might have made of a run: places that have no formula."""
    points = np.random.default_rng(5).standard_normal((len(run), 2)).astype(np.float32)
    return Projection(points, "A map.", ProjectionSpec("umap"), latents=run.latents.mean)


@pytest.mark.parametrize("kind", ["linear", "neighbours"])
def test_places_are_decoded_as_the_server_does(kind: str, page: Page, tmp_path: Path) -> None:
    run = load_run(made_runs.write_run(tmp_path / "run", made_runs.pictures(60), 5))
    projection = seen_otherwise(run) if kind == "neighbours" else computed.projected(run)
    content = contents(run, projection, ["Label"], np.arange(len(run)))
    file = tmp_path / "map.html"
    file.write_bytes(html_page("map", letters(packed(content.header, content.sections))))
    open_file(page, file)
    view = view_of(projection, run.latent_dim)
    assert isinstance(view, Neighbours) == (kind == "neighbours")
    published = Published(run, view)
    item = projection.points[7]
    for x, y in [(0.1, -0.2), (1.5, 0.5), (30.0, 4.0), (float(item[0]), float(item[1]))]:
        for from_nearest in (False, True):
            place = published.at(x, y, from_nearest)
            found = ask(page, At("file", x, y, from_nearest))
            assert found["nearest"] == place.nearest
            assert found["trust"] == pytest.approx(place.trust, rel=1e-4)
            np.testing.assert_allclose(found["z"], place.z, atol=1e-4)
    # Another way to colour it, and no more than what was asked for.
    expect(page.get_by_label("Colour by")).to_have_count(0)


def test_a_map_is_used_as_in_the_app(page: Page, tmp_path: Path) -> None:
    run = load_run(made_runs.write_run(tmp_path / "run", made_runs.sentences(30)))
    open_file(page, written(run, tmp_path))
    the_map = page.locator(".map")
    box = the_map.bounding_box()
    assert box is not None

    def place_of(index: int) -> tuple[float, float]:
        x, y = the_map.evaluate("(map, index) => map.latentMap.placeOf(index)", index)
        return box["x"] + x, box["y"] + y

    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 30, steps=6)
    expect(page.locator(".probe-card")).to_have_attribute("data-answers", re.compile(r"\d"))
    page.mouse.up()
    page.keyboard.press("Escape")

    # The first item says everything that HTML would make something else of.
    page.mouse.move(*place_of(0))
    page.mouse.click(*place_of(0))
    item = page.locator(".file-item")
    expect(item).to_have_attribute("data-item", "0")
    expect(item).to_contain_text(HOSTILE)
    expect(item.locator("dd").first).to_have_text(f"{HOSTILE} 0")
    expect(item.locator(".file-near button")).to_have_count(8)
    assert page.locator("b, img, i").count() == 0

    page.get_by_label("Search sentences").fill("item 7")
    expect(page.locator(".found")).to_have_text("1 found")
    expect(page.locator(".file-chosen h2")).to_have_text("1 item found")
    page.locator(".file-chosen .file-line").click()
    expect(item).to_have_attribute("data-item", "7")
    page.get_by_label("Search sentences").fill("")
    expect(page.locator(".file-chosen h2")).to_have_count(0)

    page.locator(".tools button[aria-label^=Box]").click()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] - 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 3, steps=4)
    page.mouse.up()
    expect(page.locator(".file-chosen h2")).to_have_text("30 items selected")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    table = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
    expected = list(csv.reader(io.StringIO(as_csv(run, np.arange(30)))))
    assert [row[:-2] for row in table] == [row[:-2] for row in expected]
    own, others = (np.array([row[-2:] for row in rows[1:]], float) for rows in (table, expected))
    np.testing.assert_allclose(own, others, rtol=1e-5)

    page.get_by_label("Colour by").select_option(label="Colour by: Split")
    expect(page.locator(".legend .fold")).to_have_text("Split")
    page.get_by_role("button", name="About this file").click()
    expect(page.get_by_role("dialog")).to_contain_text("MIT License")
    assert page.locator("script:not(#script)").count() == 0


def test_pins_come_along_with_their_notes(page: Page, tmp_path: Path) -> None:
    run = load_run(made_runs.write_run(tmp_path / "run", made_runs.sentences(30)))
    held = (Pin(0.0, 0.0, None, 7, "raw", HOSTILE), Pin(0.0, 0.0, None, 20, "raw"))
    open_file(page, written(run, tmp_path, only=tuple(range(5, 15)), pins=held))
    notes = page.locator(".file-notes li")
    expect(notes).to_have_count(1)
    expect(notes).to_have_text(HOSTILE)
    shown = page.locator(".map").evaluate("map => map.latentMap.probe.pins.list.map(p => p.index)")
    assert shown == [2, None]
    assert page.locator("b, img, i").count() == 0


def test_what_cannot_decode_shows_what_was_decoded_before(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load_run(made_runs.write_run(tmp_path / "run", made_runs.pictures(30)))
    monkeypatch.setattr(decoders, "MOST_INT8", 10)
    open_file(page, written(run, tmp_path))
    x, y = (float(value) for value in run.latents.mean[4])
    expected = as_bytes(np.asarray(run.items(np.array([4]))))
    decoded = as_bytes(np.asarray(run.model.decode(torch.from_numpy(run.latents.mean[4:5]))))
    found = ask(page, At("file", x, y))
    assert found["nearest"] == 4
    assert found["body"]["pixels"] == decoded.reshape(-1).tolist()
    assert ask(page, Item(4))["original"]["pixels"] == expected.reshape(-1).tolist()
    page.locator(".map").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".probe-card .trust")).to_contain_text("that of the nearest item")
    expect(page.locator(".map .status")).to_have_text("Decoded ahead")
    expect(page.locator(".file-note")).to_contain_text("a browser is given at most")


@pytest.mark.parametrize("refuses_workers", [True])
def test_without_workers_the_page_decodes_itself_and_in_space(page: Page, tmp_path: Path) -> None:
    run = load_run(made_runs.write_run(tmp_path / "run", made_runs.pictures(30), 3))
    points = run.latents.mean
    space = Projection(points, "A space.", ProjectionSpec("raw", dimensions=3))
    content = contents(run, space, ["Label", "Split"], np.arange(len(run)))
    file = tmp_path / "map.html"
    file.write_bytes(html_page("map", letters(packed(content.header, content.sections))))
    open_file(page, file)
    assert page.evaluate("document.documentElement.dataset.decodes") == "page"
    expect(page.locator(".map")).to_have_attribute("data-dims", "3")
    expected = as_bytes(np.asarray(run.model.decode(torch.from_numpy(run.latents.mean[4:5]))))
    found = np.array(ask(page, Item(4))["reconstruction"]["pixels"])
    assert np.abs(found - expected.reshape(-1).astype(int)).max() <= 1
