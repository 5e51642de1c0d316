"""Take the README's pictures and its film from the running app: python -m tools.screenshots.

Nothing is chosen by hand: each shows what a page opens with. The titles of m10 come from
LATENTSCAPE_DATA (default ../shared/data); without them their pictures stay as they are.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tempfile
from itertools import islice, pairwise
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import CHROMIUM_FLAGS, ROOT, Server, running_server
from tools import chromium

FOLDER = ROOT / "assets" / "screenshots"
SIZE = {"width": 1280, "height": 800}
TALL = {"width": 1280, "height": 1180}
PATIENCE = 600_000
MAP = ".layers[data-drawn]"
# name: (page, model, colour scheme, what is there when it is drawn)
PICTURES = {
    "map": ("", "digits", "light", MAP),
    "interpolate": ("interpolate", "sentences", "light", MAP),
    "decode": ("decode", "mnist", "dark", ".manifold"),
    "clusters": ("clusters", "digits", "light", MAP),
    "read": ("read", "digits", "light", ".st-key-read_side .stTable"),
}
VIEW = "umap-2d-n15-d0.1-euclidean-s0"
# name: (page, model), drawn as UMAP.
SPACES = {
    "m10-umap": ("", "m10"),
    "m10-clusters": ("clusters", "m10"),
    "mnist-umap": ("", "mnist"),
    "glosses-umap": ("", "sentences"),
}
M10 = "text/m10-titles.tsv.gz"
FILM = "drag.gif"
FILM_SIZE = {"width": 1000, "height": 640}
FILM_WIDTH, FILM_COLOURS, FRAME_MILLISECONDS = 640, 255, 100
# Corners of the way of the hand, as shares of the map, and frames between two of them.
WAY = ((0.45, 0.22), (0.62, 0.38), (0.72, 0.62), (0.5, 0.72), (0.34, 0.52), (0.45, 0.22))
FRAMES = 8


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_or_install(), args=list(CHROMIUM_FLAGS)
        )
        with running_server(Path(folder)) as server:
            for name, (place, model, scheme, drawn) in PICTURES.items():
                page = browser.new_page(viewport=SIZE, color_scheme=scheme)
                page.goto(f"{server.url}/{place}?model={model}")
                page.wait_for_selector(drawn, state="attached", timeout=60_000)
                _settle(page)
                _keep(page, name)
                page.close()
            _spaces(browser, server)
            _evaluated(browser, server)
            _file(browser, server)
            _film(browser, server)
            _own_data(browser, server)
        browser.close()


def _spaces(browser: Browser, server: Server) -> None:
    """Titles, digits and glosses as UMAP draws them, and the clusters of the titles."""
    titles = Path(os.environ.get("LATENTSCAPE_DATA", ROOT.parent / "shared" / "data")) / M10
    if titles.is_file():
        _latentscape(server, "train", "--text", titles, "--label-column", "label", "--epochs", "40",
                     "--model", "bag-of-words", "--out", server.runs / "m10")  # fmt: skip
    for name, (place, model) in SPACES.items():
        run = server.runs / model if model == "m10" else model
        if model == "m10" and not titles.is_file():
            print(f"{name}: left as it is, since {titles} is not there")
            continue
        _latentscape(server, "project", run, "--method", "umap")
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(f"{server.url}/{place}?model={model}&view={VIEW}")
        page.wait_for_selector(MAP, state="attached", timeout=60_000)
        _settle(page)
        _keep(page, name)
        page.close()


def _evaluated(browser: Browser, server: Server) -> None:
    """What the titles' model is worth, or the digits' where there are no titles."""
    measured = server.runs / "m10" if (server.runs / "m10").is_dir() else Path("digits")
    _latentscape(server, "evaluate", measured, "--keep")
    page = browser.new_page(viewport=TALL, color_scheme="light")
    page.goto(f"{server.url}/evaluate?model={measured.name}")
    page.wait_for_selector(".stTable", timeout=60_000)
    _settle(page)
    _keep(page, "evaluate")
    page.close()


def _file(browser: Browser, server: Server) -> None:
    """The digits' map as a file, opened from disk without a network, a hand on it."""
    out = server.folder / "mnist.html"
    _latentscape(server, "export", "mnist", "--to", "html", "--view", VIEW, "--out", out)
    context = browser.new_context(viewport=SIZE, color_scheme="dark", offline=True)
    page = context.new_page()
    page.goto(out.as_uri())
    page.wait_for_selector(MAP, state="attached", timeout=60_000)
    box = page.locator(".map").bounding_box()
    assert box is not None
    (x, y), (x1, y1) = (
        (box["x"] + u * box["width"], box["y"] + v * box["height"])
        for u, v in ((0.15, 0.45), (0.18, 0.42))
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x1, y1, steps=6)
    page.locator(".probe-card[data-answers]").wait_for()
    page.wait_for_timeout(1_000)
    _keep(page, "file")
    context.close()


