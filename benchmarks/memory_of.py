"""The memory that this process holds, watched while something runs (Linux)."""

from __future__ import annotations

import threading
from pathlib import Path

STATUS = Path("/proc/self/status")


def held(name: str) -> int:
    """Bytes that /proc/self/status gives for `name`, such as RssAnon."""
    (line,) = [line for line in STATUS.read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) * 1024


class Watch(threading.Thread):
    """The highest memory of the process's own, looked at every 10 ms.

    Without the pages of mapped files, which the system takes back when it likes.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest, self._ended = 0, threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.01):
            self.highest = max(self.highest, held("RssAnon"))

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self.join()
