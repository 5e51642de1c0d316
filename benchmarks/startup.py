"""Seconds from the start of `latentscape app` to the first page with its map drawn.

    python -m benchmarks.startup [--times 3]

Every round starts a new server and a new Chromium; the first round also fills disk caches.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support import CHROMIUM_FLAGS, running_server
from tools import chromium


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find_or_install(), args=list(CHROMIUM_FLAGS)
        )
        print("round  server up  map drawn   (seconds from the start of the command)")
        for number in range(1, times + 1):
            with tempfile.TemporaryDirectory() as folder:
                up, drawn = _round(browser, Path(folder))
            print(f"{number:>5}  {up:>9.2f}  {drawn:>9.2f}")
        browser.close()


def _round(browser: Browser, folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    with running_server(folder) as server:
        up = time.perf_counter() - began
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(server.url)
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=120_000)
        drawn = time.perf_counter() - began
        page.close()
    return up, drawn


if __name__ == "__main__":
    main()
