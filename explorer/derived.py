"""Arrays derived from a run, kept in RUN/derived/NAME.npz with the key of their content.

Runs that come with the package, and those whose folder cannot be written, have a folder of their
own below RUNS/.derived instead.

A run folder may come from anybody, so a file is read within the size that is expected, never
unpickled, and believed only where its key says that it was made from this very content.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import paths
from explorer.array_files import plain_array
from vae_core.errors import UserError
from vae_core.files import whole_file

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

FOLDER = "derived"
ELSEWHERE = ".derived"
_KEY = "key"
_STALE_SECONDS = 3600.0
# Beside the arrays themselves: their headers, the zip's directory, the key.
_OVERHEAD = 64 * 1024

Arrays = dict[str, NDArray[Any]]


class DerivedError(UserError):
    """What is derived from a run cannot be kept beside it; the message is one sentence."""


class UnfitError(ValueError):
    """A file that was not derived from this run in this way, or is damaged."""


def key_of(run: Run, name: str, version: int, parameters: Mapping[str, int | float | str]) -> str:
    """Return what tells this derivation of this content from every other, as hexadecimal."""
    # The hash is of the weights: another training may reach the same ones from other items.
    said = [run.content_hash, run.summary.created, len(run), run.latent_dim]
    written = json.dumps([*said, name, version, dict(sorted(parameters.items()))])
    return hashlib.sha256(written.encode()).hexdigest()


def place_of(run: Run) -> Path:
    """Return the folder that keeps what is derived from a run; it need not exist."""
    bundled = run.path.absolute().is_relative_to(paths.assets_folder())
    # Of a run that was deleted meanwhile nothing is to be kept anywhere.
    if not bundled and (os.access(run.path, os.W_OK) or not run.path.exists()):
        return run.path / FOLDER
    content = f"{run.content_hash} {run.summary.created}"
    return paths.runs_folder() / ELSEWHERE / hashlib.sha256(content.encode()).hexdigest()[:32]


def find(run: Run, name: str) -> Path | None:
    """Return the file of this name that is kept for a run, believed or not; None for none."""
    # A run that others may only read can have been prepared by its owner.
    for place in dict.fromkeys((place_of(run), run.path / FOLDER)):
        file = place / f"{name}.npz"
        if file.is_file():
            return file
    return None


def names(run: Run, prefix: str) -> list[str]:
    """Return the names that begin so of what is kept for a run, believed or not, in order."""
    found: set[str] = set()
    for place in (place_of(run), run.path / FOLDER):
        try:
            found.update(name for name in os.listdir(place) if name.startswith(prefix))
        except OSError:
            continue  # nothing is kept there
    return sorted(name.removesuffix(".npz") for name in found if name.endswith(".npz"))


def write(run: Run, name: str, key: str, arrays: Arrays) -> Path:
    """Keep arrays for a run, whole or not at all; return their file.

    Raises:
        DerivedError: the folder cannot be written.
    """
    place = place_of(run)
    file = place / f"{name}.npz"
    try:
        # The folder of a run that was deleted meanwhile must not come back.
        place.mkdir(parents=place.parent != run.path, exist_ok=True)
        _clear(file)
        plain: dict[str, Any] = {
            name: np.ascontiguousarray(array) for name, array in arrays.items()
        }
        plain[_KEY] = np.frombuffer(key.encode(), np.uint8)
        with whole_file(file) as stream:
            np.savez(stream, allow_pickle=False, **plain)
    except OSError as error:
        raise DerivedError(
            f"{file} cannot be written: {error.strerror or error}; what it would hold is computed "
            "when a page needs it."
        ) from error
    return file


def _clear(file: Path) -> None:
    """Remove what writers left beside `file` that were killed in that moment."""
    for aside in file.parent.glob(f".{file.name}.*.tmp"):
        if time.time() - aside.stat().st_mtime > _STALE_SECONDS:
            aside.unlink(missing_ok=True)


def read(
    run: Run, name: str, key: str, most_bytes: int, only: Collection[str] | None = None
) -> Arrays | None:
    """Return what `write` kept under this name and key, read-only; None where it is not there.

    Args:
        most_bytes: what the arrays may take together.
        only: the names of the arrays to read; by default all.

    Raises:
        UnfitError: the file is of something else, or damaged.
    """
    try:
        file = find(run, name)
        if file is None:
            return None
        if file.stat().st_size > most_bytes + _OVERHEAD:
            raise UnfitError(f"{file} is larger than it can be.")
        with file.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            return _arrays(archive, key, most_bytes, only)
    except UnfitError:
        raise
    # A broken header ends in one of several kinds, TokenError and RecursionError among them.
    except Exception as error:
        raise UnfitError(f"{name} of {run.path} cannot be read.") from error


def fitting(array: NDArray[Any], dtype: type[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return an array that was read, where it is what was expected and finite; else ValueError."""
    finite = array.dtype.kind != "f" or bool(np.isfinite(array).all())
    if array.dtype != dtype or array.shape != shape or not finite:
        raise UnfitError(f"{array.dtype} {array.shape} came, {dtype} {shape} was expected.")
    return array


def _arrays(
    archive: zipfile.ZipFile, key: str, most_bytes: int, only: Collection[str] | None
) -> Arrays:
    found: Arrays = {}
    left = most_bytes + _OVERHEAD
    entries = archive.infolist()
    # `write` packs nothing, so nothing here unpacks to more than its size.
    if len(entries) > 64 or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise UnfitError("It is packed in another way.")
    for entry in sorted(entries, key=lambda entry: entry.filename != f"{_KEY}.npy"):
        left -= entry.file_size
        if left < 0:
            raise UnfitError("It holds more than it can.")
        name = entry.filename.removesuffix(".npy")
        if only is not None and name not in (*only, _KEY):
            continue
        found[name] = plain_array(archive.read(entry))
        if _KEY not in found or found[_KEY].tobytes() != key.encode():
            raise UnfitError("It was derived from another content, or in another way.")
    del found[_KEY]
    return found
