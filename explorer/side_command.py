"""Our own command run once beside the server, for what would hold up its pages."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from explorer import job_process
from explorer.jobs import WORKER
from vae_core.errors import OUT_OF_MEMORY

_MARK = "latentscape: "
_ASK_SECONDS = 0.25


class CommandError(RuntimeError):
    """The command gave no result; the message is one sentence."""


class RefusedError(CommandError):
    """The command said itself, in this sentence, why there can be no result."""


class StoppedError(CommandError):
    """The command was ended because nobody wants its result any more."""


def result(
    arguments: Sequence[str],
    *,
    doing: str,
    instead: str,
    seconds: float,
    worker: Sequence[str] = WORKER,
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Run `latentscape` with these arguments, "--json" among them; return what it prints.

    `doing` ("Looking at the data") and what to do `instead` are for the sentence of an error.
    `stopped` is asked every now and then whether to end it.

    Raises:
        CommandError: it failed, was ended, could not be started or took over `seconds`.
        RefusedError: it refused what it was given, and says why.
        StoppedError: it was `stopped`.
    """
    try:
        process = subprocess.Popen(
            [*worker, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=job_process.environment(),
        )
    except OSError as error:
        raise CommandError(f"{doing} could not begin: {error.strerror}.") from error
    with process:
        output, said = _wait(process, time.monotonic() + seconds, stopped)
    if output is None:
        if stopped():
            raise StoppedError(f"{doing} was stopped.")
        raise CommandError(f"{doing} took over {seconds / 60:.0f} minutes; {instead}.")
    if process.returncode == 0:
        found: dict[str, Any] = json.loads(output)
        return found
    sentences = [line.removeprefix(_MARK) for line in said.decode(errors="replace").splitlines()
                 if line.startswith(_MARK)]  # fmt: skip
    if sentences:
        # For want of memory nothing was refused: it may do where less is asked for.
        kind = CommandError if sentences[-1] == OUT_OF_MEMORY else RefusedError
        raise kind(sentences[-1])
    raise CommandError(_silent(process.returncode, doing, instead))


def _wait(
    process: subprocess.Popen[bytes], deadline: float, stopped: Callable[[], bool]
) -> tuple[bytes | None, bytes]:
    """What it printed and said; None for a process that had to be ended."""
    while True:
        try:
            return process.communicate(timeout=_ASK_SECONDS)
        except subprocess.TimeoutExpired:
            if stopped() or time.monotonic() > deadline:
                process.kill()
                process.communicate()
                return None, b""


def _silent(code: int, doing: str, instead: str) -> str:
    if code < 0:
        return f"{doing} was ended by signal {-code}, often for want of memory; {instead}."
    return f"{doing} failed without a word; {instead}."
