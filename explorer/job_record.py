"""What is written down of a job: one small JSON file, read and replaced as a whole."""

from __future__ import annotations

import dataclasses
import json
import shlex
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from explorer.job_process import PID
from explorer.job_state import ENDINGS, Ending
from vae_core.files import write_whole

Kind = Literal["training", "preparation"]
RECORD = "job.json"


@dataclass(frozen=True)
class JobRecord:
    """What `job.json` holds. Times are seconds since 1970, 0.0 for what has not been yet.

    Fields below `returncode` came later and are absent in older files.

    Attributes:
        arguments: of the `latentscape` command, its name ("train") first.
        pid: 0 while the job waits.
        ticket: its number in the queue; the lowest is the next. No clock decides who is first.
        asked: when it was asked for.
        cwd: the folder that `arguments` are relative to.
        followed: whether what follows a training has been asked for, or nothing is to follow.
        problem: one sentence where it could not even be started.
        ending: how it ended, noted then: later its folder may be another job's.
    """

    id: str
    name: str
    out: str
    arguments: tuple[str, ...]
    pid: int = 0
    started: float = 0.0
    stop_asked: float | None = None
    ended: float | None = None
    returncode: int | None = None
    kind: Kind = "training"
    ticket: int = 0
    asked: float = 0.0
    cwd: str = ""
    followed: bool = True
    problem: str = ""
    ending: Ending | Literal[""] = ""

    @property
    def command(self) -> str:
        """The command as one would type it in a terminal."""
        return shlex.join(["latentscape", *self.arguments])

    @property
    def begun(self) -> bool:
        """Whether it has been started, ever."""
        return self.pid > 0

    @property
    def waits(self) -> bool:
        """Whether it is still to be started."""
        return not self.begun and self.ended is None

    @property
    def settled(self) -> bool:
        """Whether nothing of it will change any more."""
        return self.ended is not None and self.followed

    @property
    def place(self) -> tuple[int, bool, str]:
        """What the queue is ordered by. What follows a training has its ticket, so comes first."""
        return (self.ticket, self.kind == "training", self.id)


_FIELDS = {field.name for field in dataclasses.fields(JobRecord)}


def read_record(folder: Path) -> JobRecord | None:
    """Return what `job.json` in `folder` says, or None where it cannot be read."""
    try:
        values = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        known = {name: value for name, value in values.items() if name in _FIELDS}
        record = JobRecord(**known | {"arguments": tuple(values["arguments"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not _sound(record) or record.id != folder.name:
        return None
    return record if record.begun else _begun(folder, record)


def write_record(folder: Path, record: JobRecord) -> None:
    """Write `job.json` so that a reader finds the old or the new one, never a half.

    Call it while changing the queue (`job_locks.changing`). Raises OSError.
    """
    write_whole(folder / RECORD, json.dumps(asdict(record), indent=1).encode())


def add_record(folder: Path, record: JobRecord) -> None:
    """Write the first `job.json` of a job, in a folder of its own; as `write_record`.

    Where that cannot be written, nothing is left of it.
    """
    try:
        folder.mkdir()
        write_record(folder, record)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _begun(folder: Path, record: JobRecord) -> JobRecord:
    """The record of a job that has begun, though its starter was killed before it noted that."""
    file = folder / PID
    try:
        pid, since = file.read_text(encoding="ascii"), file.stat().st_mtime
    except (OSError, ValueError):
        return record
    return (
        dataclasses.replace(record, pid=int(pid), started=since)
        if pid.strip().isdigit()
        else record
    )


def _sound(record: JobRecord) -> bool:
    texts: list[Any] = [record.id, record.name, record.out, record.cwd, record.problem]
    texts += record.arguments
    numbers: list[Any] = [record.started, record.asked, record.stop_asked or 0, record.ended or 0]
    whole: list[Any] = [record.pid, record.ticket, record.returncode or 0]
    return (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(number, int | float) for number in numbers)
        and all(isinstance(number, int) for number in whole)
        and record.kind in ("training", "preparation")
        and record.ending in ("", *ENDINGS)
    )
