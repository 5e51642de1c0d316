"""Our cache: what was read once lies there in a form that is opened at once.

An entry is a folder with its parts and about.json, which has their sizes and checksums. It is
written aside and renamed; one that does not check out is taken away and made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.errors import reason
from vae_core.files import write_whole

VARIABLE = "LATENTSCAPE_CACHE"
# The oldest entries go when all of them take more than this.
MAX_CACHE_BYTES = 50 * 1024**3
_ABANDONED = 24 * 3600.0
_ABOUT = "about.json"
# Raised when what is written changes: older entries are then made anew.
_FORMAT = 1


def cache_folder() -> Path:
    """`$LATENTSCAPE_CACHE`, else `latentscape` in the user's cache folder; it need not exist."""
    if given := os.environ.get(VARIABLE):
        return Path(given).expanduser().absolute()
    home = os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home and Path(home).is_absolute() else Path.home() / ".cache"
    return base / "latentscape"


def key_of(content: str, options: Mapping[str, Any]) -> str:
    """The name of an entry: of a content's hash and of everything that decides what is made."""
    said = json.dumps({"format": _FORMAT, "content": content, **options}, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def hash_file(path: Path) -> str:
    """SHA-256 of what a file holds. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cached(key: str, make: Callable[[Path], dict[str, Any]]) -> tuple[Path, dict[str, Any]]:
    """The folder of the entry ``key`` and what ``make`` said of it.

    ``make`` writes the parts to the folder that it is given, where the entry is not there or is
    damaged, and returns JSON values. On any error nothing of it is left behind. Raises DataError
    where the cache cannot be written, and whatever ``make`` raises.
    """
    if (there := find(key)) is not None:
        return there
    root = cache_folder() / "data"
    aside = root / f".{key[:16]}.{os.getpid()}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        try:
            aside.mkdir(parents=True)
            about = make(aside)
            _seal(aside, about)
            found = _move(aside, root / key)
        except OSError as error:
            raise DataError(
                f"The cache folder {root} cannot be written ({error.strerror or reason(error)}); "
                f"make room there, or name another folder with {VARIABLE}."
            ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _trim(root, key)
    return root / key, found


def find(key: str) -> tuple[Path, dict[str, Any]] | None:
    """The folder of the entry ``key`` and what was said of it, where it is there and whole."""
    folder = cache_folder() / "data" / key
    about = _checked(folder)
    return None if about is None else (folder, about)


def alias(key: str, other: str) -> None:
    """Let ``known_as(key)`` find the entry ``other`` from now on."""
    root = cache_folder() / "data"
    # It only saves finding out again what was found out once.
    with suppress(OSError):
        write_whole(root / f"{key}.alias", other.encode())


def known_as(key: str) -> str | None:
    """The entry that ``alias`` recorded for ``key``."""
    try:
        other = (cache_folder() / "data" / f"{key}.alias").read_bytes()
    except OSError:
        return None
    return other.decode("ascii", "replace") if len(other) == len(key) and other.isalnum() else None


def discard(key: str) -> None:
    """Take the entry ``key`` away: it cannot be used after all."""
    shutil.rmtree(cache_folder() / "data" / key, ignore_errors=True)


def _seal(folder: Path, about: dict[str, Any]) -> None:
    parts = {}
    for part in sorted(folder.iterdir()):
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        parts[part.name] = [part.stat().st_size, _checksum(part)]
    content = json.dumps({"parts": parts, "about": about}).encode("utf-8", "surrogatepass")
    check = f"{zlib.crc32(content):08x}\n".encode()
    write_whole(folder / _ABOUT, check + content)


def _move(aside: Path, place: Path) -> dict[str, Any]:
    if place.exists() and _checked(place) is None:
        shutil.rmtree(place, ignore_errors=True)
    try:
        aside.rename(place)
    except OSError:
        # Somebody else was as quick: theirs is the same.
        if _checked(place) is None:
            raise
    found = _checked(place)
    if found is None:
        raise OSError(5, "what was written there is not what lies there")
    return found


def _checked(folder: Path) -> dict[str, Any] | None:
    """What about.json says, where every part is as it was written; marks the entry as used."""
    try:
        check, _, content = (folder / _ABOUT).read_bytes().partition(b"\n")
        if check != f"{zlib.crc32(content):08x}".encode():
            return None
        record = json.loads(content)
        for name, (size, checksum) in record["parts"].items():
            part = folder / name
            if part.stat().st_size != size or _checksum(part) != checksum:
                return None
        os.utime(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    about: dict[str, Any] = record["about"]
    return about


def _checksum(path: Path) -> int:
    found = 0
    with path.open("rb") as stream:
        while chunk := stream.read(limits.CHUNK_BYTES):
            found = zlib.crc32(chunk, found)
    return found


def _trim(root: Path, kept: str) -> None:
    """Take away the entries that were not used for longest, while there is too much.

    And what a process that was killed left half written, once that is a day ago.
    """
    # Another process may be at it.
    with suppress(OSError):
        folders = [folder for folder in root.iterdir() if folder.is_dir()]
        for folder in folders:
            if folder.suffix == ".tmp" and time.time() - folder.stat().st_mtime > _ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)
        entries = [each for each in folders if each.suffix != ".tmp" and each.name != kept]
        sizes = {entry: sum(part.stat().st_size for part in entry.iterdir()) for entry in entries}
        total = sum(sizes.values())
        for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime):
            if total <= MAX_CACHE_BYTES:
                return
            shutil.rmtree(entry, ignore_errors=True)
            total -= sizes[entry]
