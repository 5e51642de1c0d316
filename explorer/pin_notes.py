"""The pins of a model in a list beside its map: what each decodes to, its note, a file of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from explorer import page_parts, pin_files, pins, session, share_home, uploads
from explorer.analysis.decoding import decode
from explorer.canvas.state import LONGEST_NOTE
from explorer.content import key_of
from explorer.pin_files import PinFileError
from explorer.share_parts import sound

if TYPE_CHECKING:
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

PICTURE_WIDTH = 40
# A field of a line shows about as much of a note.
SHORT = 26
_NEW_FILE = "pins.file"


def show(run: Run, key: str, held: tuple[Pin, ...]) -> None:
    """List the pins; what is changed here changes on the map with this `key`."""
    with st.container(key="pin_notes", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", key="pin_bar"):
            st.markdown("**Pins**", width="stretch")
            _files(run, key, held)
        if not held:
            st.caption("Press “Pin” on a decode to keep it here, with a note.")
            return
        for number, (pin, shown) in enumerate(zip(held, decoded(run, held), strict=True), 1):
            _row(run, key, number, pin, shown)


def decoded(run: Run, held: Sequence[Pin]) -> list[Any]:
    """Return what each pin decodes to: a picture as bytes, a text; None where it has no point."""
    points = pins.points(run, held)
    if not points:
        return [None] * len(held)
    z = np.stack(list(points.values()))
    found = dict(zip(points, _decoded(key_of(run), z.tobytes(), z, run), strict=True))
    return [found.get(number) for number in range(1, len(held) + 1)]


@st.cache_resource(max_entries=64, show_spinner=False)
def _decoded(key: str, place: bytes, _z: np.ndarray[Any, Any], _run: Run) -> list[Any]:
    items = decode(_run, _z)
    return list(items) if isinstance(items, list) else [page_parts.as_bytes(one) for one in items]


def _row(run: Run, key: str, number: int, pin: Pin, shown: Any) -> None:
    field = f"pins.note.{run.content_hash}.{number}"
    with st.container(key=f"pin_row_{number}", gap="xsmall"):
        if isinstance(shown, str):
            with st.container(key=f"pin_words_{number}"):
                st.text(" ".join(shown.split()) or "(no words)")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{number}**", width="content")
            if shown is not None and not isinstance(shown, str):
                st.image(page_parts.picture_uri(shown, PICTURE_WIDTH), width=PICTURE_WIDTH)
            st.text_input(
                f"Note on pin {number}",
                key=session.synced_widget(field, pin.note),
                placeholder="Add a note",
                label_visibility="collapsed",
                on_change=_note,
                args=(run, key, number, field),
            )
            st.button(
                "",
                key=f"pins.remove.{number}",
                icon=":material/delete:",
                type="tertiary",
                help=f"Take pin {number} away",
                on_click=_remove,
                args=(run, key, number),
            )
        if session.recall(_cut(run)) == number:
            st.caption(f":material/content_cut: A note has up to {LONGEST_NOTE} letters: cut.")
        if len(pin.note) > SHORT:
            with st.container(key=f"pin_whole_{number}"):
                st.text(pin.note)


def _note(run: Run, key: str, number: int, field: str) -> None:
    held = list(pins.kept(run))
    if number <= len(held):
        # The field has no limit of its own: it would drop a longer text without a word.
        note = sound(str(session.recall(field, "")))
        session.remember(_cut(run), number if len(note) > LONGEST_NOTE else None)
        held[number - 1] = replace(held[number - 1], note=note[:LONGEST_NOTE])
        pins.put(run, key, held)


def _remove(run: Run, key: str, number: int) -> None:
    held = list(pins.kept(run))
    session.remember(_cut(run), None)
    pins.put(run, key, held[: number - 1] + held[number:])


def _files(run: Run, key: str, held: tuple[Pin, ...]) -> None:
    with st.popover("File", icon=":material/attach_file:", type="tertiary", key="pins.files"):
        if held:
            with st.container(horizontal=True):
                for form, write in (("JSON", _as_json), ("CSV", _as_csv)):
                    st.download_button(
                        form,
                        partial(write, run, held),
                        file_name=uploads.safe_name(f"{run.path.name}-pins.{form.lower()}"),
                        mime="application/json" if form == "JSON" else "text/csv",
                        icon=":material/download:",
                        on_click="ignore",
                        key=f"pins.download.{form}",
                    )
        field = f"{_NEW_FILE}.{run.content_hash}.{session.recall(_NEW_FILE, 0)}"
        st.file_uploader(
            "Load pins from such a file; they take the place of those that are there.",
            type=["json", "csv"],
            key=field,
            on_change=_load,
            args=(run, key, field),
        )
        problem: str | None = session.recall(_problem(run))
        if problem is not None:
            page_parts.problem(problem)


def _as_json(run: Run, held: tuple[Pin, ...]) -> str:
    whose = share_home.identity_of(run)
    return pin_files.to_json(_whole(run, held), _words(run, held), whose, run.path.name)


def _as_csv(run: Run, held: tuple[Pin, ...]) -> str:
    return pin_files.to_csv(_whole(run, held), _words(run, held))


def _whole(run: Run, held: Sequence[Pin]) -> list[Pin]:
    """The pins with the latent point of each: that of an item is written, too."""
    points = pins.points(run, held)
    return [
        replace(pin, z=tuple(points[number].tolist())) if number in points else pin
        for number, pin in enumerate(held, 1)
    ]


def _words(run: Run, held: Sequence[Pin]) -> list[str | None]:
    return [one if isinstance(one, str) else None for one in decoded(run, held)]


def _load(run: Run, key: str, field: str) -> None:
    brought = session.recall(field)
    session.remember(_problem(run), None)
    if brought is None:
        return
    try:
        found = pin_files.read(
            brought.getvalue(), share_home.identity_of(run), len(run), run.latent_dim
        )
    except PinFileError as error:
        session.remember(_problem(run), str(error))
        return
    session.remember(_cut(run), None)
    pins.put(run, key, found)
    # Another uploader, without the file.
    session.remember(_NEW_FILE, int(session.recall(_NEW_FILE, 0)) + 1)


def _problem(run: Run) -> str:
    return f"pins.problem.{run.content_hash}"


def _cut(run: Run) -> str:
    """Where it is remembered which pin's note was too long, by its number."""
    return f"pins.cut.{run.content_hash}"
