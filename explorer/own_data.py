"""The data that a visitor brings to the Train page: a file, a look at it, its columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer import data_fixes, data_plan, page_parts, paths, session, uploads
from explorer.plans import version_of
from explorer.train_settings import DataNames

if TYPE_CHECKING:
    from vae_core.data.dataset import Modality
    from vae_core.data.look import Look

UPLOAD, PATH, HUB = "upload", "path", "hub"
WAYS = {UPLOAD: "Upload a file", PATH: "A path on the server", HUB: "Hugging Face hub"}
MOST_PATH = 4096
NO_LABELS = ""
# Kinds of files whose first row may be a row as the others.
WITH_HEADER = ("table", "workbook")
PREVIEW_HEIGHT = 220


@dataclass(frozen=True, kw_only=True)
class ChosenData(DataNames):
    """What to learn from, and what it is called; without a file, nothing is chosen yet."""

    modality: Modality
    title: str


def show() -> ChosenData:
    """Show how to bring data, and what they look like; return what was chosen."""
    nothing = ChosenData(modality="sentences", title="data")
    way = _way()
    if way == HUB:
        return _hub() or nothing
    path = _path() if way == PATH else _upload()
    if path is None:
        return nothing
    seen = _seen(path)
    if seen is None:
        return nothing
    chosen = _columns(path, seen)
    data_plan.show(chosen.data_arguments(), path)
    return chosen


def _way() -> str:
    way = st.segmented_control(
        "Where the data are",
        tuple(WAYS),
        key=session.kept_widget("train.way", UPLOAD, tuple(WAYS)),
        persist_state="session",
        required=True,
        format_func=WAYS.__getitem__,
        label_visibility="collapsed",
    )
    return way or UPLOAD


def _hub() -> ChosenData | None:
    """Ask for a data set of the hub; it is fetched, once, to be looked at."""
    asked = {
        "hub": ("Name on the hub", "stanfordnlp/imdb", "As in its address; or a folder on the "
                "server's disk that is laid out like one."),
        "split": ("Split", "train", "Which part of it."),
        "text_column": ("Column with the texts", "found by itself", "Empty: text, else the one "
                        "with the longest texts."),
        "label_column": ("Column with the labels", "none", "Empty: none."),
    }  # fmt: skip
    given = {}
    for side, (name, (title, placeholder, help_)) in zip(
        st.columns([2, 1, 1, 1], gap="medium"), asked.items(), strict=True
    ):
        with side:
            given[name] = st.text_input(
                title,
                key=session.kept_widget(f"train.hub.{name}", ""),
                persist_state="session",
                max_chars=MOST_PATH,
                placeholder=placeholder,
                help=help_,
            ).strip()
    name = given["hub"]
    if not name:
        return None
    title = name.rstrip("/").rsplit("/", 1)[-1]
    chosen = ChosenData(
        modality="sentences",
        title=title,
        hub=name,
        hub_split=given["split"] or None,
        text_column=given["text_column"] or None,
        label_column=given["label_column"] or None,
        **asdict(data_fixes.show(f"hub.{name}")),
    )
    data_plan.show(chosen.data_arguments(), Path(name))
    return chosen


def _path() -> Path | None:
    path = st.text_input(
        "Path of the data",
        key=session.kept_widget("train.text", ""),
        persist_state="session",
        max_chars=MOST_PATH,
        placeholder="reviews.csv",
        help="A file on the server's disk, or a folder of pictures.",
    ).strip()
    return Path(path).expanduser() if path else None


def _upload() -> Path | None:
    """Keep what is uploaded: the file lives on when the visitor looks at another page."""
    file = st.file_uploader(
        "Texts: one a line in .txt, or a column of .csv, .tsv, .jsonl, .parquet or .xlsx; a .zip "
        "of .txt files. Pictures: a .zip of PNG or JPEG (folders are labels), IDX, .npy or .npz.",
        key="train.upload",
    )
    before: tuple[str, str] | None = session.recall("train.uploaded")
    # The page runs again at every click: what was kept already is not read once more.
    kept_already = before and file and before[0] == file.file_id and Path(before[1]).is_file()
    if file is not None and not kept_already:
        try:
            kept = uploads.keep(file.name, file.getbuffer(), paths.runs_folder())
        except OSError as error:
            page_parts.problem(
                f"The file could not be kept: {error.strerror or error}. Free some space on the "
                "server, or choose another folder for runs."
            )
            return None
        before = (file.file_id, str(kept))
        session.remember("train.uploaded", before)
    if before is None:
        return None
    path = Path(before[1])
    if file is None:
        st.caption(page_parts.literal(f"Uploaded before: {path.name}"))
    return path


def _seen(path: Path) -> Look | None:
    from vae_core.data.dataset import DataError

    sheet: str | None = session.recall(f"train.sheet.{path}")
    headed = session.recall(_key(path, "header"), True)
    with st.spinner("Looking at the file…", show_time=True):
        try:
            seen = _look(str(path), version_of(path), sheet, headed)
        except DataError as error:
            page_parts.problem(str(error))
            return None
    for note in seen.notes:
        st.caption(page_parts.literal(note))
    return seen


@st.cache_resource(max_entries=64, show_spinner=False)
def _look(path: str, version: str, sheet: str | None, headed: bool) -> Look:
    from vae_core.data.look import look
    from vae_core.data.text_options import TextOptions

    return look(path, TextOptions(sheet=sheet, header=None if headed else False))


def _columns(path: Path, seen: Look) -> ChosenData:
    size = f"{seen.rows:,} rows" if seen.rows_exact else f"about {_rounded(seen.rows):,} rows"
    kind = "pictures" if seen.kind == "pictures" else seen.kind
    encoding = f" · {seen.encoding}" if seen.encoding else ""
    st.markdown(f"**{page_parts.literal(seen.name)}** · {kind} · {size}{encoding}")
    if seen.modality == "images":
        return ChosenData(modality="images", title=seen.name, images=str(path))
    sheet, text, label, headed = None, None, None, True
    names = [column.name for column in seen.columns]
    if len(names) > 1 or len(seen.sheets) > 1:
        sides = st.columns(3, gap="medium")
        if len(seen.sheets) > 1:
            with sides[2]:
                sheet = _choice("Sheet", f"train.sheet.{path}", list(seen.sheets), seen.sheet)
        with sides[0]:
            text = _choice(
                "Column with the texts", _key(path, "text_column"), names, seen.text_column
            )
        with sides[1]:
            labels = [NO_LABELS, *(name for name in names if name != text)]
            label = _choice(
                "Column with the labels", _key(path, "label_column"), labels, seen.label_column
            )
    if seen.kind in WITH_HEADER:
        headed = st.toggle(
            "The first row names the columns",
            key=session.kept_widget(_key(path, "header"), True),
            persist_state="session",
        )
    _preview(seen, names)
    return ChosenData(
        modality="sentences",
        title=seen.name,
        text=str(path),
        text_column=text,
        label_column=label or None,
        sheet=sheet,
        no_header=not headed,
        **asdict(data_fixes.show(str(path))),
    )


def _rounded(count: int) -> int:
    """An estimate with the two digits that it may claim."""
    scale: int = 10 ** max(0, len(str(count)) - 2)
    return round(count / scale) * scale


def _choice(title: str, key: str, names: list[str], first: str | None) -> str:
    usual = first if first in names else names[0]
    return st.selectbox(
        title,
        names,
        key=session.kept_widget(key, usual, names),
        persist_state="session",
        format_func=lambda name: name or "none",
    )


def _preview(seen: Look, names: list[str]) -> None:
    # Names may repeat; a table of people's own columns is numbered where they do.
    shown = [
        name if names.count(name) == 1 else f"{name} ({at + 1})" for at, name in enumerate(names)
    ]
    columns = dict(zip(shown, zip(*seen.preview, strict=True), strict=False))
    st.dataframe(columns, hide_index=True, height=PREVIEW_HEIGHT)


def _key(path: Path, what: str) -> str:
    return f"train.{what}.{path}"
