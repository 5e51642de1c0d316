"""Where an export goes: written aside, put in place when whole, never over what is not ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path

from vae_core.export.errors import ExportError


def check_file(out: Path, *, overwrite: bool) -> None:
    """Raises ExportError where ``file_at`` would do so before anything is written."""
    with _told(out):
        if out.is_dir():
            raise ExportError(f"{out} is a folder, but this format is one file; name a file.")
        if out.exists() and not overwrite:
            raise ExportError(f"{out} exists already; choose another name, or add --overwrite.")


def check_folder(out: Path, *, overwrite: bool, owned: Sequence[str]) -> None:
    """Raises ExportError where ``folder_at`` would do so before anything is written."""
    with _told(out):
        if out.exists() and not out.is_dir():
            raise ExportError(f"{out} is a file, but this format is a folder; name a folder.")
        _check_contents(out, overwrite, owned)


@contextmanager
def file_at(out: Path, *, overwrite: bool) -> Iterator[Path]:
    """A path to write to, which becomes the file ``out`` when the block ends well.

    On any error nothing is left behind, and what stood at ``out`` stands. Raises ExportError.
    """
    aside = _aside(out, "tmp")
    check_file(out, overwrite=overwrite)
    with _told(out):
        try:
            yield aside
            _on_disk(aside)
            aside.replace(out)
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)


@contextmanager
def folder_at(out: Path, *, overwrite: bool, owned: Sequence[str]) -> Iterator[Path]:
    """A folder to fill, which becomes ``out`` when the block ends well; else as ``file_at``.

    Only a folder in which every name fits one of the patterns ``owned`` is ever written over.
    """
    aside, earlier = _aside(out, "tmp"), _aside(out, "old")
    check_folder(out, overwrite=overwrite, owned=owned)
    with _told(out):
        aside.mkdir()
        try:
            yield aside
            for file in aside.iterdir():
                _on_disk(file)
            if out.exists():
                out.rename(earlier)
            aside.rename(out)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            if earlier.exists() and not out.exists():
                earlier.rename(out)
            shutil.rmtree(earlier, ignore_errors=True)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """What the system says while ``out`` is looked at or written, as one sentence."""
    try:
        if "\0" in str(out) or out.name in ("", ".."):
            raise ExportError(f"{str(out)!r} cannot be the name of a file or folder; give another.")
        if not out.parent.is_dir():
            raise ExportError(f"There is no folder {out.parent}; make it, or choose another place.")
        yield
    except OSError as error:
        raise ExportError(
            f"{out} cannot be written: {error.strerror or error}; free some space or choose "
            "another place."
        ) from error


def _check_contents(out: Path, overwrite: bool, owned: Sequence[str]) -> None:
    names = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    if names and not overwrite:
        raise ExportError(f"{out} is not empty; choose another folder, or add --overwrite.")
    foreign = [name for name in names if not any(fnmatchcase(name, own) for own in owned)]
    if foreign:
        raise ExportError(
            f"{out} holds something else than such an export ({foreign[0]}), which is not written "
            "over; choose another folder."
        )


def _aside(out: Path, kind: str) -> Path:
    return out.with_name(f".{out.name}.{os.getpid()}.{kind}")


def _on_disk(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
