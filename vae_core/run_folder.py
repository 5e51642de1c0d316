"""The folder that a run is written to: made, put back, or kept to go on from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from vae_core.errors import UserError
from vae_core.run_config import has_state, read_config
from vae_core.run_items import RunError
from vae_core.run_leftovers import aside, left_aside, remove_aside, tidy
from vae_core.run_lock import locked


@contextmanager
def new_folder(out: Path, overwrite: bool) -> Iterator[None]:
    """An empty folder at ``out`` to fill.

    When its filling fails, what stood there before stands again; where nothing stood, the folder
    is kept if training in it can be resumed, and removed otherwise. Nobody else writes it then.
    """
    with _only_writer(out):
        try:
            tidy(out)
            earlier = _set_aside(out, overwrite)
        except OSError as error:
            raise _unusable(out, error) from error
        was_there = out.is_dir()
        try:
            out.mkdir(parents=True, exist_ok=True)
            yield
        except BaseException as error:
            _put_back(out, earlier, was_there, error)
            if isinstance(error, OSError):
                raise _unwritten(out, error) from error
            raise
        if earlier is not None:
            shutil.rmtree(earlier)
        remove_aside(out)


@contextmanager
def same_folder(out: Path) -> Iterator[None]:
    """The folder of a run that goes on; whatever happens, it stays."""
    with _only_writer(out):
        try:
            yield
            remove_aside(out)
        except OSError as error:
            raise _unwritten(out, error) from error


def recover(out: Path) -> None:
    """Have the earlier run back where the one that was to replace it was killed and came to
    nothing; for who is about to open or replace it.

    Where another process writes it, or it may not be written, it stays as it is.
    """
    with suppress(OSError, RunError):
        if left_aside(out):
            with locked(out):
                tidy(out)


@contextmanager
def _only_writer(out: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(out))
        except OSError as error:
            raise _unusable(out, error) from error
        yield


def _unusable(out: Path, error: OSError) -> RunError:
    return RunError(f"The folder {out} cannot be used: {error.strerror or error}.")


def _unwritten(out: Path, error: OSError) -> RunError:
    left = (
        f"`latentscape train --resume {out}` goes on from the last saved step."
        if has_state(out)
        else "Nothing was kept."
    )
    return RunError(
        f"The run could not be written to {out}: {error.strerror or error}; free some space or "
        f"choose another folder. {left}"
    )


def _put_back(out: Path, earlier: Path | None, was_there: bool, error: BaseException) -> None:
    # What is wrong with the settings will be wrong again; anything else may pass.
    resumable = not isinstance(error, UserError | GeneratorExit) and has_state(out)
    if earlier is None and resumable:
        return
    shutil.rmtree(out, ignore_errors=True)
    if earlier is not None:
        earlier.rename(out)
    elif was_there:
        out.mkdir(exist_ok=True)


def check_place(out: Path, overwrite: bool) -> bool:
    """Whether something stands at ``out`` that a new run replaces.

    Raises RunError where no new run may be written there.
    """
    try:
        if out.is_file():
            raise RunError(f"{out} is a file; give a folder for the run.")
        if not out.is_dir() or not any(out.iterdir()):
            return False
    except OSError as error:
        raise _unusable(out, error) from error
    if not overwrite:
        hint = f", or go on with --resume {out}" if has_state(out) else ""
        raise RunError(f"{out} is not empty; choose another folder, or add --overwrite{hint}.")
    read_config(out)  # never removes what is not a run
    return True


def check_resumable(out: Path) -> None:
    """Raises RunError where ``out`` is no run, or one that is finished."""
    if not has_state(out) and read_config(out).get("result"):
        raise RunError(f"{out} is finished; there is nothing to resume.")


def _set_aside(out: Path, overwrite: bool) -> Path | None:
    if not check_place(out, overwrite):
        return None
    earlier = aside(out)
    out.rename(earlier)
    return earlier
