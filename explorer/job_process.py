"""A worker process of our own: started apart from the server, known to live, ended step by step.

Whether a worker lives is told by a lock on a file, not by its number: the worker inherits the
lock and the system lets go of it when the worker ends, however it ends. So a server that was
started anew still knows of a worker that its predecessor left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

if sys.platform != "win32":
    import fcntl

MAX_THREADS = 8


class WorkerRunningError(RuntimeError):
    """Another worker holds the lock."""


def start(command: Sequence[str], log: Path, lock: Path, holder: str) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, output to `log`, holding `lock` in `holder`'s name.

    Raises:
        WorkerRunningError: another worker, of this or another server, holds the lock.
        OSError: the command cannot be started, or the log cannot be written.
    """
    held = _take(lock, holder)
    try:
        with log.open("wb") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,
                pass_fds=() if sys.platform == "win32" else (held,),
            )
    finally:
        os.close(held)


def holder_of(lock: Path) -> str | None:
    """Return the name in which a living worker holds `lock`, or None where nobody does."""
    if sys.platform == "win32":
        return None
    try:
        probe = os.open(lock, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(probe, 256).decode()
    else:
        return None
    finally:
        os.close(probe)


def interrupt(pid: int) -> None:
    """Ask the worker and its children to end; what is worth keeping they may still save."""
    _signal(pid, signal.SIGINT)


def terminate(pid: int) -> None:
    """Ask the worker and its children to end at once."""
    _signal(pid, signal.SIGTERM)


def kill(pid: int) -> None:
    """End the worker and its children; they cannot refuse."""
    _signal(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    try:
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return  # it has ended meanwhile


def _take(lock: Path, holder: str) -> int:
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if sys.platform != "win32":
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(held, 0)
        os.pwrite(held, holder.encode(), 0)
    except BlockingIOError as error:
        os.close(held)
        raise WorkerRunningError(f"{lock} is held by another worker.") from error
    except OSError:
        os.close(held)
        raise
    return held


def environment() -> dict[str, str]:
    """Return the environment in which a worker runs beside the server."""
    # One core stays with the server: two torch processes spinning on the same cores slow each
    # other down tenfold. The log is read by a person: no colours, no frames, nothing buffered.
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    threads = str(max(1, min(MAX_THREADS, cores - 1)))
    return os.environ | {
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
