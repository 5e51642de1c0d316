"""What tells the content of an open run from that of every other: the key of what is cached."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def key_of(run: Run) -> str:
    """Return the key of a run's content."""
    # The hash is of the weights: another training may reach the same ones with other labels.
    return f"{run.content_hash} {run.summary.created} {run.path}"
