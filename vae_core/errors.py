"""The one base of every error that is meant for people."""

from __future__ import annotations


class UserError(Exception):
    """Its message is one sentence: what was expected, what came, what to do."""


def reason(error: BaseException) -> str:
    """What ``error`` says, fit for the middle of a sentence: on one line, no full stop.

    Of what the system says, only the words: its number and the path mean nothing to people.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


OUT_OF_MEMORY = "It ran out of memory: try a smaller batch (--batch-size) or a smaller model."
# How Python, numpy, torch's allocators and the C library say it.
_MEMORY_WORDS = (
    "memoryerror",
    "out of memory",
    "outofmemoryerror",
    "unable to allocate",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
)


def says_out_of_memory(text: str) -> bool:
    """Whether ``text`` is how a program says that there was no more memory."""
    lower = text.lower()
    return any(words in lower for words in _MEMORY_WORDS)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` came for want of memory, the computer's or the accelerator's."""
    # torch says it with a plain RuntimeError.
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and says_out_of_memory(str(error))
    )
