"""What is written down of a training job: one small JSON file, read and replaced as a whole."""

from __future__ import annotations

import json
import os
import shlex
import threading
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class JobRecord:
    """What `job.json` holds. Times are seconds since 1970; `arguments` start with "train"."""

    id: str
    name: str
    out: str
    arguments: tuple[str, ...]
    pid: int
    started: float
    stop_asked: float | None = None
    ended: float | None = None
    returncode: int | None = None

    @property
    def command(self) -> str:
        """The command as one would type it in a terminal."""
        return shlex.join(["latentscape", *self.arguments])


def read_record(folder: Path) -> JobRecord | None:
    """Return what `job.json` in `folder` says, or None where it cannot be read."""
    try:
        values = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        return JobRecord(**values | {"arguments": tuple(values["arguments"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_record(folder: Path, record: JobRecord) -> None:
    """Write `job.json` so that a reader finds the old or the new one, never a half."""
    scratch = folder / f".job.{os.getpid()}.{threading.get_ident()}.json"
    scratch.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    scratch.replace(folder / "job.json")
