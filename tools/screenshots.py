"""Take the README's pictures from the running app: python -m tools.screenshots."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.support import CHROMIUM_FLAGS, ROOT, running_server
from tools import chromium

FOLDER = ROOT / "assets" / "screenshots"
SIZE = {"width": 1280, "height": 800}
# name: (page, model, colour scheme)
PICTURES = {
    "map": ("", "digits", "light"),
    "interpolate": ("interpolate", "sentences", "light"),
    "decode": ("decode", "mnist", "dark"),
    "clusters": ("clusters", "digits", "light"),
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_or_install(), args=list(CHROMIUM_FLAGS)
        )
        with running_server(Path(folder)) as server:
            for name, (place, model, scheme) in PICTURES.items():
                page = browser.new_page(viewport=SIZE, color_scheme=scheme)
                page.goto(f"{server.url}/{place}?model={model}")
                _settle(page)
                page.screenshot(path=FOLDER / f"{name}.png")
                print(FOLDER / f"{name}.png")
                page.close()
        browser.close()


def _settle(page: Page) -> None:
    """Wait until Streamlit has finished its run and nothing moves any more."""
    page.wait_for_selector("[data-testid=stMain] h1, [data-testid=stMain] [data-testid=stMarkdown]")
    page.wait_for_selector("[data-testid=stStatusWidget]", state="detached", timeout=60_000)
    page.wait_for_timeout(3_000)


if __name__ == "__main__":
    main()
