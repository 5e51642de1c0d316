"""Files that visitors bring: kept beside the runs, under names that cannot lead elsewhere."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from vae_core.files import whole_file

FOLDER = ".uploads"
_MOST_NAME = 100


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
    return path


def safe_name(name: str) -> str:
    """Return a file name of letters, digits, dots, hyphens and underscores, with its ending."""
    last = re.split(r"[\\/]", name)[-1]
    plain = re.sub(r"[^\w.-]+", "-", last).strip("-.")
    # The ending says of what kind the file is: a long name loses its beginning.
    return plain[-_MOST_NAME:].lstrip("-.") or "file"
