"""Our own command run once beside the server, for what would hold up its pages."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from explorer import job_process
from explorer.jobs import WORKER

_MARK = "latentscape: "


class CommandError(RuntimeError):
    """The command gave no result; the message is one sentence."""


def result(
    arguments: Sequence[str],
    *,
    doing: str,
    instead: str,
    seconds: float,
    worker: Sequence[str] = WORKER,
) -> dict[str, Any]:
    """Run `latentscape` with these arguments, "--json" among them; return what it prints.

    `doing` ("Looking at the data") and what to do `instead` are for the sentence of an error.

    Raises:
        CommandError: it failed, was ended, could not be started or took over `seconds`.
    """
    try:
        done = subprocess.run(
            [*worker, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=job_process.environment(),
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{doing} took over {seconds / 60:.0f} minutes; {instead}.") from error
    except OSError as error:
        raise CommandError(f"{doing} could not begin: {error.strerror}.") from error
    if done.returncode == 0:
        found: dict[str, Any] = json.loads(done.stdout)
        return found
    raise CommandError(
        _problem(done.stderr.decode(errors="replace"), done.returncode, doing, instead)
    )


def _problem(said: str, code: int, doing: str, instead: str) -> str:
    sentences = [line.removeprefix(_MARK) for line in said.splitlines() if line.startswith(_MARK)]
    if sentences:
        return sentences[-1]
    if code < 0:
        return f"{doing} was ended by signal {-code}, often for want of memory; {instead}."
    return f"{doing} failed without a word; {instead}."
