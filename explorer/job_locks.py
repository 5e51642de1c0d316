"""Who works, and who changes the queue, told by locks that the system lets go of by itself.

There is one lock file a slot. The worker in that slot holds it and has inherited it from who
started it, so that it is free again when the worker ends, however it ends. A server that was
started anew, and another one on the same folder, see the same workers. One more lock is for
whoever changes the queue; it is held for milliseconds.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from vae_core.file_locks import held_by, take

QUEUE = "queue.lock"
PATIENCE_SECONDS = 20.0
_PAUSE, _TRIES = 0.005, 20
_HERE = Lock()  # where the system has no such locks, threads at least keep out of each other's way


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Be the only one, of all threads, servers and commands, who changes the queue in `folder`.

    Raises OSError where the folder cannot be written, or another one does not let go of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder / QUEUE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if sys.platform == "win32":
            with _HERE:
                yield
        else:
            _wait_for(held)
            yield
    finally:
        os.close(held)


def slot_lock(folder: Path, number: int) -> Path:
    """Return the lock file of one slot, counted from 1."""
    return folder / ("running.lock" if number == 1 else f"running-{number}.lock")


def holders(folder: Path) -> list[str]:
    """Return the ids of the jobs that have a living worker, whatever number of slots is set."""
    found = (holder_of(lock) for lock in sorted(folder.glob("running*.lock")))
    return [holder for holder in found if holder is not None]


def holder_of(lock: Path) -> str | None:
    """Return the name in which a living worker holds `lock`, or None where nobody does."""
    try:
        said = held_by(lock)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if said is None else said.decode(errors="replace")


def take_slot(folder: Path, slots: int, holder: str) -> int | None:
    """Take a free slot in `holder`'s name: an open file to hand to the worker; None where all
    are busy.

    Call it while `changing` the queue. Raises OSError where the lock cannot be written.
    """
    for number in range(1, slots + 1):
        held = _take(slot_lock(folder, number), holder)
        if held is not None:
            return held
    return None


def _take(lock: Path, holder: str) -> int | None:
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _locked(held):
            os.close(held)
            return None
        os.ftruncate(held, 0)
        os.pwrite(held, holder.encode(), 0)
    except OSError:
        os.close(held)
        raise
    return held


def _locked(held: int) -> bool:
    """Whether it is ours now. Who only looks holds it too, but for microseconds: try again."""
    for _ in range(_TRIES):
        if take(held):
            return True
        time.sleep(_PAUSE)
    return False


def _wait_for(held: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not take(held):
        if time.monotonic() >= deadline:
            raise TimeoutError(errno.ETIMEDOUT, "another program keeps the queue to itself")
        time.sleep(_PAUSE)
