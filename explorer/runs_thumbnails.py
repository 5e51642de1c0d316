"""Small pictures of maps for the list of runs: drawn beside the page, kept as PNG by content."""

from __future__ import annotations

import hashlib
import io
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.projection import project
from explorer.colouring import NEUTRAL, all_alike, by_category, colours

if TYPE_CHECKING:
    from explorer.catalogue import Entry

FOLDER = ".thumbnails"
WIDTH, HEIGHT = 192, 144
MOST_POINTS, MOST_KEPT = 3_000, 512
_EDGE, _RADIUS = 8, 2
# Changes where the drawing does, so that older pictures are not taken for it.
_STYLE = "1"
# Of the most extreme items, the few that would leave no room for the others are left out.
_ENDS = (0.5, 99.5)

Drawn = bytes | None


class Thumbnails:
    """Pictures of the runs of one runs folder, at most one drawn at a time."""

    def __init__(self, runs: Path) -> None:
        self.folder = runs / FOLDER
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thumbnail")
        self._known: OrderedDict[str, Future[Drawn]] = OrderedDict()
        self._guard = Lock()

    def get(self, entry: Entry) -> Future[Drawn]:
        """Return the picture of a finished run as PNG, drawn or on its way; None has none."""
        key = _key(entry)
        with self._guard:
            if key not in self._known:
                self._known[key] = self._pool.submit(self._make, key, entry)
                while len(self._known) > MOST_KEPT:
                    self._known.popitem(last=False)[1].cancel()
            self._known.move_to_end(key)
            return self._known[key]

    def _make(self, key: str, entry: Entry) -> Drawn:
        from vae_core.files import write_whole
        from vae_core.run_items import RunError

        file = self.folder / f"{key}.png"
        try:
            return file.read_bytes()
        except OSError:
            pass  # not drawn yet
        try:
            picture = png(*_points(entry))
        except RunError:
            return None  # opening the run says what is wrong with it
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(file, picture)
        except OSError:
            return picture  # kept in memory alone, as in a folder that cannot be written
        return picture


@cache
def thumbnails_in(runs: Path) -> Thumbnails:
    """Return the one `Thumbnails` of this process for a runs folder."""
    return Thumbnails(runs)


def png(points: NDArray[np.float32], labels: Sequence[str] | None) -> bytes:
    """Draw points (n, 2) in the colours of their labels, on clear ground, as a PNG."""
    from PIL import Image

    groups = by_category(labels) if labels else all_alike(len(points))
    shades = [shade.light for shade in colours(len(groups.names))]
    if groups.left_over:
        shades[-1] = NEUTRAL.light
    palette = np.array([_rgb(shade) for shade in shades], np.uint8)
    canvas = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    x, y = (_places(points[:, axis], length) for axis, length in enumerate((WIDTH, HEIGHT)))
    for dx, dy in _disc():
        canvas[HEIGHT - 1 - y + dy, x + dx, :3] = palette[groups.codes]
        canvas[HEIGHT - 1 - y + dy, x + dx, 3] = 255
    buffer = io.BytesIO()
    Image.fromarray(canvas).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _points(entry: Entry) -> tuple[NDArray[np.float32], Sequence[str] | None]:
    from vae_core.checkpoint import ITEMS
    from vae_core.run_arrays import sample_means
    from vae_core.run_items import read_labels

    chosen, mean = sample_means(entry.path, entry.items, entry.latent_dim, MOST_POINTS)
    labels = read_labels(entry.path / ITEMS)
    if labels is not None and len(labels) == entry.items:
        labels = tuple(labels[index] for index in chosen)
    else:
        labels = None
    return project(mean).points, labels


def _places(values: NDArray[np.float32], length: int) -> NDArray[np.intp]:
    low, high = (float(end) for end in np.percentile(values, _ENDS))
    span = high - low if high > low else 1.0
    share = np.clip((values - low) / span, 0.0, 1.0) if high > low else np.full(len(values), 0.5)
    return np.asarray(np.rint(_EDGE + share * (length - 1 - 2 * _EDGE)), dtype=np.intp)


def _disc() -> list[tuple[int, int]]:
    reach = range(-_RADIUS, _RADIUS + 1)
    return [(dx, dy) for dx in reach for dy in reach if dx * dx + dy * dy <= _RADIUS**2]


def _rgb(shade: str) -> tuple[int, int, int]:
    return int(shade[1:3], 16), int(shade[3:5], 16), int(shade[5:7], 16)


def _key(entry: Entry) -> str:
    told = (_STYLE, entry.content_hash, entry.created, str(entry.items), str(entry.path.name))
    return hashlib.sha256("\0".join(told).encode(errors="surrogatepass")).hexdigest()[:32]
