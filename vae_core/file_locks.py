"""Locks on open files that the system lets go of when their holder ends, however it ends.

Windows has no such locks: there, everybody gets what they ask for and nobody seems to hold it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def take(held: int) -> bool:
    """Whether the lock of this open file is ours now; False where another process has it.

    Raises OSError where the file system has no locks.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def held_by(lock: Path) -> bytes | None:
    """What the living process that has ``lock`` wrote into it; None where nobody has it.

    Raises OSError where the file cannot be opened, or the file system has no locks.
    """
    if sys.platform == "win32":
        return None
    probe = os.open(lock, os.O_RDONLY)
    try:
        fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(probe, 256)
    else:
        return None
    finally:
        os.close(probe)
