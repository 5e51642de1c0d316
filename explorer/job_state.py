"""The words for how far a job is: the same ones in the command, on the Train page and on Runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from explorer.job_log import error_sentence

Ending = Literal["finished", "stopped", "interrupted", "failed"]
State = Literal["queued", "running", "stopping", "finished", "stopped", "interrupted", "failed"]

ACTIVE = ("queued", "running", "stopping")
# Of these there is something to say that went wrong.
TROUBLED = ("interrupted", "failed")
ENDINGS: tuple[Ending, ...] = get_args(Ending)
MEANINGS: Mapping[State, str] = {
    "queued": "It waits for its turn.",
    "running": "It is being trained.",
    "stopping": "It was asked to stop and keeps what it has.",
    "finished": "All of it was done.",
    "stopped": "Somebody ended it early.",
    "interrupted": "It was ended from outside: killed, or the computer went off.",
    "failed": "It ended with an error of its own.",
}
# What a shell or a container says of a process that a signal ended, which Python says by -number.
_BY_SIGNAL = 128


def ended_from_outside(code: int | None) -> bool:
    """Tell whether a process with this exit code was ended by a signal.

    None is for one that ended while nobody was there: whoever starts it notes its end, so that end
    came with a restart, or a loss of power.
    """
    return code is None or code < 0 or code > _BY_SIGNAL


def ending_of(code: int | None, log: Path) -> Ending:
    """Say how a job ended that nobody asked to stop, from its exit code and what it wrote."""
    if code == 0:
        return "finished"
    if not ended_from_outside(code):
        return "failed"
    # Nobody saw the exit code; an error that it wrote was its own all the same.
    return "failed" if code is None and error_sentence(log) else "interrupted"
