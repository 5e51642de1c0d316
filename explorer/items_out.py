"""Items to take away as a table: written by our own command beside the server, once each."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer import computed_clusters, side_work, uploads
from explorer.content import key_of
from explorer.side_work import Work
from vae_core.files import write_whole

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

NAMES = {"csv": "CSV", "parquet": "Parquet"}
# Some minutes of decoding beside trainings and maps; the command itself has no limit.
MOST_DECODED = 100_000
# Streamlit hands a file on by way of memory.
MOST_BYTES = 200_000_000
MOST_KEPT = 20


@dataclass(frozen=True, eq=False)
class Table:
    """What is to be written.

    Attributes:
        items: (n,) rising; None for all.
        view: the id of the map whose places are written; None for what is there at once.
    """

    items: NDArray[np.int64] | None
    form: str
    view: str | None
    decoded: bool
    pinned: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """What tells it from every other table of the same run."""
        which = b"all" if self.items is None else np.ascontiguousarray(self.items).tobytes()
        about = f"{self.form} {self.view} {self.decoded} {sorted(self.pinned)}".encode()
        return hashlib.sha256(which + about).hexdigest()[:20]


def known(run: Run, table: Table) -> Work | None:
    """Return the writing of a table that was asked for, None where it was not."""
    return side_work.works().known(_key(run, table))


def ask(run: Run, table: Table) -> Work:
    """Have a table written. Raises OSError where there is no room for it."""
    before = known(run, table)
    if before is not None:
        before.stop()  # what it wrote may be gone: it is asked for anew
    folder = _folder(run, table)
    shutil.rmtree(folder, ignore_errors=True)
    _make_room()
    folder.mkdir(parents=True)
    arguments = ["items", str(run.path), "--out", str(file_of(run, table))]
    arguments += ["--progress", str(folder / "progress"), "--overwrite"]
    if table.items is not None:
        write_whole(folder / "items", "\n".join(map(str, table.items.tolist())).encode())
        arguments += ["--only", str(folder / "items")]
    if table.view is not None:
        arguments += ["--view", table.view]
    for item in table.pinned:
        arguments += ["--pinned", str(item)]
    if table.decoded:
        arguments.append("--decode")
    return side_work.works().ask(
        _key(run, table), arguments, "Writing the table", "take fewer items"
    )


def done(run: Run, table: Table) -> int:
    """Return how many rows are written."""
    try:
        return int((_folder(run, table) / "progress").read_text(encoding="ascii"))
    except (OSError, ValueError):  # not begun, or gone
        return 0


def file_of(run: Run, table: Table) -> Path:
    """Return where a table lies once it is written."""
    return _folder(run, table) / f"items.{table.form}"


def name_of(run: Run, table: Table) -> str:
    """Return what to call the file."""
    which = "all" if table.items is None else f"{len(table.items)}-items"
    return uploads.safe_name(f"{run.path.name}-{which}.{table.form}")


def written(content: bytes, name: str) -> Path:
    """Return a file that holds this and ends so, for a command to read; the same one each time."""
    folder = _root() / hashlib.sha256(content).hexdigest()[:20]
    if not (folder / name).is_file():
        _make_room()
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
    return folder / name


def _key(run: Run, table: Table) -> tuple[str, ...]:
    # Clusters may have got other names since.
    return ("items", key_of(run), computed_clusters.stamp(run), table.id)


def _folder(run: Run, table: Table) -> Path:
    about = hashlib.sha256("\0".join(_key(run, table)).encode()).hexdigest()[:20]
    return _root() / about


def _make_room() -> None:
    """Remove the oldest tables where there are many; they can be asked for again."""
    kept = sorted(_root().iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _root() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="latentscape-items-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
