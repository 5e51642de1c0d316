"""What a training writes while it runs: its metrics, read as they grow, and its log."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FRAME = re.compile(r"^[\s│╭╰─╮╯|]+|[\s│╭╰─╮╯|]+$")
# How `latentscape` and the command-line library begin an error.
_MARKS = ("latentscape: ", "Error: ")
_LOG_TAIL_BYTES = 64 * 1024


class MetricsLog:
    """The rows of a metrics.jsonl that another process is still writing.

    Each call of `rows` reads only what is new; a last line without its line end is left for the
    next call. Several visitors may follow the same log from several threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._position = 0
        self._rows: list[Row] = []

    def rows(self) -> list[Row]:
        """Return every whole row written so far, oldest first; empty before the first one."""
        with self._lock:
            self._read_new()
            return list(self._rows)

    def _read_new(self) -> None:
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                if size < self._position:  # written anew: what was read belongs to another file
                    self._position, self._rows = 0, []
                file.seek(self._position)
                new = file.read()
        except (FileNotFoundError, NotADirectoryError):
            return
        whole = new[: new.rfind(b"\n") + 1]
        self._position += len(whole)
        self._rows.extend(row for line in whole.splitlines() if (row := _row(line)) is not None)


def _row(line: bytes) -> Row | None:
    # A line that is no JSON object is a torn write; the curve can do without one point.
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def thin(rows: Sequence[Row], limit: int = 400) -> list[Row]:
    """Return at most about `limit` rows for drawing: evenly chosen ones, the last, and every
    row that carries validation figures (those come once an epoch)."""
    if len(rows) <= limit:
        return list(rows)
    stride = -(-len(rows) // limit)
    return [
        row
        for index, row in enumerate(rows)
        if index % stride == 0 or index == len(rows) - 1 or row.get("validation_elbo") is not None
    ]


def seconds_left(rows: Sequence[Row]) -> float | None:
    """Estimate the seconds until the last step from the speed so far; None before a first row."""
    if not rows:
        return None
    step, steps = float(rows[-1].get("step", 0)), float(rows[-1].get("steps", 0))
    if step <= 0 or steps <= 0:
        return None
    return float(rows[-1].get("elapsed_seconds", 0.0)) * max(0.0, steps - step) / step


def share_done(rows: Sequence[Row]) -> float:
    """Return the part of all steps that is done, in [0, 1]."""
    if not rows or not rows[-1].get("steps"):
        return 0.0
    return min(1.0, max(0.0, float(rows[-1].get("step", 0)) / float(rows[-1]["steps"])))


def last_sentence(log: Path) -> str:
    """Return the error that a log ends with, without colours, frames or the command's name.

    Where no line is marked as an error it is the last line; "" for an empty log.
    """
    return error_sentence(log) or next(reversed(last_lines(log)), "")


def error_sentence(log: Path) -> str:
    """Return the last line of a log that is marked as an error, without its mark, or ""."""
    marked = [line for line in last_lines(log) if line.startswith(_MARKS)]
    sentence = next(reversed(marked), "")
    for mark in _MARKS:
        sentence = sentence.removeprefix(mark)
    return sentence


def last_lines(log: Path, most: int = 200) -> list[str]:
    """Return the last lines of a log that say something, without colours and frames."""
    return [line for raw in _tail(log).splitlines() if (line := _bare(raw))][-most:]


def _bare(line: str) -> str:
    return _FRAME.sub("", _ANSI.sub("", line))


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOG_TAIL_BYTES))
            return file.read().decode("utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
