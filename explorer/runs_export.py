"""Runs written in other formats to take away: by our own command, beside the server, once each."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from explorer import side_command, uploads
from explorer.jobs import WORKER
from vae_core.errors import reason

# By the names of `vae_core.export.FORMATS` and our own html: a few words, and how the file ends.
FORMATS: Mapping[str, tuple[str, str]] = {
    "zip": ("The whole run, to open in another Latentscape", ".zip"),
    "parquet": ("Items with μ and σ, for pandas, Polars, DuckDB", ".parquet"),
    "csv": ("Items with μ and σ, for a spreadsheet", ".csv"),
    "npz": ("Items with μ and σ as NumPy arrays, one file", ".npz"),
    "npy": ("μ and σ as single NumPy arrays, with the items", ".npy.zip"),
    "projector": ("Vectors and metadata (TSV) for TensorBoard's Projector", ".projector.zip"),
    "safetensors": ("The weights alone, with their settings", ".safetensors.zip"),
    "onnx": ("Encoder and decoder as ONNX, checked against the model", ".onnx.zip"),
    "html": ("The map with its decoder in one file, for any browser", ".html"),
}
# Streamlit hands a file on by way of memory: 400 MB took 390 MB until the visitor left, and twice
# that while the same was fetched again. What is larger could not be brought in on a page either.
MOST_BYTES = 200_000_000
MOST_KEPT_BYTES = 2_000_000_000
LONGEST_SECONDS = 1800.0
_ENDS_ITSELF = {
    "zip": ".zip", "parquet": ".parquet", "csv": ".csv", "npz": ".npz", "html": ".html",
}  # fmt: skip


@dataclass(frozen=True)
class Export:
    """A file to take away: where it lies for now, what to call it, how large it is (bytes)."""

    path: Path
    name: str
    bytes: int
    differences: Mapping[str, float]


class ExportFailedError(RuntimeError):
    """A run could not be written so; the message is one sentence."""


class Exports:
    """Exports that were asked for, one written at a time, below a folder of their own."""

    def __init__(self, folder: Path, worker: Sequence[str] = WORKER) -> None:
        self._folder = folder
        self._worker = tuple(worker)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="export")
        self._known: OrderedDict[tuple[str, ...], Future[Export]] = OrderedDict()
        self._guard = Lock()
        self._number = 0

    def known(
        self, run: Path, version: str, form: str, options: Sequence[str] = ()
    ) -> Future[Export] | None:
        """Return the export of a run's `version`, made or in the making; None if never asked."""
        with self._guard:
            return self._known.get((str(run), version, form, *options))

    def ask(self, run: Path, version: str, form: str, options: Sequence[str] = ()) -> None:
        """Begin to write a run in a format; anew where that failed before.

        `options`: of the command, beside those that say what is written where.
        """
        key = (str(run), version, form, *options)
        with self._guard:
            known = self._known.get(key)
            if known is not None and not (known.done() and known.exception()):
                return
            self._number += 1
            place = self._folder / str(self._number)
            self._known[key] = self._pool.submit(self._write, run, form, place, options)

    def _write(self, run: Path, form: str, place: Path, options: Sequence[str]) -> Export:
        suffix = FORMATS[form][1]
        try:
            self._make_room()
            place.mkdir(parents=True)
            out = place / f"export{_ENDS_ITSELF.get(form, '')}"
            said = side_command.result(
                ["export", str(run), "--to", form, "--out", str(out), "--json", *options],
                worker=self._worker,
                seconds=LONGEST_SECONDS,
                doing="Writing the file",
                instead="write it with `latentscape export` instead",
            )
            if out.is_dir():
                out = _packed(out)
        except side_command.CommandError as error:
            shutil.rmtree(place, ignore_errors=True)
            raise ExportFailedError(str(error).replace(f"{place}/", "")) from error
        except OSError as error:
            shutil.rmtree(place, ignore_errors=True)
            raise ExportFailedError(
                f"The file could not be written: {error.strerror or reason(error)}. Free some "
                "space on the server."
            ) from error
        name = uploads.safe_name(f"{run.name}{suffix}")
        return Export(out, name, out.stat().st_size, said["differences"])

    def _make_room(self) -> None:
        """Remove the oldest files while there are too many; they can be asked for again."""
        with self._guard:
            done = {
                key: export.result()
                for key, export in self._known.items()
                if export.done() and not export.cancelled() and export.exception() is None
            }
            total = sum(export.bytes for export in done.values())
            for key, export in done.items():
                if total <= MOST_KEPT_BYTES:
                    break
                total -= export.bytes
                del self._known[key]
                shutil.rmtree(export.path.parent, ignore_errors=True)


@cache
def exports() -> Exports:
    """Return the one `Exports` of this process; its files go with the process."""
    folder = Path(tempfile.mkdtemp(prefix="latentscape-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Exports(folder)


def _packed(folder: Path) -> Path:
    packed = folder.with_name("export.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    shutil.rmtree(folder)
    return packed
