"""A worker process of our own: started apart from the server, ended step by step."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LOG, PID = "log.txt", "pid"
MAX_THREADS = 8
# The shell notes its number, which stays the worker's own: so a server that finds the folder later
# knows that the job has begun, even if its starter was killed in that very moment. Where memory
# runs out, the system is to end the worker and not the server. What the shell cannot note it does
# not begin.
_BEGIN = 'echo 600 2>/dev/null >"/proc/$$/oom_score_adj"; echo $$ >"$0" && exec "$@"'


def start(
    command: Sequence[str], folder: Path, slot: int, cwd: Path | None = None, share: int = 1
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; its log and its number go to the job's `folder`.

    Args:
        slot: the open lock of its slot, which the worker keeps until it ends.
        cwd: the folder it works in; None: where we are.
        share: how many workers share the processors.

    Raises:
        OSError: the command cannot be started, or the log cannot be written.
    """
    windows = sys.platform == "win32"
    begin = () if windows else ("/bin/sh", "-c", _BEGIN, str((folder / PID).absolute()))
    with (folder / LOG).open("wb") as output:
        return subprocess.Popen(
            [*begin, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment(share),
            start_new_session=True,
            pass_fds=() if windows else (slot,),
        )


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
    if pid <= 1:  # 0 would be our own group: a job that has no process yet
        return
    try:
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return  # it has ended meanwhile


def environment(share: int = 1) -> dict[str, str]:
    """Return the environment in which a worker runs beside the server and `share` - 1 others."""
    # One core stays with the server: two torch processes spinning on the same cores slow each
    # other down tenfold. The log is read by a person: no colours, no frames, nothing buffered.
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    threads = str(max(1, min(MAX_THREADS, (cores - 1) // share)))
    return os.environ | {
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "NUMBA_NUM_THREADS": threads,
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
