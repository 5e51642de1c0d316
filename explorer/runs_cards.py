"""The cards of the Runs page: a small map, what a run is, and what can be done with it."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import streamlit as st

from explorer import page_parts, paths, runs_list, runs_panel, session, train_watch
from explorer.job_state import MEANINGS
from explorer.runs_list import STATES, Listed
from explorer.runs_thumbnails import thumbnails_in

PAGE = 12
REFRESH_SECONDS = 0.5
THUMBNAIL = 96
_MARKED = "runs.marked"
_COLOURS: Mapping[runs_list.State, Any] = {
    "queued": "blue",
    "running": "blue",
    "stopping": "blue",
    "stopped": "orange",
    "interrupted": "orange",
    "failed": "red",
    "unfinished": "gray",
    "broken": "red",
}


def marked(runs: Sequence[Listed]) -> list[str]:
    """Return the ids of the runs that are chosen to be compared, at most two."""
    known = {run.entry.id for run in runs if run.can_be_opened}
    return [model_id for model_id in session.recall(_MARKED, []) if model_id in known][:2]


def show(runs: Sequence[Listed], every: Sequence[Listed]) -> None:
    """Show runs, a dozen at a time; `every` has those that are not looked for as well."""
    pages = -(-len(runs) // PAGE)
    at = 1
    if pages > 1:
        key = "runs.page"
        at = min(pages, int(session.recall(key) or 1))
        session.set_kept(key, at)
    tags = sorted({tag for run in every for tag in run.entry.tags}, key=str.casefold)
    on_their_way = []
    chosen = marked(every)
    for number, run in enumerate(runs[(at - 1) * PAGE : at * PAGE]):
        with st.container(key=f"run_card_{number}", border=True, gap="small"):
            drawn = _card(run, chosen)
            if session.recall(runs_panel.OPEN) == run.entry.id:
                with st.container(key="run_panel", gap="small"):
                    runs_panel.show(run, tags)
        if drawn is not None and not drawn.done():
            on_their_way.append(drawn)
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(pages, key="runs.page")
    if on_their_way:
        _wait(on_their_way)


def _card(run: Listed, chosen: Sequence[str]) -> Future[bytes | None] | None:
    """Show one run; return its picture, which may be on its way."""
    from vae_core.checkpoint import RunError, read_config

    entry = run.entry
    drawn = thumbnails_in(paths.runs_folder()).get(entry) if run.can_be_opened else None
    try:
        config = read_config(entry.path)
    except RunError:
        config = {}
    with st.container(key=f"run_row_{entry.id}", horizontal=True, vertical_alignment="center"):
        with st.container(width=THUMBNAIL, height=THUMBNAIL * 3 // 4, border=False):
            _picture(drawn)
        with st.container(gap=None, width="stretch"):
            _heading(run)
            for line in runs_list.facts(run, config, time.time()):
                st.caption(page_parts.literal(line))
            if run.state == "broken":
                st.caption(page_parts.told(str(entry.problem)))
        _buttons(run, chosen)
    return drawn


def _picture(drawn: Future[bytes | None] | None) -> None:
    if drawn is None or not drawn.done() or (content := drawn.result()) is None:
        st.html("<div class='run-blank'></div>")
        return
    uri = "data:image/png;base64," + base64.b64encode(content).decode("ascii")
    st.image(uri, width=THUMBNAIL, alt="small map")


def _heading(run: Listed) -> None:
    entry = run.entry
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        folder = f" :small[:gray[{page_parts.literal(run.name)}]]" if _has_title(run) else ""
        st.markdown(f"**{page_parts.literal(entry.title)}**{folder}", width="content")
        if entry.bundled:
            st.badge("bundled", color="gray", help="Comes with Latentscape; it cannot be changed.")
        if run.state in _COLOURS:
            meaning = next((MEANINGS[state] for state in MEANINGS if state == run.state), None)
            st.badge(STATES[run.state], color=_COLOURS[run.state], help=meaning)
        for tag in entry.tags:
            st.badge(page_parts.literal(tag), color="violet")


def _has_title(run: Listed) -> bool:
    return not run.entry.bundled and run.entry.title != run.name


def _buttons(run: Listed, chosen: Sequence[str]) -> None:
    model_id = run.entry.id
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        _watch_button(run)
        if run.can_be_opened:
            st.checkbox(
                "Compare",
                value=model_id in chosen,
                key=f"runs.mark.{model_id}.{model_id in chosen}",
                disabled=len(chosen) == 2 and model_id not in chosen,
                on_change=_mark,
                args=(model_id, model_id not in chosen),
            )
            if st.button(
                "Open", key=f"runs.show.{model_id}", icon=":material/scatter_plot:", help="Its map."
            ):
                session.choose_model(model_id)
                st.switch_page(paths.pages_folder() / "map.py")
        st.button(
            "More",
            key=f"runs.more.{model_id}",
            icon=":material/expand_less:"
            if session.recall(runs_panel.OPEN) == model_id
            else ":material/expand_more:",
            on_click=_unfold,
            args=(model_id,),
        )


def _watch_button(run: Listed) -> None:
    """Lead to the training on the Train page: to follow it, or to go on with it."""
    job = run.job
    if job is None or not (run.active or job.can_go_on()):
        return
    label, icon, meaning = (
        ("Watch", ":material/visibility:", "Shows how far its training is.")
        if run.active
        else ("Go on…", ":material/play_arrow:", "Leads to where its training can go on.")
    )
    if st.button(label, key=f"runs.watch.{run.entry.id}", icon=icon, help=meaning):
        train_watch.watch(job.id)
        st.switch_page(paths.pages_folder() / "train.py")


def _mark(model_id: str, wanted: bool) -> None:
    """Choose a run to be compared, or leave it out; the same however often a click is told of."""
    others = [one for one in session.recall(_MARKED, []) if one != model_id]
    session.remember(_MARKED, [*others, model_id] if wanted else others)


def _unfold(model_id: str) -> None:
    runs_panel.fold()
    session.remember(
        runs_panel.OPEN, None if session.recall(runs_panel.OPEN) == model_id else model_id
    )


def _wait(drawn: Sequence[Future[bytes | None]]) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def waiting() -> None:
        if all(one.done() for one in drawn):
            st.rerun()

    waiting()
