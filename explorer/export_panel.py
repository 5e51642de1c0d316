"""A run written in another format, to take away: made beside the server, then handed on."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import streamlit as st

from explorer import page_parts, runs_export, session, wording
from explorer.runs_export import Export

REFRESH_SECONDS = 0.5


def show(run: Path, version: str, form: str, options: Sequence[str] = ()) -> None:
    """Let a run be written in a format, say how far that is, and hand the file on.

    Args:
        version: of the run; another one is written anew.
        options: of the command `latentscape export`.
    """
    made = runs_export.exports().known(run, version, form, options)
    if made is None or (made.done() and made.exception() is not None):
        if made is not None:
            page_parts.problem(str(made.exception()))
        st.button(
            "Make the file",
            icon=":material/output:",
            on_click=runs_export.exports().ask,
            args=(run, version, form, options),
        )
    elif not made.done():
        _wait(made)
    else:
        _offer(made.result(), run, form)


def sampled(items: int, key: str) -> tuple[str, ...]:
    """Ask how many items go into a map that is taken away, where it cannot hold all: options."""
    from explorer.html_export.writing import MOST_ITEMS

    st.caption(
        "Opens from disk in any browser, without a network. It holds the items and the decoder: "
        "whoever has the file can read the items."
    )
    if items <= MOST_ITEMS:
        return ()
    most = st.number_input(
        "Items at most",
        min_value=1,
        max_value=MOST_ITEMS,
        step=1000,
        key=session.kept_widget(key, MOST_ITEMS),
        help=f"This run has {items:,} items, more than a file can show well: a fair sample is "
        "taken, in which each label has its share.",
    )
    return ("--most", str(int(most)))


def _wait(made: Future[Export]) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def waiting() -> None:
        if made.done():
            st.rerun()
        st.caption(
            ":material/hourglass_top: Writing the file; you can do something else meanwhile."
        )

    waiting()


def _offer(export: Export, run: Path, form: str) -> None:
    if export.bytes > runs_export.MOST_BYTES:
        most = wording.size(runs_export.MOST_BYTES)
        page_parts.problem(
            f"The file has {wording.size(export.bytes)}, but pages hand on at most {most}; write "
            f"it on the server with `latentscape export {run} --to {form} --out FILE`."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            f"Download ({wording.size(export.bytes)})",
            # Read when it is clicked: nothing is held in memory before that.
            lambda: export.path.open("rb"),
            file_name=export.name,
            mime="application/octet-stream",
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )
        if (told := wording.differences(export.differences)) is not None:
            st.caption(told)
