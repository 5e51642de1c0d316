"""What can be done with one run: title and tags, export, training it again, deleting."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from explorer import (
    export_panel,
    page_parts,
    paths,
    runs_export,
    runs_notice,
    runs_retrain,
    runs_trash,
    session,
)
from explorer.runs_list import Listed
from explorer.runs_trash import TrashError
from vae_core.run_notes import MOST_TAGS, MOST_TITLE, Notes, distinct, write_notes

REFRESH_SECONDS = 0.5
NAME, EXPORT, RETRAIN, DELETE = "Title", "Export", "Retrain", "Delete"
OPEN, _WAY = "runs.open", "runs.way"


def show(run: Listed, all_tags: Sequence[str]) -> None:
    """Show the ways to go on with a run, and the chosen one of them."""
    if run.active:
        st.caption("Once its training has ended, it can be renamed and deleted.")
        return
    ways = [NAME, EXPORT, RETRAIN, DELETE] if run.changeable else [EXPORT, RETRAIN]
    ways = [way for way in ways if run.can_be_opened or way in (NAME, DELETE)]
    way = st.segmented_control(
        "What to do",
        ways,
        key=session.kept_widget(_WAY, ways[0], ways),
        required=True,
        label_visibility="collapsed",
    )
    if way == NAME:
        _name(run, all_tags)
    elif way == EXPORT:
        _export(run)
    elif way == RETRAIN:
        _retrain(run)
    else:
        _delete(run)


def fold() -> None:
    """Begin anew with the next run: no question that was asked of another one stands there."""
    session.set_kept(_WAY, NAME)


def _name(run: Listed, all_tags: Sequence[str]) -> None:
    entry = run.entry
    title_key, tags_key = f"runs.title.{entry.id}", f"runs.tags.{entry.id}"
    sides = st.columns([1, 1.4], gap="medium")
    with sides[0]:
        st.text_input(
            "Title",
            value=entry.title if entry.title != run.name else "",
            max_chars=MOST_TITLE,
            placeholder=run.name,
            key=title_key,
            help="What the run is called here. Its folder, and links to it, stay as they are.",
        )
    with sides[1]:
        st.multiselect(
            "Tags",
            list(dict.fromkeys([*entry.tags, *all_tags])),
            default=list(entry.tags),
            accept_new_options=True,
            max_selections=MOST_TAGS,
            placeholder="Choose tags, or type new ones",
            key=tags_key,
        )
    st.button("Save", icon=":material/check:", on_click=_save, args=(run, title_key, tags_key))


def _save(run: Listed, title_key: str, tags_key: str) -> None:
    from vae_core.run_items import RunError
    from vae_core.run_lock import is_locked

    title = " ".join(str(session.recall(title_key, "")).split())
    try:
        if is_locked(run.entry.path):
            raise RunError(f"{run.name} is being trained; rename it when that has ended.")
        # As tags are typed elsewhere: several at once, with commas.
        tags = ",".join(session.recall(tags_key, ())).split(",")
        notes = Notes("" if title == run.name else title, distinct(tags))
        write_notes(run.entry.path, notes)
    except RunError as error:
        runs_notice.tell(str(error), good=False)
    else:
        runs_notice.tell(f"{notes.title or run.name} is saved.")


def _export(run: Listed) -> None:
    forms = runs_export.FORMATS
    form = st.selectbox(
        "Format",
        list(forms),
        key=session.kept_widget("runs.format", "zip", list(forms)),
        format_func=lambda name: f"{name}: {forms[name][0]}",
    )
    entry = run.entry
    # Title and tags go with a .zip.
    version = "\0".join((entry.content_hash, entry.created, entry.title, *entry.tags))
    options: tuple[str, ...] = ()
    if form == "html":
        st.caption(
            "The map that opens first, in its first colours; Share on the Map page makes one of "
            "any view."
        )
        options = export_panel.sampled(entry.items, f"runs.most.{entry.content_hash}")
    export_panel.show(entry.path, version, form, options)


def _retrain(run: Listed) -> None:
    from vae_core.config import ConfigError
    from vae_core.run_items import RunError

    try:
        form = runs_retrain.form_of_run(run.entry.path, paths.runs_folder())
    except (RunError, ConfigError) as error:
        page_parts.problem(str(error))
        return
    st.markdown("Fills in the Train form as this run was trained, for you to change.")
    if form.missing:
        st.warning(page_parts.literal(form.missing), icon=":material/warning:")
    if form.left:
        st.caption(
            page_parts.literal(
                f"The form has no place for: {', '.join(form.left)}. The command has; it trained "
                "this run with:"
            )
        )
        st.code(form.command or "unknown", language=None, wrap_lines=True)
    if st.button("Open the Train form", type="primary", icon=":material/model_training:"):
        runs_retrain.fill(form)
        st.switch_page(paths.pages_folder() / "train.py")


def _delete(run: Listed) -> None:
    name = page_parts.literal(run.entry.title)
    st.markdown(f"Delete **{name}**? It can be brought back for 30 days.")
    st.button("Delete it", icon=":material/delete:", type="primary", on_click=_throw, args=(run,))


def _throw(run: Listed) -> None:
    try:
        thrown = runs_trash.throw_away(run.entry.path, time.time())
    except TrashError as error:
        runs_notice.tell(str(error), good=False)
        return
    runs_notice.close_model(thrown)
    session.remember(OPEN, None)
    runs_notice.tell(f"{run.entry.title} was deleted.", thrown=thrown)
