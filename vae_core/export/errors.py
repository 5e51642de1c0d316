"""What can go wrong when a run is taken away or brought in."""

from __future__ import annotations

from vae_core.errors import UserError


class ExportError(UserError, ValueError):
    """A run that cannot be written in that format or place; the message says why."""


class RunImportError(UserError, ValueError):
    """A file that is not taken in as a run; the message says why."""
