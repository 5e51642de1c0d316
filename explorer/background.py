"""Things that are made once, in a thread, while nobody waits; the last few are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
# How much is done, and of how much.
Progress = Callable[[int, int], None]


@dataclass(eq=False)
class _Making:
    thread: threading.Thread
    done: tuple[int, int] = (0, 1)


@dataclass(eq=False)
class _Made(Generic[T]):
    value: T | None = None
    problem: Exception | None = field(default=None)


class Background(Generic[T]):
    """What is made by a name, at most `most` of them kept. Safe to use from any thread.

    What one maker raises is raised to who asks next, who may then ask again.
    """

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most
        self._guard = threading.Lock()
        self._made: OrderedDict[str, _Made[T]] = OrderedDict()
        self._making: dict[str, _Making] = {}

    def get(self, key: str, make: Callable[[Progress], T], seconds: float = 0.0) -> T | None:
        """Return what was made; None while a thread makes it, for which `seconds` are waited."""
        with self._guard:
            if key not in self._made and key not in self._making:
                thread = threading.Thread(
                    target=self._make, args=(key, make), name=self._name, daemon=True
                )
                self._making[key] = _Making(thread)
                thread.start()
        if seconds:
            self.wait(key, seconds)
        with self._guard:
            if key not in self._made:
                return None
            made = self._made[key]
            if made.problem is not None:
                raise self._made.pop(key).problem or AssertionError
            self._made.move_to_end(key)
            return made.value

    def peek(self, key: str) -> T | None:
        """Return what was made, without asking for it."""
        with self._guard:
            made = self._made.get(key)
        return None if made is None else made.value

    def progress(self, key: str) -> float | None:
        """Return which share is done of what is being made; None where nothing is."""
        with self._guard:
            making = self._making.get(key)
        return None if making is None else making.done[0] / max(1, making.done[1])

    def wait(self, key: str, seconds: float | None = None) -> None:
        """Wait until it is made, or for some seconds."""
        with self._guard:
            making = self._making.get(key)
        if making is not None:
            making.thread.join(seconds)

    def _make(self, key: str, make: Callable[[Progress], T]) -> None:
        made: _Made[T] = _Made()

        def progress(done: int, of: int) -> None:
            making.done = (done, of)

        with self._guard:
            making = self._making[key]
        try:
            made.value = make(progress)
        # Whatever it is, whoever asks gets it: there is nobody else to tell.
        except Exception as error:  # noqa: BLE001
            made.problem = error
        with self._guard:
            self._made[key] = made
            while len(self._made) > self._most:
                self._made.popitem(last=False)
            del self._making[key]
