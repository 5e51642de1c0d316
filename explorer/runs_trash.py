"""Runs that were deleted: moved aside in the runs folder, brought back, removed for good.

A deleted run lies at `.trash/<milliseconds since 1970>/<its name>`. Only the run's own entry is
ever moved or removed: where that is a link, what it leads to stays as it is.
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from vae_core.errors import UserError

FOLDER = ".trash"
KEPT_SECONDS = 30 * 86_400.0


class TrashError(UserError, RuntimeError):
    """A run could not be deleted or brought back; the message is one sentence."""


@dataclass(frozen=True)
class Thrown:
    """A deleted run: where it lies now, what it was called, when that was (seconds since 1970)."""

    path: Path
    name: str
    when: float

    @property
    def id(self) -> str:
        """What tells it from the others."""
        return self.path.parent.name


def throw_away(run: Path, now: float) -> Thrown:
    """Move a run to the trash of the runs folder that it lies in.

    Raises:
        TrashError: it is being written, is gone, or the runs folder cannot be changed.
    """
    from vae_core.run_items import RunError
    from vae_core.run_lock import is_locked, locked

    if is_locked(run):
        raise TrashError(f"{run.name} is being trained; stop its training first.")
    try:
        if not os.path.lexists(run):
            raise TrashError(f"{run.name} is not there any more.")
        # Held while it is moved, so that no training begins to write it meanwhile.
        with locked(run):
            place = _new_place(_trash_of(run.parent), now)
            try:
                run.rename(place / run.name)
            except BaseException:
                place.rmdir()
                raise
    except RunError as error:
        raise TrashError(f"{run.name} is being trained; stop its training first.") from error
    except OSError as error:
        raise TrashError(
            f"{run.name} could not be deleted: {error.strerror or error}. Check that the runs "
            "folder can be written."
        ) from error
    return Thrown(place / run.name, run.name, int(place.name) / 1000)


def thrown_in(runs: Path) -> list[Thrown]:
    """Return what lies in the trash of a runs folder, the last deleted first."""
    trash = runs / FOLDER
    if not _is_folder(trash):
        return []
    found = []
    for place in trash.iterdir():
        if place.name.isascii() and place.name.isdigit() and _is_folder(place):
            found += [Thrown(path, path.name, int(place.name) / 1000) for path in place.iterdir()]
    return sorted(found, key=lambda thrown: (-thrown.when, thrown.name))


def put_back(thrown: Thrown, runs: Path) -> Path:
    """Bring a run back, under a number where its name is taken; return where it is.

    Raises:
        TrashError: it is gone, or the runs folder cannot be changed.
    """
    number = 1
    while True:
        place = runs / (thrown.name if number == 1 else f"{thrown.name}-{number}")
        number += 1
        if os.path.lexists(place):
            continue
        try:
            thrown.path.rename(place)
        except FileNotFoundError as error:
            raise TrashError(f"{thrown.name} is not in the trash any more.") from error
        except OSError as error:
            if os.path.lexists(place):  # somebody else took the name meanwhile
                continue
            raise TrashError(
                f"{thrown.name} could not be brought back: {error.strerror or error}. Check that "
                "the runs folder can be written."
            ) from error
        _remove_empty(thrown.path.parent)
        return place


def empty(runs: Path) -> None:
    """Remove for good what lies in the trash.

    Raises:
        TrashError: something could not be removed.
    """
    _remove(thrown_in(runs))


def expire(runs: Path, now: float) -> None:
    """Remove for good what was deleted over 30 days ago. Raises TrashError as `empty` does."""
    _remove([thrown for thrown in thrown_in(runs) if now - thrown.when > KEPT_SECONDS])


def _remove(all_thrown: list[Thrown]) -> None:
    for thrown in all_thrown:
        try:
            if _is_folder(thrown.path):
                shutil.rmtree(thrown.path)  # which follows no links
            else:
                thrown.path.unlink()
        except FileNotFoundError:
            pass  # another visitor emptied it as well
        except OSError as error:
            raise TrashError(
                f"{thrown.name} could not be removed: {error.strerror or error}. Check that the "
                "runs folder can be written."
            ) from error
        _remove_empty(thrown.path.parent)


def _trash_of(runs: Path) -> Path:
    trash = runs / FOLDER
    trash.mkdir(exist_ok=True)
    if not _is_folder(trash):
        raise TrashError(f"{trash} is no folder of its own; remove it, and delete the run again.")
    return trash


def _new_place(trash: Path, now: float) -> Path:
    moment = max(0, int(now * 1000))
    while True:
        place = trash / str(moment)
        try:
            place.mkdir()
        except FileExistsError:
            moment += 1
        else:
            return place


def _is_folder(path: Path) -> bool:
    """Tell whether there is a folder of its own, no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _remove_empty(place: Path) -> None:
    try:
        place.rmdir()
    except OSError:
        return  # something else lies there, or it is gone
