"""Opened runs, each loaded once for the whole process; the longest unused make room for others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from vae_core.data.text_column import TextColumn
from vae_core.errors import UserError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run, RunSummary

MOST_BYTES = 2 << 30
# A Python string's own size, and its place in a tuple.
_TEXT_BYTES = 64

Key = tuple[Path, str]


class ChangedError(UserError):
    """A run is no longer what it was when it was first opened; the message is one sentence."""


def content_of(summary: RunSummary) -> str:
    """What tells the content of a run folder from what was there before."""
    # The hash is of the weights: another training may reach the same ones with other labels.
    return f"{summary.content_hash} {summary.created}"


class ModelStore:
    """Runs by folder and content. Safe to use from any thread; a run is shared: never train it.

    Args:
        load: opens a run folder.
        most_bytes: what the runs may take together; the newest is kept whatever it takes.
    """

    def __init__(self, load: Callable[[Path], Run], most_bytes: int = MOST_BYTES) -> None:
        self._load, self._most_bytes = load, most_bytes
        self._lock = Lock()
        self._runs: OrderedDict[Key, tuple[Run, int]] = OrderedDict()
        self._loading: dict[Key, Future[Run]] = {}

    def holds(self, path: Path, content: str) -> bool:
        """Whether the run is there, so that ``open`` returns at once."""
        return (path, content) in self._runs

    def open(self, path: Path, content: str) -> Run:
        """The run in that folder, whose content is ``content`` as ``content_of`` says.

        Who asks while it is being loaded waits for that. Raises ChangedError where the folder now
        holds another run, and what ``load`` raises.
        """
        key = (path, content)
        with self._lock:
            if key in self._runs:
                self._runs.move_to_end(key)
                return self._runs[key][0]
            loading = self._loading.get(key)
            if mine := loading is None:
                loading = self._loading[key] = Future()
        if mine:
            self._fulfil(key, loading)
        return loading.result()

    def clear(self) -> None:
        """Forget every run."""
        with self._lock:
            self._runs.clear()

    def _fulfil(self, key: Key, loading: Future[Run]) -> None:
        try:
            run = self._load(key[0])
            if content_of(run.summary) != key[1]:
                raise ChangedError(f"{key[0].name} has changed on disk; open it again.")
        except BaseException as error:
            with self._lock:
                del self._loading[key]
            loading.set_exception(error)  # for those who wait for it
            raise
        with self._lock:
            del self._loading[key]
            self._runs[key] = (run, size_of(run))
            self._make_room()
        loading.set_result(run)

    def _make_room(self) -> None:
        total = sum(size for _, size in self._runs.values())
        while len(self._runs) > 1 and total > self._most_bytes:
            total -= self._runs.popitem(last=False)[1][1]


def size_of(run: Run) -> int:
    """Bytes that an opened run takes, roughly. Pictures mapped from disk take none."""
    weights = [*run.model.parameters(), *run.model.buffers()]
    total = sum(value.nbytes for value in weights)
    total += run.latents.mean.nbytes + run.latents.log_variance.nbytes
    if run.images is not None and not isinstance(run.images, np.memmap):
        total += run.images.nbytes
    columns = [run.table.texts or (), run.labels or (), *run.metadata.values()]
    return total + sum(map(_bytes_of, columns))


def _bytes_of(column: Sequence[str]) -> int:
    if isinstance(column, TextColumn):
        return column.nbytes
    return sum(len(text) + _TEXT_BYTES for text in column)
