"""Long work on a run, done by our own command beside the server: asked for once, and stopped.

What has been found is known until the server ends, by what was asked and the content it was of.
"""

from __future__ import annotations

import atexit
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Event, Lock, Semaphore, Thread
from typing import Any

from explorer import side_command
from explorer.jobs import WORKER

LONGEST_SECONDS = 3600.0
MOST_KNOWN = 200
# The processors of the server are shared with trainings and with everybody who looks at a map.
AT_A_TIME = 1
_END_SECONDS = 2.0
Key = tuple[str, ...]


@dataclass(eq=False)
class Work:
    """Something asked for; `doing` names it in words ("Looking for clusters")."""

    doing: str
    stopping: Event = field(default_factory=Event)
    begun: float | None = None
    future: Future[dict[str, Any]] = field(default_factory=Future)

    @property
    def over(self) -> bool:
        """Whether there is a result, or will be none."""
        return self.future.done()

    @property
    def result(self) -> dict[str, Any] | None:
        """What was found; None before, and where nothing was."""
        if not self.over or self.future.exception() is not None:
            return None
        return self.future.result()

    @property
    def problem(self) -> str | None:
        """One sentence that says why there is no result; None where it was stopped."""
        error = self.future.exception() if self.over else None
        stopped = error is None or isinstance(error, side_command.StoppedError)
        return None if stopped else str(error)

    def stop(self) -> None:
        """Have it ended: nobody wants its result any more."""
        self.stopping.set()

    def words(self) -> str:
        """Say how far it is."""
        if self.begun is None:
            return f"{self.doing}: waiting for other work to end…"
        return f"{self.doing}… {time.monotonic() - self.begun:.0f} s"


class Works:
    """All such work of one server. Safe to use from any thread."""

    def __init__(self, worker: Sequence[str] = WORKER) -> None:
        self._worker = tuple(worker)
        self._slots = Semaphore(AT_A_TIME)
        self._known: OrderedDict[Key, Work] = OrderedDict()
        self._guard = Lock()

    def known(self, key: Key) -> Work | None:
        """Return what was asked for under this key; None if it never was."""
        with self._guard:
            return self._known.get(key)

    def ask(self, key: Key, arguments: Sequence[str], doing: str, instead: str) -> Work:
        """Have `latentscape` do what the arguments say; anew where that failed or was stopped."""
        with self._guard:
            known = self._known.get(key)
            lost = known is None or known.stopping.is_set()
            if known is not None and not lost and not (known.over and known.result is None):
                return known
            work = self._known[key] = Work(doing)
            self._known.move_to_end(key)
            for old in [k for k, one in self._known.items() if one.over][:-MOST_KNOWN]:
                del self._known[old]
        # A daemon: the end of the server waits for none of them.
        Thread(target=self._do, args=(work, tuple(arguments), instead), daemon=True).start()
        return work

    def close(self) -> None:
        """End all work: the server is about to end."""
        with self._guard:
            works = list(self._known.values())
        for work in works:
            work.stop()
        for work in works:
            with suppress(TimeoutError):
                work.future.exception(timeout=_END_SECONDS)

    def _do(self, work: Work, arguments: tuple[str, ...], instead: str) -> None:
        with self._slots:
            work.begun = time.monotonic()
            try:
                if work.stopping.is_set():
                    raise side_command.StoppedError(f"{work.doing} was stopped.")
                found = side_command.result(
                    [*arguments, "--json"],
                    doing=work.doing,
                    instead=instead,
                    seconds=LONGEST_SECONDS,
                    worker=self._worker,
                    stopped=work.stopping.is_set,
                )
            except side_command.CommandError as error:
                work.future.set_exception(error)
            except ValueError:
                sentence = f"{work.doing} gave no result; {instead}."
                work.future.set_exception(side_command.CommandError(sentence))
            else:
                work.future.set_result(found)


@cache
def works() -> Works:
    """Return the one `Works` of this process; it ends with it."""
    found = Works()
    atexit.register(found.close)
    return found
