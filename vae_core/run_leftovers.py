"""Earlier runs that were set aside for a new one whose writer was killed before it ended."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from vae_core.run_config import has_state, read_config
from vae_core.run_items import RunError


def aside(out: Path) -> Path:
    """Where this process sets aside what stands at ``out``."""
    return out.with_name(f".{out.name}.{os.getpid()}.old")


def left_aside(out: Path) -> list[Path]:
    """What any process has set aside of ``out``. Raises OSError."""
    if not out.parent.is_dir():
        return []
    name = re.compile(rf"\.{re.escape(out.name)}\.\d+\.old")
    return sorted(path for path in out.parent.iterdir() if name.fullmatch(path.name))


def tidy(out: Path) -> None:
    """Put back the earlier run where the new one at ``out`` came to nothing; remove it where that
    one is finished. Where that one can be resumed, both stay.

    Only for who holds the lock of ``out``: whoever else set something aside lives no more. Raises
    OSError.
    """
    remove_aside(out)
    for earlier in left_aside(out):
        if _came_to_nothing(out):
            shutil.rmtree(out, ignore_errors=True)
            earlier.rename(out)


def remove_aside(out: Path) -> None:
    """Remove what was set aside for the run at ``out``, if that is finished. Raises OSError."""
    if _is_finished(out):
        for earlier in left_aside(out):
            shutil.rmtree(earlier)


def _is_finished(out: Path) -> bool:
    try:
        return bool(read_config(out).get("result"))
    except RunError:
        return False


def _came_to_nothing(out: Path) -> bool:
    if not out.exists():
        return True
    if not out.is_dir() or has_state(out):
        return False
    try:
        # What is no run may be somebody's, and is never removed.
        return not any(out.iterdir()) or not read_config(out).get("result")
    except RunError:
        return False
