"""A run out of a .zip that anybody may have made: unpacked aside, checked, and only then kept."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import struct
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from vae_core.errors import UserError, reason
from vae_core.export.errors import RunImportError
from vae_core.export.untrusted import GuardedFile, check_items, check_tokenizer
from vae_core.export.zip_archive import FORMAT, MANIFEST, VERSION, belongs, looks_like_bomb
from vae_core.run_clusters import CLUSTERS, MOST_FILES
from vae_core.run_config import CONFIG, TOKENIZER, read_summary
from vae_core.run_notes import MOST_BYTES, NOTES, read_notes

MAX_BYTES = 16 * 1024**3
_MOST_OF_FILE = {
    MANIFEST: 1024**2,
    CONFIG: 64 * 1024**2,
    TOKENIZER: 256 * 1024**2,
    NOTES: MOST_BYTES,
}
_CHUNK = 1024 * 1024
_LONGEST_NAME = 200  # bytes
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_REGULAR = (0, stat.S_IFREG)
_ENCRYPTED = 0x1
# What reading a .zip that is none, or is broken, ends in.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, NotImplementedError,
    UnicodeError, ValueError, OverflowError, IndexError, KeyError,
)  # fmt: skip


def import_run(
    file: str | Path,
    runs: str | Path,
    *,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Path:
    """Make a run folder below ``runs`` of a .zip that ``export_run`` wrote; gives that folder.

    It is called ``name``, or as the run says, with a number where that is taken. The file is not
    trusted: only known names, sizes counted while unpacking (at most ``max_bytes`` in all), hashes
    by the manifest, then opened as every run is. Nothing in it is run, and on any error nothing is
    left behind. Raises RunImportError.
    """
    file, runs = Path(file), Path(runs)
    if name is not None and (not name or _plain_name(name) != name):
        raise RunImportError(
            f"{name!r} cannot be the name of a run; give letters, digits, spaces, dots, hyphens or "
            "underlines."
        )
    with _aside(runs) as folder:
        _unpack(file, folder, max_bytes)
        wanted = name or _own_name(folder, file)
        return _kept(folder, runs, wanted)


@contextmanager
def _aside(runs: Path) -> Iterator[Path]:
    """An empty folder below ``runs``; whatever is left of it, and of ``runs``, is removed."""
    made: list[Path] = []
    folder = runs / f".import-{uuid.uuid4().hex}"
    try:
        try:
            made = [path for path in (runs, *runs.parents) if not path.exists()]
            folder.mkdir(parents=True)
        except (OSError, ValueError) as error:
            raise RunImportError(
                f"The runs folder {runs} cannot be written to: {reason(error)}; choose another."
            ) from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for path in made:
            with suppress(OSError, ValueError):
                path.rmdir()  # only where it is empty


def _unpack(file: Path, folder: Path, max_bytes: int) -> None:
    """The run of the .zip in ``folder``, opened and found good."""
    try:
        with file.open("rb") as stream:
            _extract(stream, folder, max_bytes)
    except RunImportError as error:
        raise RunImportError(f"{file} is not taken in: {error}") from error
    except _BROKEN as error:
        raise RunImportError(
            f"{file} cannot be read as a .zip of a run ({reason(error)}); copy or export it again."
        ) from error
    except FileNotFoundError as error:
        raise RunImportError(f"There is no file {file}; check the path.") from error
    except OSError as error:
        raise RunImportError(
            f"{file} cannot be unpacked: {error.strerror or reason(error)}; check the file and "
            "the free space."
        ) from error
    _open(file, folder)


def _extract(stream: IO[bytes], folder: Path, max_bytes: int) -> None:
    # A directory of the .zip is read at once, whatever its size: the guard allows little of that.
    guarded: Any = GuardedFile(stream)
    with zipfile.ZipFile(guarded) as archive:
        entries = archive.infolist()
        for entry in entries:
            _check_entry(entry)
        found = {entry.filename: entry for entry in entries}
        if len(found) != len(entries):
            raise RunImportError("it has two files of one name.")
        if MANIFEST not in found:
            raise RunImportError(
                f"it has no {MANIFEST}; make it with `latentscape export RUN --to zip`."
            )
        for entry in entries:  # what it says of itself cannot be more than there is
            entry.compress_size = min(entry.compress_size, guarded.size)
        if sum(name.startswith(f"{CLUSTERS}/") for name in found) > MOST_FILES:
            raise RunImportError(f"it holds more than {MOST_FILES} files of clusters.")
        left = max_bytes
        left -= _write_out(archive, found[MANIFEST], folder, left)[0]
        listed = _manifest(folder / MANIFEST, set(found) - {MANIFEST})
        for name, (digest, size) in listed.items():
            actual = _write_out(archive, found[name], folder, min(left, size))
            if actual != (size, digest):
                raise RunImportError(
                    f"{name} is not what {MANIFEST} says it is; copy or export it again."
                )
            left -= size
    (folder / MANIFEST).unlink()


def _check_entry(entry: zipfile.ZipInfo) -> None:
    # The name as it stands in the file: zipfile cuts it at a zero byte.
    known = entry.orig_filename == MANIFEST or belongs(entry.orig_filename)
    if not known or entry.filename != entry.orig_filename:
        raise RunImportError(f"it holds {entry.orig_filename[:80]!r}, which is no file of a run.")
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
    if kind not in _REGULAR or entry.external_attr & 0x10:
        raise RunImportError(f"{entry.filename} in it is not a plain file.")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        raise RunImportError(f"{entry.filename} in it is encrypted, or packed in an unusual way.")


def _write_out(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, most: int
) -> tuple[int, str]:
    """How many bytes came out of ``entry``, and their SHA-256; never more than ``most``."""
    name = entry.filename
    most = min(most, _MOST_OF_FILE.get(name, most))
    (folder / name).parent.mkdir(exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with archive.open(entry) as source, (folder / name).open("xb") as target:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > most or looks_like_bomb(size, entry.compress_size):
                raise RunImportError(f"{name} in it unpacks to more than it may.")
            digest.update(chunk)
            target.write(chunk)
    return size, digest.hexdigest()


def _manifest(path: Path, names: set[str]) -> dict[str, tuple[str, int]]:
    """SHA-256 and size of each of the files ``names``."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT or content["version"] != VERSION:
            raise RunImportError(f"it is no {FORMAT} of version {VERSION}; export it again.")
        listed = {
            str(name): (str(about["sha256"]), int(about["bytes"]))
            for name, about in content["files"].items()
        }
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        if isinstance(error, RunImportError):
            raise
        raise RunImportError(f"its {MANIFEST} cannot be read; export it again.") from error
    if set(listed) != names:
        raise RunImportError(f"its files are not those that its {MANIFEST} lists; export it again.")
    return listed


