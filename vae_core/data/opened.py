"""Files opened as bytes: plain or gzip, never more of them than is allowed."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.errors import reason

GZIP = b"\x1f\x8b"


def check_file(path: Path) -> int:
    """The size of the plain file ``path``, in bytes. Raises DataError where it is none."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise DataError(f"The file {path} does not exist; check the path.") from error
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise DataError(f"{path} is a folder; give one file of texts.")
    if not stat.S_ISREG(found.st_mode):
        raise DataError(f"{path} is a device, not a file; give one file of texts.")
    if found.st_size > limits.MAX_FILE_BYTES:
        raise DataError(
            f"{path.name} has {limits.size(found.st_size)}, but a file may have "
            f"{limits.size(limits.MAX_FILE_BYTES)}; give a smaller file."
        )
    if not found.st_size:
        raise empty(path.name)
    return found.st_size


def empty(name: str) -> DataError:
    """What to say of a file with nothing in it."""
    return DataError(f"{name} is empty; give a file with texts, such as one item a line.")


def unreadable(path: Path, error: Exception) -> DataError:
    """What to say where the system does not let us read."""
    why = getattr(error, "strerror", None) or reason(error)
    shown = str(path) if len(str(path)) <= 200 else f"{str(path)[:200]}…"
    return DataError(f"{shown} cannot be read: {why}; check the path and its permissions.")


def magic(path: Path) -> bytes:
    """The first bytes of the file, unpacked where they are gzip; fewer than 16 in a short one."""
    with opened(path) as stream:
        return stream.read(16)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of ``path``, unpacked where they are gzip, as a stream that counts them.

    Reading raises DataError past ``MAX_UNPACKED_BYTES``, and where gzip is damaged.
    """
    try:
        raw = path.open("rb")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    with raw:
        packed = raw.read(2) == GZIP
        raw.seek(0)
        source: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        yield limited(source, path.name, limits.MAX_UNPACKED_BYTES)


def limited(source: IO[bytes], name: str, most: int) -> IO[bytes]:
    """``source`` as a stream of at most ``most`` bytes, whose every error is a DataError."""
    return io.BufferedReader(_Limited(source, name, most), limits.CHUNK_BYTES)


class _Limited(io.RawIOBase):
    def __init__(self, source: IO[bytes], name: str, most: int) -> None:
        self._source, self._name, self._most = source, name, most
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            found = self._source.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(
                f"{self._name} looks like gzip but cannot be unpacked ({reason(error)}); download "
                "it again."
            ) from error
        except OSError as error:
            raise unreadable(Path(self._name), error) from error
        self._count += len(found)
        if self._count > self._most:
            raise DataError(
                f"{self._name} holds over {limits.size(self._most)} once unpacked; give a smaller "
                "file."
            )
        buffer[: len(found)] = found
        return len(found)


def sampled(path: Path, most: int, parts: int) -> tuple[bytes, list[bytes], float]:
    """The first ``most`` bytes of a text file, parts from all over it, and the size of all of it.

    The parts are ``parts`` stretches of whole lines at even distances, where the file is larger
    and not packed. The size, in unpacked bytes, is estimated for gzip.
    """
    with opened(path) as stream:
        head = stream.read(most)
        more = bool(stream.read(1))
    try:
        with path.open("rb") as raw:
            on_disk = os.fstat(raw.fileno()).st_size
            if not more:
                return head, [], len(head)
            if raw.read(2) == GZIP:
                # As well packed as its head.
                share = len(zlib.compress(head, 6)) / max(len(head), 1)
                return head, [], max(on_disk / share, len(head) + 1)
            found, each = [], max(most // max(parts, 1) // 2, 1)
            for number in range(1, parts + 1):
                raw.seek(most + (on_disk - most) * number // (parts + 1))
                lines = raw.read(each).split(b"\n")[1:-1]
                found.append(b"\n".join(lines))
            return head, [part for part in found if part], float(on_disk)
    except OSError as error:
        raise unreadable(path, error) from error
