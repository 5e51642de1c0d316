"""How far a training is, how long it takes and how old it is, in words. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.job_log import Row, seconds_left

_COMPARING = "Comparing with a plain language model…"
_FINISHING = "Placing every item in the latent space…"


def progress_words(
    rows: list[Row], comparison: Sequence[Row] = (), *, stopping: bool = False
) -> str:
    """Say how far a training is and how long it still takes.

    `comparison`: what the plain language model has reported, which is trained last.
    """
    if stopping:
        return "Stopping: keeping the best model so far…"
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


def ago(seconds: float) -> str:
    """Say how long ago something was."""
    if seconds < 5:
        return "just now"
    return f"{duration(seconds) if seconds < 48 * 3600 else f'{seconds / 86_400:.0f} days'} ago"
