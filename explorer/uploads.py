"""Files that visitors bring: kept beside the runs, under names that cannot lead elsewhere."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vae_core.files import whole_file

FOLDER = ".uploads"
KEPT_SECONDS = 30 * 86_400.0
_MOST_NAME = 100
# Where it is said what a training learns from: runs, deleted ones, and jobs.
_WHERE_NAMED = ("*/config.json", ".trash/*/*/config.json", ".jobs/*/job.json")


def keep(name: str, content: bytes | memoryview, runs: Path) -> Path:
    """Keep a file below the runs folder and return where; the same one again is kept once.

    Its folder is named by what is in it, so that another visitor's file of the same name does not
    take its place, and a training that is resumed finds the very same.

    Raises:
        OSError: it cannot be written.
    """
    folder = runs / FOLDER / hashlib.sha256(content).hexdigest()[:20]
    path = folder / safe_name(name)
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as stream:
            stream.write(content)
    else:
        with suppress(OSError):  # then it is only thought to be older
            os.utime(folder)
    return path


def not_kept(error: OSError) -> str:
    """Say that `keep` could not."""
    return (
        f"The file could not be kept: {error.strerror or error}. Free some space on the server, or "
        "choose another folder for runs."
    )


def expire(runs: Path, now: float) -> None:
    """Remove what was uploaded over 30 days ago and no run or job was made from.

    Whoever trains a run again, or goes on with it, finds its file. What cannot be removed stays.
    """
    old = {folder.name: folder for folder in _folders(runs) if _age(folder, now) > KEPT_SECONDS}
    if not old:
        return
    for pattern in _WHERE_NAMED:
        for file in runs.glob(pattern):
            try:
                content = file.read_text(encoding="utf-8", errors="replace")
            except FileNotFoundError:
                continue  # deleted meanwhile
            except OSError:
                return  # nobody knows what it names
            old = {name: folder for name, folder in old.items() if name not in content}
    for folder in old.values():
        shutil.rmtree(folder, ignore_errors=True)


def _folders(runs: Path) -> Iterator[Path]:
    place = runs / FOLDER
    if place.is_dir():
        yield from (path for path in place.iterdir() if re.fullmatch(r"[0-9a-f]{20}", path.name))


def _age(folder: Path, now: float) -> float:
    try:
        return now - folder.stat().st_mtime
    except OSError:
        return 0.0


def safe_name(name: str) -> str:
    """Return a file name of letters, digits, dots, hyphens and underscores, with its ending."""
    last = re.split(r"[\\/]", name)[-1]
    plain = re.sub(r"[^\w.-]+", "-", last).strip("-.")
    # The ending says of what kind the file is: a long name loses its beginning.
    return plain[-_MOST_NAME:].lstrip("-.") or "file"
