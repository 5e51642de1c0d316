"""How many jobs may run at a time: one, or as many as `LATENTSCAPE_SLOTS` says."""

from __future__ import annotations

import os

from vae_core.errors import UserError

VARIABLE = "LATENTSCAPE_SLOTS"
MOST = 64


class SlotsError(UserError, ValueError):
    """The setting is no number of slots; the message is one sentence for people."""


def slots() -> int:
    """Return the number of slots that the environment sets, 1 where it sets none.

    Raises:
        SlotsError: it is no whole number from 1 to 64.
    """
    said = os.environ.get(VARIABLE, "").strip() or "1"
    if said.isascii() and said.isdigit() and 1 <= int(said[:9]) <= MOST:
        return int(said)
    raise SlotsError(
        f"{VARIABLE} must be a whole number from 1 to {MOST}, the jobs that may run at a time, "
        f"but is {said[:80]!r}; correct it or leave it out."
    )
