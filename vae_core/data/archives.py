"""Zip archives from strangers: looked through before anything in them is unpacked."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.data.opened import limited, unreadable
from vae_core.errors import reason

ZIP = b"PK"
NESTED = {".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst"}
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED = 0x1


class Archive:
    """A zip whose entries have harmless names, are plain files, and are not too many or large."""

    def __init__(self, file: zipfile.ZipFile, name: str, most_bytes: int) -> None:
        self.name, self._file = name, file
        entries = file.infolist()
        if len(entries) > limits.MAX_ENTRIES:
            raise DataError(
                f"{name} has {len(entries):,} entries, but an archive may have "
                f"{limits.MAX_ENTRIES:,}; give a part of it."
            )
        for entry in entries:
            self._check_entry(entry)
        self.entries = sorted(
            (entry for entry in entries if not entry.is_dir() and not is_litter(entry.filename)),
            key=lambda entry: entry.filename,
        )
        declared = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        if declared > most_bytes:
            raise DataError(
                f"{name} would unpack to {limits.size(declared)}, but an archive may hold "
                f"{limits.size(most_bytes)}; give a part of it."
            )
        if declared > limits.RATIO_COUNTS_FROM and declared > limits.MAX_RATIO * max(packed, 1):
            raise DataError(
                f"{name} would unpack to {declared // max(packed, 1):,} times its size, as only "
                "archives made to fill a disk do; pack the files again."
            )

    def _check_entry(self, entry: zipfile.ZipInfo) -> None:
        if not entry.filename:
            raise DataError(f"{self.name} has an entry without a name; pack the files again.")
        shown = repr(entry.filename[:60])
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or _DRIVE.match(entry.filename):
            raise DataError(
                f"{self.name} has an entry {shown} that points outside of it; pack the files again "
                "with plain names."
            )
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise DataError(
                f"{self.name} has an entry {shown} that is a link or a device, not a file; pack "
                "the files themselves."
            )
        if entry.flag_bits & _ENCRYPTED:
            raise DataError(f"{self.name} is locked with a password; pack the files without one.")

    @contextmanager
    def opened(self, entry: zipfile.ZipInfo, most: int | None = None) -> Iterator[IO[bytes]]:
        """The unpacked bytes of ``entry``, never more than it declares, nor than ``most``."""
        declared = entry.file_size if most is None else min(most, entry.file_size)
        with self._errors(entry.filename), self._file.open(entry) as raw:
            yield limited(raw, f"{entry.filename[:60]} of {self.name}", declared)

    def content(self, entry: zipfile.ZipInfo, most: int) -> bytes:
        """All of ``entry``. Raises DataError where that is over ``most`` bytes, or damaged."""
        with self.opened(entry, most) as stream:
            return stream.read()

    @contextmanager
    def _errors(self, entry: str) -> Iterator[None]:
        try:
            yield
        except DataError:
            raise
        except Exception as error:  # a damaged entry fails in many ways
            raise DataError(
                f"{entry[:60]!r} of {self.name} cannot be unpacked ({reason(error)}); pack the "
                "files again."
            ) from error


@contextmanager
def open_archive(path: Path, most_bytes: int | None = None) -> Iterator[Archive]:
    """The zip ``path``, which may unpack to ``most_bytes``.

    Raises DataError where it is none, or one that harms.
    """
    try:
        file = zipfile.ZipFile(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except Exception as error:  # zipfile trusts its numbers: struct, value and index errors
        raise DataError(
            f"{path.name} is damaged: it cannot be read as {_what(path)} ({reason(error)}); save, "
            "pack or download it again."
        ) from error
    with file:
        yield Archive(file, path.name, most_bytes or limits.MAX_UNPACKED_BYTES)


def _what(path: Path) -> str:
    # A workbook is a zip inside, which is no concern of those who have one.
    return "a workbook" if path.suffix.lower() in (".xlsx", ".xlsm") else "a zip archive"


def is_litter(name: str) -> bool:
    """What systems leave in archives and folders beside the files that were meant."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part in ("__MACOSX", "Thumbs.db", "desktop.ini")
               for part in parts)  # fmt: skip


def folders_below_common(names: list[str]) -> list[str]:
    """The folder of each name, less what all of them have in front; "" for none."""
    parents = [PurePosixPath(name).parent.parts for name in names]
    common = 0
    if parents:
        shortest = min(parents, key=len)
        while common < len(shortest) and all(p[common] == shortest[common] for p in parents):
            common += 1
    return ["/".join(parts[common:]) for parts in parents]
