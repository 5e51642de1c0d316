"""What items and decodes are called on the screen, by kind of model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vae_core.data.dataset import Modality

ONE: dict[Modality, str] = {"images": "picture", "sentences": "sentence", "documents": "document"}
_DAY = 86_400.0
_YEAR = 365.25 * _DAY
_UNITS = (
    ("minute", 60.0, 3_600.0),
    ("hour", 3_600.0, _DAY),
    ("day", _DAY, 60 * _DAY),
    ("month", _YEAR / 12, 2 * _YEAR),
)
TOP_WORDS = "The words it expects, most likely first."
WITHOUT_DATA = (
    "This model ships without its data: the item is decoded, the label is the original's."
)


def decoded(modality: Modality) -> str:
    """Name what the model makes of a latent point, as the caption above it."""
    return (
        "Decoded: the words it expects, most likely first"
        if modality == "documents"
        else ("Decoded")
    )


def centre(modality: Modality) -> str:
    """Name what the model makes of a cluster's centre."""
    if modality == "documents":
        return "At the centre: the words it expects, most likely first"
    return "The centre, decoded"


def unknown(words: list[str], modality: Modality = "sentences", most: int = 8) -> str:
    """Say which words the model has never seen, and what it makes of them."""
    shown = ", ".join(f"“{word}”" for word in words[:most])
    more = f" and {len(words) - most} more" if len(words) > most else ""
    if modality == "documents":
        return (
            f"The model does not count {shown}{more}: it knows only words that tell topics apart."
        )
    return f"The model does not know {shown}{more}: it reads the sentence without knowing what " + (
        "that word is." if len(words) == 1 else "those words are."
    )


def size(count: int) -> str:
    """Say how large something of so many bytes is."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return (
                f"{count / factor:.3g} {unit}"
                if count < 999 * factor
                else f"{count / factor:,.0f} {unit}"
            )
    return "1 byte" if count == 1 else f"{count} bytes"


def share(part: int, of: int) -> str:
    """Say which share of a whole a part is, `12%`; what would round to nothing is `under 1%`."""
    found = f"{part / of:.0%}"
    return "under 1%" if part and found == "0%" else found


def differences(found: Mapping[str, float]) -> str | None:
    """Say what the check of an export found; None where nothing was to be checked."""
    if not found:
        return None
    differ = found.get("texts that differ")
    if differ is not None:
        return f"Checked against the model: {1 - differ:.0%} of texts come out word for word."
    worst = max(found.values())
    return f"Checked against the model: the largest difference is {worst:.1g}."


def ago(seconds: float) -> str:
    """Say how long something is ago, roughly; what the clock has in the future is just now."""
    if seconds < 60:
        return "just now"
    for unit, length, until in _UNITS:
        if seconds < until:
            count = int(seconds / length)
            return f"{count} {unit} ago" if count == 1 else f"{count} {unit}s ago"
    return f"{seconds / _YEAR:.1f} years ago"


def age(created: str, now: float) -> str:
    """Say how long ago a run was `created` (ISO 8601), as seen at `now` (seconds since 1970)."""
    try:
        moment = datetime.fromisoformat(created)
        begun = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"
    return ago(now - begun)
