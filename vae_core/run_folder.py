"""The folder that a run is written to: made, put back, or kept to go on from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from vae_core.checkpoint import has_state
from vae_core.errors import UserError
from vae_core.run_config import read_config
from vae_core.run_items import RunError
from vae_core.run_lock import locked


@contextmanager
def new_folder(out: Path, overwrite: bool) -> Iterator[None]:
    """An empty folder at ``out`` to fill.

    When its filling fails, what stood there before stands again; where nothing stood, the folder
    is kept if training in it can be resumed, and removed otherwise. Nobody else writes it then.
    """
    with _only_writer(out):
        try:
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


@contextmanager
def same_folder(out: Path) -> Iterator[None]:
    """The folder of a run that goes on; whatever happens, it stays."""
    with _only_writer(out):
        try:
            yield
        except OSError as error:
            raise _unwritten(out, error) from error


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


def _set_aside(out: Path, overwrite: bool) -> Path | None:
    if out.is_file():
        raise RunError(f"{out} is a file; give a folder for the run.")
    if not out.is_dir() or not any(out.iterdir()):
        return None
    if not overwrite:
        hint = f", or go on with --resume {out}" if has_state(out) else ""
        raise RunError(f"{out} is not empty; choose another folder, or add --overwrite{hint}.")
    read_config(out)  # never removes what is not a run
    earlier = out.with_name(f".{out.name}.{os.getpid()}.old")
    out.rename(earlier)
    return earlier
