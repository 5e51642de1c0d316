"""Gathers what everybody asks of a model, and has it answered as one batch in a worker thread.

Everything here runs on the event loop but ``Model.answer``.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from explorer.live.protocol import Decode, Header, Request
from explorer.live.replies import Error, Reply

# How long a request waits for company at most, in seconds.
WAIT = 0.002
FAILED = "The server could not answer this; its log says why."

_log = logging.getLogger(__name__)


class Model(Protocol):
    """What answers: one batch at a time, in a worker thread."""

    most_rows: int

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply]:
        """The answer to each request."""


class Client(Protocol):
    """One connection."""

    @property
    def ready(self) -> bool:
        """Whether everything that it was sent has left; until then nothing is made for it."""

    def deliver(self, header: Header, reply: Reply) -> None:
        """Take the answer to the request with that header."""


@dataclass(frozen=True, slots=True)
class _Job:
    model: Model
    client: Client
    header: Header
    request: Request
    number: int  # in order of arrival
    arrived: float

    @property
    def rows(self) -> int:
        return len(self.request.z) if isinstance(self.request, Decode) else 1


class Batcher:
    """Waiting requests, at most one of a client and channel: a newer one takes its place.

    Args:
        executor: where models answer; a model answers one batch at a time.
        wait: seconds that a request waits for others, where the last batch was of more clients.
    """

    def __init__(self, executor: Executor, wait: float = WAIT) -> None:
        self._executor, self._wait = executor, wait
        self._jobs: dict[tuple[Client, int], _Job] = {}
        self._numbers = count()
        self._busy: set[Model] = set()
        self._timers: dict[Model, asyncio.TimerHandle] = {}
        # Of how many clients the last batch of a model was.
        self._company: weakref.WeakKeyDictionary[Model, int] = weakref.WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many requests wait."""
        return len(self._jobs)

    def submit(self, model: Model, client: Client, header: Header, request: Request) -> None:
        """Have a request answered; what waits on the same channel of this client never will be."""
        key = (client, header.channel)
        replaced = self._jobs.pop(key, None)
        now = asyncio.get_running_loop().time()
        if replaced is None or replaced.model is not model:
            self._jobs[key] = _Job(model, client, header, request, next(self._numbers), now)
        else:
            # It keeps its turn, so that a hand that never rests is served like any other.
            number, arrived = replaced.number, replaced.arrived
            self._jobs[key] = _Job(model, client, header, request, number, arrived)
        self._consider(model)

    def forget(self, client: Client) -> None:
        """Drop what waits for a client that has gone."""
        for key in [key for key in self._jobs if key[0] is client]:
            del self._jobs[key]

    def resume(self, client: Client) -> None:
        """A client has become ready."""
        for model in {job.model for job in self._jobs.values() if job.client is client}:
            self._consider(model)

    def _consider(self, model: Model) -> None:
        """Start a batch of the model, or a timer where it is worth waiting for more."""
        if model in self._busy:
            return
        jobs = [job for job in self._jobs.values() if job.model is model and job.client.ready]
        if not jobs:
            return
        expected = self._company.get(model, 1)
        loop = asyncio.get_running_loop()
        due = min(job.arrived for job in jobs) + self._wait
        if len({job.client for job in jobs}) >= expected or loop.time() >= due:
            self._start(model, jobs)
        elif model not in self._timers:
            self._timers[model] = loop.call_at(due, self._time_is_up, model)

    def _time_is_up(self, model: Model) -> None:
        del self._timers[model]
        self._consider(model)

    def _start(self, model: Model, jobs: list[_Job]) -> None:
        if timer := self._timers.pop(model, None):
            timer.cancel()
        batch = _in_turn(jobs, model.most_rows)
        for job in batch:
            del self._jobs[job.client, job.header.channel]
        self._company[model] = len({job.client for job in batch})
        self._busy.add(model)
        task = asyncio.create_task(self._run(model, batch))
        self._tasks.add(task)  # the loop itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)

    async def _run(self, model: Model, batch: list[_Job]) -> None:
        loop = asyncio.get_running_loop()
        requests = [job.request for job in batch]
        found: Sequence[Reply]
        try:
            found = await loop.run_in_executor(self._executor, model.answer, requests)
        except Exception:  # noqa: BLE001 - whatever went wrong, the server goes on
            _log.exception("A batch of %d requests failed.", len(batch))
            found = [Error(FAILED)] * len(batch)
        finally:
            self._busy.discard(model)
        for job, reply in zip(batch, found, strict=True):
            job.client.deliver(job.header, reply)
        self._consider(model)


def _in_turn(jobs: list[_Job], most_rows: int) -> list[_Job]:
    """As many jobs as fit, a client's first before anybody's second; one at least."""
    before: Counter[Client] = Counter()
    turns: list[tuple[int, int, _Job]] = []
    for job in sorted(jobs, key=lambda job: job.number):
        turns.append((before[job.client], job.number, job))
        before[job.client] += 1
    batch: list[_Job] = []
    rows = 0
    for _, _, job in sorted(turns, key=lambda turn: turn[:2]):
        if not batch or rows + job.rows <= most_rows:
            batch.append(job)
            rows += job.rows
    return batch
