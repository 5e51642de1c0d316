"""The canvas in a real browser: a large map beside Plotly's, and milliseconds to a new decode.

    python -m benchmarks.canvas
    python -m benchmarks.canvas --points 5000000 --moves 100

Needs Chromium (`python -m tools.chromium`). Without a graphics processor everything is drawn by the
processor, in the same browser for both maps. Other programs on the machine make every figure worse.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import plotly.offline
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.alternating import print_table
from tests.browser.on_the_map import MAP, along, choose, drawn, is_live, open_map
from tests.explorer.made_runs import write_run
from tests.support import CHROMIUM_FLAGS, Server, running_server
from tools import chromium
from vae_core.data.dataset import Dataset

PATIENCE = 600_000
FRAMES = """() => { window.frames_ = []; let last = performance.now();
  const next = () => { const now = performance.now(); frames_.push(now - last); last = now;
    requestAnimationFrame(next); }; requestAnimationFrame(next); }"""
PLOTLY_PAN = """async () => { const plot = document.getElementById('plot'), times = [];
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  for (let k = 0; k < 12; k++) { const began = performance.now();
    await Plotly.relayout(plot, {'xaxis.range': [-4 + .05 * k, 4 + .05 * k]});
    await frame(); await frame(); times.push(performance.now() - began); }
  return times; }"""
# From a pointer that moved to the picture that was painted for it, one after the other.
DECODES = """async ([map, moves]) => {
  const box = map.getBoundingClientRect(), card = map.querySelector('.probe-card'), times = [];
  const send = (kind, u) => map.dispatchEvent(new PointerEvent(kind, { pointerId: 1, button: 0,
    buttons: 1, bubbles: true, clientX: box.x + box.width * u, clientY: box.y + box.height * .5 }));
  map.setPointerCapture = () => undefined;
  const shown = () => new Promise(resolve => { const look = new MutationObserver(() => {
    look.disconnect(); resolve(); });
    look.observe(card, { attributes: true, attributeFilter: ['data-answers'] }); });
  send('pointerdown', .3); await shown();
  for (let k = 0; k < moves; k++) { const began = performance.now(), done = shown();
    send('pointermove', .3 + .3 * k / moves); await done; times.push(performance.now() - began); }
  send('pointerup', .6); return times; }"""
RERUNS = DECODES.replace("send('pointerdown', .3); await shown();", "").replace(
    "send('pointermove', .3 + .3 * k / moves);",
    "const u = .3 + .3 * k / moves; send('pointerdown', u); send('pointermove', u + .01); "
    "send('pointerup', u + .01);",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        print(f"Writing a model of {options.points:,} pictures …", file=sys.stderr)
        points = _write(server, options.points)
        with _browser() as browser:
            found = {
                "map": _measure_map(browser, server, options.points),
                "plotly": _measure_plotly(browser, points, Path(folder)),
                "digits": _measure_decodes(browser, server, "digits", options.moves),
                "sentences": _measure_decodes(browser, server, "sentences", options.moves),
            }
    if options.json:
        print(json.dumps(found))
    else:
        _report(found, options.points)


def _write(server: Server, count: int) -> np.ndarray:
    pictures = np.random.default_rng(1).integers(0, 256, (count, 2, 2), dtype=np.uint8)
    labels = tuple(str(i % 10) for i in range(count))
    folder = server.runs / "large"
    write_run(folder, Dataset("large", "images", images=pictures, labels=labels))
    mean: np.ndarray = np.load(folder / "latents.npy", mmap_mode="r")
    return np.asarray(mean[..., :2]).reshape(-1, 2)[:count]


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = chromium.find_or_install()
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def _page(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    return page


def _measure_map(browser: Browser, server: Server, count: int) -> dict[str, Any]:
    page, received = _page(browser), [0]

    def add(frame: str | bytes) -> None:
        received[0] += len(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", add))
    began = page.evaluate("Date.now()")
    page.goto(f"{server.url}/?model=run:large")
    drawn(page)
    found: dict[str, Any] = {"drawn_s": (page.evaluate("Date.now()") - began) / 1000}
    found["bytes_per_point"] = received[0] / count
    page.wait_for_timeout(3_000)
    choose(page, "Pan")
    page.evaluate(FRAMES)
    start = along(page, [(0.5, 0.5)])[0]
    page.mouse.move(*start)
    page.mouse.down()
    page.evaluate("frames_.length = 0")
    for step in range(60):
        page.mouse.move(start[0] + 2 * step, start[1] + step)
        page.wait_for_timeout(16)
    found["pan_ms"] = page.evaluate("frames_.slice()")
    page.mouse.up()
    page.locator(f"{MAP} .zooms button").last.click()
    page.wait_for_timeout(4_000)
    found |= _lasso_half(page)
    page.close()
    return found


def _lasso_half(page: Page) -> dict[str, Any]:
    choose(page, "Lasso")
    places = along(page, [(0.43, 0.01), (0.43, 0.5), (0.43, 0.99), (0.08, 0.9), (0.08, 0.4)])
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    began = page.evaluate("Date.now()")
    page.mouse.up()
    page.get_by_text("items selected").wait_for()
    said = page.locator(".st-key-selection_bar").inner_text().split()[0]
    return {
        "lasso_s": (page.evaluate("Date.now()") - began) / 1000,
        "lassoed": int(said.replace(",", "")),
    }


def _measure_plotly(browser: Browser, points: np.ndarray, folder: Path) -> dict[str, Any]:
    np.ascontiguousarray(points, "<f4").tofile(folder / "points.bin")
    script = plotly.offline.get_plotlyjs()
    html = f"""<div id=plot style="width:1040px;height:730px"></div><script>{script}</script>"""
    (folder / "plotly.html").write_text(html, encoding="utf-8")
    page = _page(browser)
    page.route("http://plotly/*", lambda route: route.fulfill(path=folder / _name(route)))
    page.goto("http://plotly/plotly.html")
    seconds = page.evaluate(
        """async () => { const began = performance.now();
          const xy = new Float32Array(await (await fetch('points.bin')).arrayBuffer());
          const x = xy.filter((_, i) => i % 2 === 0), y = xy.filter((_, i) => i % 2 === 1);
          await Plotly.newPlot('plot', [{type: 'scattergl', mode: 'markers', x, y,
            marker: {size: 2, opacity: .3}}], {dragmode: 'pan'});
          await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return (performance.now() - began) / 1000; }"""
    )
    found = {"drawn_s": seconds, "pan_ms": page.evaluate(PLOTLY_PAN)}
    page.close()
    return found


def _name(route: Any) -> str:
    return str(route.request.url).rsplit("/", 1)[-1]


def _measure_decodes(browser: Browser, server: Server, model: str, moves: int) -> dict[str, Any]:
    page = _page(browser)
    room = open_map(page, server, model)
    is_live(page)
    handle = room.element_handle()
    live = page.evaluate(DECODES, [handle, moves])
    # The same page without its socket: every decode is a rerun of Streamlit's.
    page.locator(MAP).evaluate("map => { map.latentMap.line.client = null; }")
    rerun = page.evaluate(RERUNS, [handle, max(5, moves // 10)])
    page.close()
    return {"live_ms": live, "rerun_ms": rerun}


def _p(values: list[float], share: float) -> float:
    return float(np.quantile(values, share))


def _report(found: dict[str, dict[str, Any]], points: int) -> None:
    ours, theirs = found["map"], found["plotly"]
    pan, their_pan = statistics.median(ours["pan_ms"]), statistics.median(theirs["pan_ms"])
    print_table(
        [f"{points:,} points", "canvas", "Plotly"],
        [
            ["page opened to drawn (Plotly: without a server), s",
             f"{ours['drawn_s']:.1f}", f"{theirs['drawn_s']:.1f}"],
            ["bytes received per point", f"{ours['bytes_per_point']:.1f}", ""],
            ["pan, median ms a frame (ours is drawn anew at rest)", f"{pan:.1f}",
             f"{their_pan:.1f}"],
            ["pan, times faster", f"{their_pan / pan:.1f}", "1"],
            [f"lasso of {ours['lassoed']:,} to the page's answer, s", f"{ours['lasso_s']:.1f}", ""],
        ],
    )  # fmt: skip
    rows = []
    for model in ("digits", "sentences"):
        live, rerun = found[model]["live_ms"], found[model]["rerun_ms"]
        ratio = _p(rerun, 0.5) / _p(live, 0.5)
        rows.append(
            [model, f"{_p(live, 0.5):.1f}", f"{_p(live, 0.95):.1f}", f"{_p(rerun, 0.5):.1f}",
             f"{_p(rerun, 0.95):.1f}", f"{ratio:.1f}"]
        )  # fmt: skip
    print_table(
        ["pointer to decode, ms", "live p50", "p95", "rerun p50", "p95", "times faster"], rows
    )


if __name__ == "__main__":
    main()
