"""Looks at people's data that take a while: `latentscape plan` in a process of its own."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from explorer import side_command
from explorer.jobs import WORKER

MOST_KEPT = 64
# A corpus of millions of items is read and tried in less.
LONGEST_SECONDS = 1800.0


class PlanError(RuntimeError):
    """Data that cannot be looked at; the message is one sentence."""


class RefusedError(PlanError):
    """Data that cannot be trained on as they are; the message says what to change."""


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
            return side_command.result(
                ["plan", *arguments, "--json"],
                worker=self._worker,
                seconds=LONGEST_SECONDS,
                doing="Looking at the data",
                instead="check the file, or give a part of it first",
            )
        except side_command.RefusedError as error:
            raise RefusedError(str(error)) from error
        except side_command.CommandError as error:
            raise PlanError(str(error)) from error


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
