"""How smoothly a large map goes from one projection to another, and turns in space.

    python -m benchmarks.canvas_ways
    python -m benchmarks.canvas_ways --points 100000

Needs Chromium (`python -m tools.chromium`). Without a graphics processor everything is drawn by the
processor, and while a map moves it draws as many of its points as fit between two frames; the share
of them is printed beside the milliseconds of a frame.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.alternating import print_table
from tests.browser.on_the_map import drawn, the_map
from tests.support import CHROMIUM_FLAGS, app_of_one_map
from tools import chromium

PATIENCE = 600_000
# Of each frame how long it took, and every so manieth point that was drawn.
RECORD = """map => { const { stage } = map.latentMap, { painter } = stage; window.frames_ = [];
  let last = performance.now(); const next = () => { const now = performance.now();
    frames_.push([now - last, painter.drawn?.step ?? 1, stage.moving !== null]); last = now;
    requestAnimationFrame(next); }; requestAnimationFrame(next); }"""
TURN = """async map => { const box = map.getBoundingClientRect(); frames_.length = 0;
  map.setPointerCapture = () => undefined;
  const send = (kind, x) => map.dispatchEvent(new PointerEvent(kind, { pointerId: 1, button: 0,
    buttons: 1, bubbles: true, clientX: box.x + x, clientY: box.y + box.height * .7 }));
  send('pointerdown', 200);
  for (let k = 0; k < 60; k++) { send('pointermove', 210 + 5 * k);
    await new Promise(requestAnimationFrame); }
  const found = frames_.slice(); send('pointerup', 210 + 300); return found; }"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=1_000_000)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        app_of_one_map(Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        path = chromium.find_or_install()
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{url}/?count={options.points}")
        drawn(page)
        page.wait_for_timeout(3_000)
        room = the_map(page)
        room.evaluate(RECORD)
        rows = [
            _row("plane to plane", _switched(page, "other")),
            _row("plane to space", _switched(page, "space")),
            _row("turning", room.evaluate(TURN)),
        ]
        browser.close()
    heads = [f"{options.points:,} points", "frames", "median ms", "p95 ms", "a second", "drawn"]
    print_table(heads, rows)


def _switched(page: Page, way: str) -> list[Any]:
    """See the map otherwise; return the frames of the way there."""
    page.evaluate("frames_.length = 0")
    page.get_by_test_id("stButtonGroup").get_by_text(way, exact=True).click()
    page.wait_for_function("frames_.some(frame => frame[2]) && !frames_.at(-1)[2]")
    frames: list[Any] = page.evaluate("frames_.filter(frame => frame[2])")
    page.wait_for_timeout(3_000)
    return frames


def _row(name: str, frames: list[Any]) -> list[str]:
    times = np.array([frame[0] for frame in frames])
    share = float(np.mean([1 / frame[1] for frame in frames]))
    middle, slow = float(np.median(times)), float(np.quantile(times, 0.95))
    a_second = 1000 * len(times) / times.sum()
    numbers = [f"{number:.0f}" for number in (len(times), middle, slow, a_second)]
    return [name, *numbers, f"{share:.0%}"]


if __name__ == "__main__":
    main()
