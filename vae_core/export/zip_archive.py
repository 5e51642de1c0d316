"""A run as one .zip to hand on, with a manifest by which ``import_run`` checks it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.run_arrays import IMAGES, LATENTS
from vae_core.run_clusters import CLUSTERS, MOST_FILES, is_cluster_file
from vae_core.run_config import (
    CONFIG,
    ITEMS,
    LANGUAGE_MODEL,
    LANGUAGE_MODEL_METRICS,
    METRICS,
    TOKENIZER,
    WEIGHTS,
)
from vae_core.run_notes import NOTES

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

MANIFEST = "manifest.json"
FORMAT, VERSION = "latentscape-run-zip", 1
# Every file of a finished run that has its place in a .zip; what training needed to go on has none.
RUN_FILES = (
    CONFIG,
    WEIGHTS,
    TOKENIZER,
    LATENTS,
    ITEMS,
    IMAGES,
    METRICS,
    LANGUAGE_MODEL,
    LANGUAGE_MODEL_METRICS,
    NOTES,
)
# What unpacks to more than this many times its size, above a size that does no harm, is refused as
# a zip bomb; so what packs better is not packed.
MOST_RATIO, HARMLESS_BYTES = 200, 16 * 1024**2
_CHUNK = 1024 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)


def write_zip(run: Run, path: Path) -> None:
    """The files of the run and the manifest; the same run gives the same bytes."""
    names = [name for name in RUN_FILES if (run.path / name).is_file()]
    names += _cluster_files(run.path)
    files = {name: _described(run.path / name) for name in names}
    manifest = json.dumps({"format": FORMAT, "version": VERSION, "files": files}, indent=2) + "\n"
    stored: set[str] = set()
    while suspect := _write(run.path, path, names, manifest, stored) - stored:
        stored |= suspect


def belongs(name: str) -> bool:
    """Whether a file of this name, as a .zip has it, has its place in a run."""
    folder, _, file = name.rpartition("/")
    return name in RUN_FILES if not folder else folder == CLUSTERS and is_cluster_file(file)


def _cluster_files(folder: Path) -> list[str]:
    try:
        found = sorted(path.name for path in (folder / CLUSTERS).iterdir() if path.is_file())
    except OSError:  # nothing is kept
        return []
    return [f"{CLUSTERS}/{name}" for name in found if is_cluster_file(name)][:MOST_FILES]


def _described(file: Path) -> dict[str, str | int]:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"sha256": digest, "bytes": file.stat().st_size}


def _write(folder: Path, path: Path, names: list[str], manifest: str, stored: set[str]) -> set[str]:
    """Write it all; the names of what then looks like a bomb."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_entry(MANIFEST, zipfile.ZIP_DEFLATED), manifest)
        for name in names:
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            entry = _entry(name, method)
            entry.file_size = (folder / name).stat().st_size  # decides on the 64-bit form
            with (folder / name).open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, _CHUNK)
        found = archive.infolist()
    sizes = {entry.filename: (entry.file_size, entry.compress_size) for entry in found}
    return {name for name, (size, packed) in sizes.items() if looks_like_bomb(size, packed)}


def looks_like_bomb(size: int, packed: int) -> bool:
    """Whether ``size`` bytes are too many to have come out of ``packed`` bytes."""
    return size > HARMLESS_BYTES and size > MOST_RATIO * max(packed, 1)


def _entry(name: str, method: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3  # Unix, on every system
    entry.external_attr = 0o100644 << 16
    entry.compress_type = method
    return entry
