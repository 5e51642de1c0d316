"""What is wrong with a command line, in one sentence as all our errors are."""

from __future__ import annotations

from typing import Any

import typer

from explorer.commands.plain import plain

# Typer's own base of what is wrong with a command line; where it lies differs by version.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]
USAGE_CODE = 2
_MUST = "Input should be "
_TAKES = {"int": "a whole number", "float": "a number", "bool": "yes or no", "path": "a path"}


def sentence(error: Exception) -> str:
    """Return what was expected, what came, and where to read more."""
    known: Any = error
    context = getattr(known, "ctx", None)
    command = getattr(context, "command_path", None) or "latentscape"
    said = _value(known) or plain(str(known.format_message())).strip().rstrip(".")
    return f"{said}; `{command} --help` tells what there is."


def _value(error: Any) -> str | None:
    """What an option takes and what came, where its value cannot be read."""
    names = getattr(getattr(error, "param", None), "opts", None)
    details = getattr(error.__cause__, "errors", None)
    if not names or details is None:
        return None
    found = details()[0]
    kind = _TAKES.get(str(found["type"]).split("_")[0])
    came = plain(repr(found["input"]))
    if kind is not None:
        return f"{names[0]} takes {kind}, but {came} came"
    why = str(found["msg"]).removeprefix("Value error, ").rstrip(".")
    if why.startswith(_MUST):
        return f"{names[0]} must be {why.removeprefix(_MUST)}, but {came} came"
    return f"{names[0]}: {plain(why)}"
