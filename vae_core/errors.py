"""The one base of every error that is meant for people."""

from __future__ import annotations


class UserError(Exception):
    """Its message is one sentence: what was expected, what came, what to do."""


def reason(error: BaseException) -> str:
    """What ``error`` says, fit for the middle of a sentence: on one line, no full stop."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
