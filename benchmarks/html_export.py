"""Maps taken away as one HTML file, in a real browser: how large, how fast, how near to torch.

    python -m benchmarks.html_export
    python -m benchmarks.html_export --large    # untrained models of the size "base", 20,000 items

Needs Chromium (`python -m tools.chromium`), which is kept off the network. A decode is timed from a
place that is asked for to its answer, through the page's own worker. Other programs on the machine
make every time worse.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks.alternating import print_table
from explorer import paths
from explorer.html_export.checking import some_z
from explorer.html_export.writing import export_html
from explorer.live.protocol import Decode
from tests.browser.on_the_file import ask, open_file
from tests.export.support import finished
from tests.support import CHROMIUM_FLAGS
from tools import chromium
from vae_core.checkpoint import Run, load_run
from vae_core.data.dataset import Dataset
from vae_core.data.images import as_bytes
from vae_core.data.tokenizer import SPECIAL_TOKENS, train_tokenizer
from vae_core.models import build_model, model_class, sized

ITEMS, WORDS, SIDE, LATENT = 20_000, 10_000, 28, 32
AT_ONCE, PATIENCE = 4, 600_000
# Milliseconds from each place that is asked for to its answer, one after the other.
TIMES = """async (count) => {
  const { latentMap: map } = document.querySelector('.map');
  const [client, times] = [map.live(), []];
  const frame = (to, x, y) => {
    const view = new DataView(new ArrayBuffer(12 + 14));
    view.setUint8(0, 1); view.setUint8(1, 3); view.setUint16(2, to.handle, true);
    view.setUint32(4, to.request, true); view.setUint8(8, to.channel);
    [4, ...new TextEncoder().encode('file')].forEach((c, k) => view.setUint8(12 + k, c));
    view.setFloat32(18, x, true); view.setFloat32(22, y, true);
    return view.buffer; };
  for (let k = 0; k < count + 20; k++) {
    const [u, v] = [Math.sin(k) * 0.7, Math.cos(1.7 * k) * 0.7];
    const [x, y] = map.model.scene.toData(u, v);
    const began = performance.now();
    await client.ask(101, (to) => frame(to, x, y));
    if (k >= 20) times.push(performance.now() - began);
  }
  return times; }"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200, help="decodes compared and timed")
    parser.add_argument("--large", action="store_true", help="models of the size base as well")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _page() as page:
        found = {
            name: _measured(run, Path(folder) / f"{name}.html", page, options.count)
            for name, run in _runs(Path(folder), options.large)
        }
    if options.json:
        print(json.dumps(found))
        return
    headings = ("model", "items", "MB", "ms, median", "ms, 95 %", "largest difference", "the same")
    print_table(headings, [[name, *row.values()] for name, row in found.items()])


def _runs(folder: Path, large: bool) -> Iterator[tuple[str, Run]]:
    for name in ("digits", "mnist", "sentences"):
        yield name, load_run(paths.assets_folder() / name)
    for family in ("conv", "gru", "lstm", "transformer") if large else ():
        print(f"Writing {ITEMS:,} items of {family} …", file=sys.stderr)
        yield f"{family} base", load_run(_base(family, folder / family))


def _base(family: str, folder: Path) -> Path:
    """An untrained model of the size "base", with as many items as files are to be small for."""
    draw = np.random.default_rng(0)
    sizes: dict[str, Any] = {"latent_dim": LATENT, **sized(family, "base")}
    if family == "conv":
        # As sparse as handwriting: an eighth of the pixels has ink.
        ink = draw.integers(1, 256, (ITEMS, SIDE, SIDE)) * (
            draw.random((ITEMS, SIDE, SIDE)) < 0.125
        )
        dataset = Dataset("noise", "images", images=ink.astype(np.uint8))
        config = model_class(family).config_class(**sizes, image_height=SIDE, image_width=SIDE)
        return finished(folder, dataset, build_model(config).eval())
    words = [f"word{number}" for number in range(WORDS - len(SPECIAL_TOKENS))]
    # As in language: the second word is met half as often as the first, the third a third as often.
    drawn = np.exp(draw.random((ITEMS, 10)) * np.log(len(words))).astype(int) - 1
    texts = tuple(" ".join(words[number] for number in numbers) for numbers in drawn.tolist())
    tokenizer = train_tokenizer([*texts, " ".join(words)], vocabulary_size=WORDS)
    config = model_class(family).config_class(**sizes, vocabulary_size=tokenizer.vocabulary_size)
    model = build_model(config, tokenizer).eval()
    return finished(folder, Dataset("words", "sentences", texts=texts), model)


@contextmanager
def _page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        path = chromium.find()
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_offline(True)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def _measured(run: Run, file: Path, page: Page, count: int) -> dict[str, str]:
    export_html(run, file)
    open_file(page, file)
    times = page.evaluate(TIMES, count)
    largest, same = _compared(run, page, some_z(run, count // 2))
    return {
        "items": f"{len(run):,}",
        "megabytes": f"{file.stat().st_size / 1e6:.2f}",
        "median": f"{np.median(times):.1f}",
        "95": f"{np.percentile(times, 95):.1f}",
        "largest": largest,
        "same": same,
    }


def _compared(run: Run, page: Page, z: np.ndarray) -> tuple[str, str]:
    """The largest difference of a pixel of 0 to 255, and the share of decodes that are the same."""
    own = run.model.decode(torch.from_numpy(z))
    same, largest = 0, 0
    for start in range(0, len(z), AT_ONCE):
        found = ask(page, Decode(z[start : start + AT_ONCE]))
        part = own[start : start + AT_ONCE]
        if isinstance(part, list):
            same += sum(a == b["text"] for a, b in zip(part, found["texts"], strict=True))
            continue
        off = np.abs(as_bytes(part).reshape(len(part), -1).astype(int)
                     - np.array(found["pixels"]).reshape(len(part), -1))  # fmt: skip
        largest = max(largest, int(off.max()))
        same += int((off.max(axis=1) == 0).sum())
    share = f"{same / len(z):.1%}"
    return (f"{largest} of 255" if not isinstance(own, list) else "–"), share


if __name__ == "__main__":
    main()
