"""How far a training is, how long it takes and how old it is, in words. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.job_log import Row, seconds_left, share_done

_COMPARING = "Comparing with a plain language model…"
_FINISHING = "Placing every item in the latent space…"
# Durations that differ by less than this factor are said as one.
_ALIKE = 1.25


def progress_words(
    rows: list[Row], comparison: Sequence[Row] = (), *, stopping: bool = False
) -> str:
    """Say how far a training is and how long it still takes.

    `comparison`: what the plain language model has reported, which is trained last.
    """
    if stopping:
        return _stopping_words(rows, comparison)
    if not rows:
        return "Starting, and reading the data…"
    if comparison:
        done = comparison[-1].get("step") == comparison[-1].get("steps")
        return _FINISHING if done else _with_time(_COMPARING, comparison)
    last = rows[-1]
    if last.get("step") == last.get("steps"):
        return _FINISHING
    epoch = min(int(last.get("epoch", 0)) + 1, int(last.get("epochs", 1)))
    return _with_time(f"Epoch {epoch} of {last.get('epochs')}", rows)


def _stopping_words(rows: list[Row], comparison: Sequence[Row]) -> str:
    """Say what a training that was asked to stop still waits for."""
    if not rows:
        return "Stopping: it ends once the data are read and the first step is done…"
    if share_done(rows) < 1:
        return (
            "Stopping: the step under way ends, then the best model so far is measured, places "
            "every item and is kept…"
        )
    if comparison and share_done(comparison) < 1:
        return "Stopping: it is all trained; the comparison ends, then the model is measured…"
    return "Stopping: it is all trained; the last measurements end, then the model is kept…"


def _with_time(words: str, rows: Sequence[Row]) -> str:
    speed, left = rows[-1].get("items_per_second"), seconds_left(rows)
    if isinstance(speed, int | float) and speed > 0:
        words += f" · {speed:,.0f} items/s"
    return words if left is None else f"{words} · about {duration(left)} left"


def duration(seconds: float) -> str:
    """Say a duration in the unit that fits it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def duration_between(low: float, high: float) -> str:
    """Say a duration that is not known well; one number where what is known of it agrees."""
    if high <= _ALIKE * low:
        return f"about {duration(low)}"
    shorter, longer = duration(low), duration(high)
    unit = f" {longer.split()[1]}"
    return f"{shorter.removesuffix(unit)} to {longer}"


def time_words(found: Mapping[str, Any]) -> list[str]:
    """Say in a sentence how long a planned training takes, and what fits in an hour in another.

    `found`: what `latentscape plan --json` gives.
    """
    if found["seconds"] is None:
        return []
    said = duration_between(*found["seconds"])
    words = [f"Takes {said} on this machine."]
    if shorter := found["shorter"]:
        takes = duration_between(*shorter["seconds"])
        words.append(f"With {shorter['epochs']} epochs it would take {takes}, and learn less.")
    return words


def ago(seconds: float) -> str:
    """Say how long ago something was."""
    if seconds < 5:
        return "just now"
    return f"{duration(seconds) if seconds < 48 * 3600 else f'{seconds / 86_400:.0f} days'} ago"
