"""What was just done with runs, and the trash: what can be undone, also after a reload."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from explorer import catalogue, page_parts, runs_trash, session, uploads, wording
from explorer.runs_trash import Thrown, TrashError

_NOTICE, _CLOSED = "runs.notice", "runs.closed"
MOST_SHOWN = 50


def tell(sentence: str, *, good: bool = True, thrown: Thrown | None = None) -> None:
    """Have the page say a sentence until something else is done; `thrown` can be brought back."""
    session.remember(_NOTICE, (sentence, good, thrown))


def close_model(thrown: Thrown) -> None:
    """Open another model than a run that was deleted, until that is brought back."""
    model_id = f"{catalogue.RUN_PREFIX}{thrown.name}"
    if session.current_model_id() == model_id:
        session.forget_model()
        session.remember(_CLOSED, thrown.name)


def show(runs: Path) -> None:
    """Say what was done last."""
    notice: tuple[str, bool, Thrown | None] | None = session.recall(_NOTICE)
    if notice is None:
        return
    sentence, good, thrown = notice
    with st.container(key="runs_notice", horizontal=True, vertical_alignment="center", gap="small"):
        if not good:
            page_parts.problem(sentence)
        else:
            st.success(page_parts.literal(sentence), icon=":material/check:")
        if thrown is not None:
            st.button("Undo", icon=":material/undo:", on_click=_put_back, args=(thrown, runs))
        st.button(
            "Dismiss",
            icon=":material/close:",
            type="tertiary",
            on_click=session.remember,
            args=(_NOTICE, None),
        )


def show_trash(runs: Path) -> None:
    """List what was deleted, each with a way back, and offer to remove it all for good."""
    thrown = runs_trash.thrown_in(runs)
    if not thrown:
        return
    now = time.time()
    title = "1 deleted run" if len(thrown) == 1 else f"{len(thrown)} deleted runs"
    with st.expander(title, icon=":material/delete:"):
        st.caption("Deleted runs are kept for 30 days and take up space until then.")
        for one in thrown[:MOST_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                ago = wording.ago(now - one.when)
                st.markdown(f"**{page_parts.literal(_title(one.path))}** · deleted {ago}")
                st.button(
                    "Put back",
                    key=f"runs.back.{one.id}.{one.name}",
                    icon=":material/undo:",
                    on_click=_put_back,
                    args=(one, runs),
                )
        if len(thrown) > MOST_SHOWN:
            st.caption(f"And {len(thrown) - MOST_SHOWN:,} more, deleted before.")
        sure = st.checkbox("Remove them for good; there is no way back then.", key="runs.sure")
        st.button(
            "Empty the trash",
            icon=":material/delete_forever:",
            disabled=not sure,
            on_click=_empty,
            args=(runs,),
        )


def expire(runs: Path) -> None:
    """Remove what was deleted over 30 days ago, and uploads as old that no run needs."""
    try:
        runs_trash.expire(runs, time.time())
        uploads.expire(runs, time.time())
    except TrashError as error:
        page_parts.problem(str(error))


def _put_back(thrown: Thrown, runs: Path) -> None:
    try:
        place = runs_trash.put_back(thrown, runs)
    except TrashError as error:
        tell(str(error), good=False)
        return
    if place.name == thrown.name:
        tell(f"{_title(place)} is back.")
    else:
        tell(f"There is another {thrown.name} by now, so it is back as {place.name}.")
    if session.recall(_CLOSED) == thrown.name:
        session.choose_model(catalogue.run_id(place))
        session.remember(_CLOSED, None)


def _empty(runs: Path) -> None:
    try:
        runs_trash.empty(runs)
    except TrashError as error:
        tell(str(error), good=False)
    else:
        tell("The trash is empty.")


def _title(run: Path) -> str:
    """What a run is called: its title, else its folder."""
    from vae_core.run_items import RunError
    from vae_core.run_notes import read_notes

    try:
        return read_notes(run).title or run.name
    except RunError:  # damaged notes; the Runs page says so
        return run.name
