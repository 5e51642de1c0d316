"""How a visitor's file is read, where that cannot be found by itself: fields that fold away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer import session

if TYPE_CHECKING:
    from vae_core.data.look import Look

TITLE = "How the file is read"
BY_ITSELF = ""
# Kinds of files that each field says something about.
_ENCODED = ("lines", "table", "json", "documents")
_PARTED = ("table",)
# Their first row may be a row as the others.
_HEADED = ("table", "workbook")
# The usual ones; any other that the command knows may be typed.
ENCODINGS = {
    "utf-8": "Unicode", "utf-16": "Unicode, two bytes", "cp1252": "Western Europe",
    "cp1250": "Central Europe", "cp1251": "Cyrillic", "koi8_r": "Cyrillic, KOI8-R",
    "cp866": "Cyrillic, DOS", "cp1253": "Greek", "cp1254": "Turkish", "cp1255": "Hebrew",
    "cp1256": "Arabic", "cp874": "Thai", "gb18030": "Chinese", "big5": "Chinese, traditional",
    "cp932": "Japanese, Shift JIS", "euc_jp": "Japanese, EUC", "cp949": "Korean",
    "mac_roman": "old Macintosh",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a file is to be read; what is None is found out from it."""

    encoding: str | None = None
    delimiter: str | None = None
    headed: bool = True
    sheet: str | None = None
    side: int | None = None

    @property
    def chosen(self) -> bool:
        """Whether anything was said about it."""
        return self != Reading(sheet=self.sheet)


def chosen(path: Path) -> Reading:
    """Return what this visitor chose for the file, as it is before its fields are drawn."""
    return Reading(
        encoding=session.recall(key(path, "encoding")) or None,
        delimiter=session.recall(key(path, "delimiter")) or None,
        headed=session.recall(key(path, "header"), True),
        sheet=session.recall(key(path, "sheet")),
        side=session.recall(key(path, "side")),
    )


def key(path: Path, what: str) -> str:
    """Return the key of the field that says `what` of a file."""
    return f"train.{what}.{path}"


def suggest_side(path: Path, seen: Look) -> None:
    """Fill in a side, once, where pictures cannot be trained on without one."""
    from vae_core.data.look_pictures import suggested_side

    if seen.takes_side:
        session.kept_widget(key(path, "side"), suggested_side(seen.picture_sizes))


def show(path: Path, seen: Look | None, kind: str | None, *, needed: bool) -> None:
    """Show the fields for a file of a `kind`, open where they are `needed`.

    `seen`: what a look found, to say so; None where the look was refused.
    """
    if seen is not None and seen.takes_side:
        _show_side(path, seen, needed)
        return
    fields = [of for of, kinds in _FIELDS.items() if kind in kinds]
    if not fields:
        return
    with st.expander(TITLE, expanded=needed, icon=":material/tune:"):
        sides = st.columns(3, gap="medium", vertical_alignment="bottom")
        for side, field in zip(sides, fields, strict=False):
            with side:
                field(path, seen)


def _show_side(path: Path, seen: Look, needed: bool) -> None:
    if seen.picture_shape is None:
        _side(path, seen)
        return
    # Of a sample all may be of one size, and yet not of all.
    with (
        st.expander(TITLE, expanded=needed, icon=":material/tune:"),
        st.columns(3, gap="medium")[0],
    ):
        _side(path, seen)


def _side(path: Path, seen: Look) -> None:
    from vae_core.data.limits import MAX_SIDE

    as_it_is = "needed" if seen.picture_shape is None else "as they are"
    st.number_input(
        "Side",
        1,
        MAX_SIDE,
        value=None,
        step=1,
        key=session.kept_widget(key(path, "side"), None),
        persist_state="session",
        placeholder=as_it_is,
        help="In pixels. Every picture is cut to a square at its centre and made this large, so "
        "that all are equal. Small sides (28 to 64) are learned quickly.",
    )


def _encoding(path: Path, seen: Look | None) -> None:
    found = None if seen is None or chosen(path).encoding else seen.encoding
    st.selectbox(
        "Encoding",
        (BY_ITSELF, *ENCODINGS),
        key=session.kept_widget(key(path, "encoding"), BY_ITSELF),
        persist_state="session",
        accept_new_options=True,
        format_func=lambda name: _named(name, found, ENCODINGS),
        help="Choose another where letters look wrong; type one that is not in the list.",
    )


def _delimiter(path: Path, seen: Look | None) -> None:
    from vae_core.data.text_options import DELIMITERS

    signs = {name: f"“{sign}”" if sign.strip() else "" for name, sign in DELIMITERS.items()}
    found = None if seen is None or chosen(path).delimiter else seen.delimiter
    st.selectbox(
        "Delimiter",
        (BY_ITSELF, *DELIMITERS),
        key=session.kept_widget(key(path, "delimiter"), BY_ITSELF),
        persist_state="session",
        accept_new_options=True,
        format_func=lambda name: _named(name, delimiter_name(found), signs),
        help="What parts the cells of a row; another character may be typed.",
    )


def delimiter_name(sign: str | None) -> str | None:
    """Return what a delimiter is called, where it has a name."""
    from vae_core.data.text_options import DELIMITERS

    return next((name for name, each in DELIMITERS.items() if each == sign), sign)


def _header(path: Path, seen: Look | None) -> None:
    st.toggle(
        "The first row names the columns",
        key=session.kept_widget(key(path, "header"), True),
        persist_state="session",
    )


def _named(name: str, found: str | None, titles: Mapping[str, str]) -> str:
    if name == BY_ITSELF:
        return "found by itself" if found is None else f"found by itself: {found}"
    return f"{name} · {titles[name]}" if titles.get(name) else name


_FIELDS = {_encoding: _ENCODED, _delimiter: _PARTED, _header: _HEADED}
