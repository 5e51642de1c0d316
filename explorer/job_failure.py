"""Why a job failed, in one sentence, from how its process ended and what it wrote."""

from __future__ import annotations

import signal
from pathlib import Path

from explorer.job_log import error_sentence, last_lines, last_sentence
from vae_core.errors import OUT_OF_MEMORY, says_out_of_memory

# What a shell or a container says of a process that was killed.
_KILLED = (-9, 128 + 9)


def why(log: Path, code: int | None) -> str:
    """Say why a job failed.

    `code`: its exit code, negative for a signal; None where nobody was there when it ended.
    """
    if code in _KILLED:
        return (
            "It was killed (signal 9): by somebody, or by the system because memory ran out; then "
            "try a smaller batch or a smaller model."
        )
    if code is not None and code < 0:
        return f"It was ended by {_name(-code)} from outside."
    if sentence := error_sentence(log):
        return sentence
    if any(says_out_of_memory(line) for line in last_lines(log, 40)):
        return OUT_OF_MEMORY
    if code is None:
        return (
            "It ended while no explorer watched it: the computer was switched off, or memory ran "
            "out; then try a smaller batch or a smaller model."
        )
    return last_sentence(log) or "It ended without a word; start it again."


def _name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"
