"""Looks at people's data that take a while: `latentscape plan` in a process of its own."""

from __future__ import annotations

import functools
import json
import subprocess
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from explorer import job_process
from explorer.jobs import WORKER

MOST_KEPT = 64
# A corpus of millions of items is read and tried in less.
LONGEST_SECONDS = 1800.0
_MARK = "latentscape: "


class PlanError(RuntimeError):
    """Data that cannot be looked at; the message is one sentence."""


class Plans:
    """Plans that were asked for, one made at a time; the same is made once for all visitors."""

    def __init__(self, worker: Sequence[str] = WORKER) -> None:
        self._worker = tuple(worker)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="plan")
        self._known: OrderedDict[tuple[str, ...], Future[dict[str, Any]]] = OrderedDict()
        self._guard = Lock()

    def get(self, arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
        """Return the plan for these arguments of `latentscape plan`, made or in the making.

        `file`: what they name; where it changes, the plan is made anew. The future raises
        PlanError.
        """
        key = (*arguments, version_of(file))
        with self._guard:
            if key not in self._known:
                self._known[key] = self._pool.submit(self._make, arguments)
                while len(self._known) > MOST_KEPT:
                    _, oldest = self._known.popitem(last=False)
                    oldest.cancel()
            self._known.move_to_end(key)
            return self._known[key]

    def _make(self, arguments: Sequence[str]) -> dict[str, Any]:
        try:
            done = subprocess.run(
                [*self._worker, "plan", *arguments, "--json"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=job_process.environment(),
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PlanError(
                f"Looking at the data took over {LONGEST_SECONDS / 60:.0f} minutes; give a part "
                "of them first."
            ) from error
        except OSError as error:
            raise PlanError(f"The data could not be looked at: {error.strerror}.") from error
        if done.returncode == 0:
            found: dict[str, Any] = json.loads(done.stdout)
            return found
        raise PlanError(_problem(done.stderr.decode(errors="replace"), done.returncode))


def _problem(said: str, code: int) -> str:
    sentences = [line.removeprefix(_MARK) for line in said.splitlines() if line.startswith(_MARK)]
    if sentences:
        return sentences[-1]
    if code < 0:
        return (
            f"Looking at the data was ended by signal {-code}, often for want of memory; give a "
            "part of them first."
        )
    return "The data could not be looked at; check the file."


def version_of(file: Path) -> str:
    """Return what changes where a file does: its size and when it was written."""
    try:
        about = file.stat()
    except OSError:
        return "gone"
    return f"{about.st_size} {about.st_mtime_ns}"


@functools.cache
def plans() -> Plans:
    """Return the one `Plans` of this process."""
    return Plans()
