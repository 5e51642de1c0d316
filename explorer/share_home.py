"""Which model a link is of: told by what is in it, whatever it is called here."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from explorer import catalogue, share_link
from explorer.share_parts import ShareLinkError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

_LENGTH = 16
_MOST_NAMED = 6


def identity(content_hash: str, created: str, items: int) -> str:
    """Return what tells a model's content from that of every other, wherever it lies."""
    # The hash is of the weights: another training may reach the same ones with other items.
    return hashlib.sha256(f"{content_hash} {created} {items}".encode()).hexdigest()[:_LENGTH]


def identity_of(run: Run) -> str:
    """Return the identity of an open run."""
    return identity(run.content_hash, run.summary.created, len(run))


def find(value: str) -> str | None:
    """Return the id of the model that a link is of; None where it is not here, or no link."""
    try:
        content = share_link.decode(value).content
    except ShareLinkError:
        return None
    for entry in catalogue.list_models():
        about = identity(entry.content_hash, entry.created, entry.items)
        if entry.problem is None and about == content:
            return entry.id
    return None


def gone(model_id: str) -> str:
    """Say that a link's model is not here, and which ones are."""
    titles = [entry.title for entry in catalogue.list_models() if entry.problem is None]
    shown = ", ".join(titles[:_MOST_NAMED])
    more = len(titles) - _MOST_NAMED
    there = f"{shown} and {more:,} more" if more > 0 else shown
    name = model_id.removeprefix(catalogue.RUN_PREFIX)
    if not titles:
        return f'This link is to the model "{name}", which is not here; there is none at all yet.'
    return (
        f'This link is to the model "{name}", which is not here. There is: {there}. Choose one in '
        "the bar above."
    )