def _open(file: Path, folder: Path) -> None:
    """Open what was unpacked as a run, which checks versions, shapes and content."""
    from vae_core.checkpoint import load_run

    try:
        summary = read_summary(folder)
        read_notes(folder)
        check_tokenizer(folder)
        check_items(folder, summary.items)
        load_run(folder)
    except Exception as error:
        raise _refused(file, folder, error) from error
    except BaseException as error:
        # What Rust's libraries raise where they give up is no Exception.
        if type(error).__name__ == "PanicException":
            raise _refused(file, folder, error) from None
        raise


def _refused(file: Path, folder: Path, error: BaseException) -> RunImportError:
    why = reason(error).replace(str(folder), "it").replace("it/", "")
    if not isinstance(error, UserError):
        why = f"its content cannot be read ({type(error).__name__}: {why[:200]})"
    return RunImportError(f"{file} is not taken in: {why}.")


def _own_name(folder: Path, file: Path) -> str:
    summary = read_summary(folder)
    named = summary.name if summary.name != folder.name else ""
    return _plain_name(named) or _plain_name(file.stem) or "run"


def _plain_name(name: str) -> str:
    """What of ``name`` can be a folder's on every system, and is not hidden."""
    plain = re.sub(r"[^\w .\-]", "-", name).encode()[:_LONGEST_NAME]
    return plain.decode(errors="ignore").strip(" .-")


def _kept(folder: Path, runs: Path, name: str) -> Path:
    number = 1
    while True:
        place = runs / (name if number == 1 else f"{name}-{number}")
        number += 1
        if os.path.lexists(place):
            continue
        try:
            folder.rename(place)
        except FileExistsError:
            continue
        except OSError as error:
            if os.path.lexists(place):  # somebody else took the name meanwhile
                continue
            raise RunImportError(
                f"{place} cannot be written: {error.strerror or reason(error)}; choose another "
                "name with --name."
            ) from error
        return place
