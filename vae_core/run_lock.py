"""One writer a run folder: a lock that the system lets go of when its holder ends, however."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vae_core.file_locks import held_by, take
from vae_core.run_items import RunError


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the run folder ``out``, which need not exist yet, as its only writer.

    Raises RunError where another process writes it. Where the file system has no locks, and on
    Windows, nobody is kept out.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    held = _take(_lock_of(out))
    if held is None:
        raise RunError(
            f"Another training is writing {out}; wait until it ends, or choose another folder."
        )
    try:
        yield
    finally:
        # Removed while it is held: who opens it now takes a file that is no more, and looks again.
        _lock_of(out).unlink(missing_ok=True)
        os.close(held)


def is_locked(out: Path) -> bool:
    """Whether a living process writes the run folder ``out``."""
    try:
        return held_by(_lock_of(out)) is not None
    except OSError:
        return False


def _lock_of(out: Path) -> Path:
    return out.with_name(f".{out.name}.lock")


def _take(lock: Path) -> int | None:
    """An open file that holds the lock, or None where another process holds it."""
    while True:
        held = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            ours = take(held)
        except OSError:
            return held
        if not ours:
            os.close(held)
            return None
        if _same_file(held, lock):
            return held
        os.close(held)


def _same_file(held: int, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(held), lock.stat())
    except FileNotFoundError:
        return False
