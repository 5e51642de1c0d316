"""Runs brought in as a .zip: checked in a process of their own, and only then listed."""

from __future__ import annotations

import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

import streamlit as st

from explorer import catalogue, paths, runs_notice, session, side_command, uploads
from vae_core.files import whole_file

LONGEST_SECONDS = 1800.0
REFRESH_SECONDS = 0.5
_NUMBER, _PENDING = "runs.import.number", "runs.import.pending"


def show() -> None:
    """Show where to bring a run, how far it is, and what became of the last one."""
    number: int = session.recall(_NUMBER, 0)
    pending: Future[str] | None = session.recall(_PENDING)
    limit = int(st.get_option("server.maxUploadSize"))
    with st.expander("Bring in a run from a .zip", icon=":material/upload_file:"):
        st.caption(
            f"A .zip that Export made here or elsewhere, up to {limit:,} MB (larger ones: "
            "`latentscape import FILE.zip`). Every file in it is checked against its manifest, "
            "sizes are counted while it unpacks, and the model, its latents and items are opened; "
            "nothing in it is run, and what does not fit is refused."
        )
        file = st.file_uploader("Run as .zip", type="zip", key=f"runs.upload.{number}")
        if file is not None and pending is None:
            pending = _begin(file.name, file.getbuffer())
            session.remember(_PENDING, pending)
            # A field of its own for the next file, which lets go of this one.
            session.remember(_NUMBER, number + 1)
        if pending is not None:
            _wait(pending)


def _begin(name: str, content: memoryview) -> Future[str]:
    folder = tempfile.TemporaryDirectory(prefix="latentscape-import-", ignore_cleanup_errors=True)
    path = Path(folder.name) / uploads.safe_name(name)
    try:
        with whole_file(path) as stream:
            stream.write(content)
    except OSError as error:
        folder.cleanup()
        failed: Future[str] = Future()
        failed.set_exception(
            side_command.CommandError(
                f"The file could not be kept: {error.strerror or error}. Free some space on the "
                "server."
            )
        )
        return failed
    return _pool().submit(_take_in, folder, path, paths.runs_folder())


def _take_in(folder: tempfile.TemporaryDirectory[str], path: Path, runs: Path) -> str:
    with folder:
        try:
            said = side_command.result(
                ["import", str(path), "--runs", str(runs), "--json"],
                seconds=LONGEST_SECONDS,
                doing="Checking the file",
                instead="try `latentscape import FILE.zip`",
            )
        except side_command.CommandError as error:
            raise side_command.CommandError(str(error).replace(f"{path.parent}/", "")) from error
    return Path(said["run"]).name


def _wait(pending: Future[str]) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def waiting() -> None:
        if pending.done():
            _finish(pending)
            st.rerun()
        st.caption(":material/hourglass_top: Unpacking and checking the run…")

    waiting()


def _finish(pending: Future[str]) -> None:
    session.remember(_PENDING, None)
    try:
        name = pending.result()
    except side_command.CommandError as error:
        runs_notice.tell(str(error), good=False)
        return
    session.choose_model(f"{catalogue.RUN_PREFIX}{name}")
    runs_notice.tell(f"{name} was checked and taken in. It is the open model now.")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