def _latentscape(server: Server, *arguments: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "explorer.cli", *arguments],
        check=True, cwd=server.folder, env={**os.environ, "LATENTSCAPE_RUNS": str(server.runs)},
    )  # fmt: skip


def _own_data(browser: Browser, server: Server) -> None:
    """A file of made-up sentences on its way: looked at, trained on, in the list of runs."""
    file = server.folder / "remarks.csv"
    _write_table(file)
    page = browser.new_page(viewport=TALL, color_scheme="light")
    page.set_default_timeout(PATIENCE)
    page.goto(f"{server.url}/train")
    page.locator(".stFileUploader input").set_input_files(file)
    proposed = page.get_by_role("button", name="Use these settings")
    proposed.wait_for()
    _settle(page)
    _keep(page, "train-data")
    proposed.click()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("6")
    epochs.press("Enter")
    page.get_by_role("button", name="Start training").click()
    panel = page.locator(".st-key-train_panel")
    panel.get_by_text("Epoch 3", exact=False).wait_for()
    _settle(page)
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.wait_for_timeout(2_000)
    _keep(page, "train-run")
    panel.get_by_role("button", name="Open on the map").wait_for()
    page.set_viewport_size(SIZE)
    page.goto(f"{server.url}/runs")
    _settle(page)
    _keep(page, "runs")
    page.close()


def _write_table(file: Path) -> None:
    from vae_core.data.registry import load_dataset

    made = load_dataset("toy-sentences")
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["remark", "about"])
        rows = zip(made.texts or (), made.metadata["subject"], strict=True)
        writer.writerows(islice(rows, 6_000))


def _keep(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png")


def _film(browser: Browser, server: Server) -> None:
    """Drag over the map of digits, and keep what is seen as a GIF."""
    page = browser.new_page(viewport=FILM_SIZE, color_scheme="light")
    page.goto(f"{server.url}/?model=digits")
    _settle(page)
    room = page.locator(".st-key-map_room .map")
    box = room.bounding_box()
    assert box is not None
    corners = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in WAY]
    page.mouse.move(*corners[0])
    page.mouse.down()
    frames = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        for step in range(1, FRAMES + 1):
            share = step / FRAMES
            page.mouse.move(x0 + share * (x1 - x0), y0 + share * (y1 - y0))
            page.wait_for_timeout(60)
            picture = Image.open(io.BytesIO(room.screenshot()))
            height = round(picture.height * FILM_WIDTH / picture.width)
            small = picture.convert("RGB").resize((FILM_WIDTH, height), Image.Resampling.LANCZOS)
            frames.append(_few_colours(small))
    page.mouse.up()
    page.close()
    frames[0].save(
        FOLDER / FILM,
        save_all=True,
        append_images=frames[1:],
        duration=FRAME_MILLISECONDS,
        loop=0,
        optimize=True,
    )
    print(FOLDER / FILM)


def _few_colours(picture: Image.Image) -> Image.Image:
    """Reduce to a GIF's palette: half of it greys, for digits; the rest keeps what is rare."""
    rare = picture.quantize(FILM_COLOURS // 2, method=Image.Quantize.MAXCOVERAGE)
    greys = [round(255 * step / 127) for step in range(128)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([grey for grey in greys for _ in "rgb"] + (rare.getpalette() or []))
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def _settle(page: Page) -> None:
    """Wait until Streamlit has finished its run and nothing moves any more."""
    page.wait_for_selector("[data-testid=stMain] h1, [data-testid=stMain] [data-testid=stMarkdown]")
    page.wait_for_selector("[data-testid=stStatusWidget]", state="detached", timeout=60_000)
    page.wait_for_timeout(3_000)


if __name__ == "__main__":
    main()
