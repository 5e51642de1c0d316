"""The data that a visitor brings to the Train page: a file, a look at it, its columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import (
    data_fixes,
    data_plan,
    data_reading,
    hub_data,
    page_parts,
    paths,
    picture_facts,
    session,
    uploads,
)
from explorer.data_reading import Reading
from explorer.field_words import about_reading
from explorer.plans import RefusedError, version_of
from explorer.train_settings import DataNames

if TYPE_CHECKING:
    from concurrent.futures import Future

    from vae_core.data.dataset import Modality
    from vae_core.data.look import Look

UPLOAD, PATH, HUB = "upload", "path", "hub"
WAYS = {UPLOAD: "Upload a file", PATH: "A path on the server", HUB: "Hugging Face hub"}
MOST_PATH = 4096
NO_LABELS = ""
REFUSED = "These data cannot be trained on as they are: change what is said above, or bring others."
PREVIEW_HEIGHT = 220


@dataclass(frozen=True, kw_only=True)
class ChosenData(DataNames):
    """What to learn from, and what it is called; without a file, nothing is chosen yet.

    `refused`: whether a look at them, or a trial, has shown already that they cannot be trained on.
    """

    modality: Modality
    title: str
    refused: bool = False


def show() -> ChosenData:
    """Show how to bring data, and what they look like; return what was chosen."""
    nothing = ChosenData(modality="sentences", title="data")
    way = _way()
    if way == HUB:
        return _hub() or nothing
    path = _path() if way == PATH else _upload()
    return nothing if path is None else _file(path)


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
    given = hub_data.show()
    name = given["hub"]
    if not name:
        return None
    chosen = ChosenData(
        modality="sentences",
        title=name.rstrip("/").rsplit("/", 1)[-1],
        hub=name,
        hub_split=given["split"] or None,
        hub_config=given["config"] or None,
        text_column=given["text_column"] or None,
        label_column=given["label_column"] or None,
        **asdict(data_fixes.show(f"hub.{name}")),
    )
    made = _planned(chosen, Path(name))
    data_plan.show(chosen.data_arguments(), Path(name))
    return replace(chosen, refused=_refusal(made) is not None)


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
        "Texts: one a line in .txt, or a column of .csv, .tsv, .json, .jsonl, .parquet or .xlsx; "
        "a .zip of .txt files. Pictures: a .zip of PNG or JPEG (folders are labels), IDX, .npy or "
        ".npz. Text and IDX files also as .gz.",
        key="train.upload",
    )
    before: tuple[str, str] | None = session.recall("train.uploaded")
    # The page runs again at every click: what was kept already is not read once more.
    kept_already = before and file and before[0] == file.file_id and Path(before[1]).is_file()
    if file is not None and not kept_already:
        try:
            kept = uploads.keep(file.name, file.getbuffer(), paths.runs_folder())
        except OSError as error:
            page_parts.problem(uploads.not_kept(error))
            return None
        before = (file.file_id, str(kept))
        session.remember("train.uploaded", before)
    if before is None:
        return None
    path = Path(before[1])
    if file is None:
        st.caption(page_parts.literal(f"Uploaded before: {path.name}"))
    return path


def _file(path: Path) -> ChosenData:
    """Show what is in a file: its size, its columns, how it is read, what its items are like."""
    from vae_core.data.dataset import DataError

    reading = data_reading.chosen(path)
    try:
        with st.spinner("Looking at the file…", show_time=True):
            seen = _look(str(path), version_of(path), replace(reading, side=None))
    except DataError as error:
        page_parts.problem(str(error))
        needed = about_reading(str(error)) or reading.chosen
        data_reading.show(path, None, _kind(path), needed=needed)
        return ChosenData(modality="sentences", title=path.name, refused=True)
    data_reading.suggest_side(path, seen)
    reading = data_reading.chosen(path)
    # What stands above is said when all is known: how many there are, and whether they are refused.
    heading = st.container(gap="small")
    if seen.modality == "images":
        # A side that is needed stands beside what else may be done to them.
        beside = st.columns(3, gap="medium") if seen.picture_shape is None else (st, st)
        fold = beside[0].container()
        with beside[1].container():
            chosen = _pictures(path, seen, reading)
    else:
        columns = _columns(path, seen)
        fold = st.container()
        _preview(seen)
        changes = asdict(data_fixes.show(str(path)))
        chosen = _texts(path, seen, data_reading.chosen(path), {**columns, **changes})
    made = _planned(chosen, path)
    refusal = _refusal(made)
    with heading:
        _heading(seen, made)
    with fold:
        needed = reading.chosen or (refusal is not None and about_reading(refusal))
        data_reading.show(path, seen, seen.kind, needed=needed)
    data_plan.show(chosen.data_arguments(), path)
    return replace(chosen, refused=refusal is not None)


@st.cache_resource(max_entries=64, show_spinner=False)
def _look(path: str, version: str, reading: Reading) -> Look:
    from vae_core.data.look import look
    from vae_core.data.text_options import TextOptions

    options = TextOptions(
        sheet=reading.sheet,
        header=None if reading.headed else False,
        encoding=reading.encoding,
        delimiter=reading.delimiter,
    )
    return look(path, options)


def _kind(path: Path) -> str | None:
    """Of which kind a file of texts is that could not be looked at; None where that is not told."""
    from vae_core.data.dataset import DataError
    from vae_core.data.text_kinds import find_kind

    try:
        return find_kind(path)
    except (DataError, OSError):
        return None


def _planned(chosen: ChosenData, path: Path) -> Future[dict[str, Any]]:
    return data_plan.planned(chosen.data_arguments(), path)


def _refusal(made: Future[dict[str, Any]]) -> str | None:
    """What the data were refused with. Where a plan failed otherwise, they may still be good."""
    error = made.exception() if made.done() and not made.cancelled() else None
    return str(error) if isinstance(error, RefusedError) else None


def _heading(seen: Look, made: Future[dict[str, Any]]) -> None:
    known = made.done() and not made.cancelled() and made.exception() is None
    if known:
        size = f"{made.result()['items']:,} items"
    else:
        unit = "items" if seen.modality == "images" else "rows"
        rows = f"{seen.rows:,}" if seen.rows_exact else f"about {_rounded(seen.rows):,}"
        size = f"{rows} {unit}"
    facts = [seen.kind, size]
    facts += [word for word in (seen.encoding, data_reading.delimiter_name(seen.delimiter)) if word]
    st.markdown(f"**{page_parts.literal(seen.name)}** · {page_parts.literal(' · '.join(facts))}")
    if seen.picture_sizes:
        st.caption(picture_facts.sizes_in_words(seen.picture_sizes, seen.rows))
    for note in seen.notes:
        # That pictures differ in size is said with their sizes, and the field for it is there.
        if seen.modality != "images" or not about_reading(note):
            st.caption(page_parts.told(note))


def _pictures(path: Path, seen: Look, reading: Reading) -> ChosenData:
    return ChosenData(
        modality="images",
        title=seen.name,
        images=str(path),
        side=reading.side,
        drop_repeats=data_fixes.show_for_pictures(str(path)),
    )


def _columns(path: Path, seen: Look) -> dict[str, Any]:
    """Ask which sheet and columns to take, where there is a choice."""
    names = [column.name for column in seen.columns]
    chosen: dict[str, Any] = {}
    if len(names) < 2 and len(seen.sheets) < 2:
        return chosen
    left, middle, right = st.columns(3, gap="medium")
    if len(seen.sheets) > 1:
        key = data_reading.key(path, "sheet")
        with right:
            chosen["sheet"] = _choice("Sheet", key, list(seen.sheets), seen.sheet)
    with left:
        key = data_reading.key(path, "text_column")
        text = _choice("Column with the texts", key, names, seen.text_column)
    with middle:
        labels = [NO_LABELS, *(name for name in names if name != text)]
        key = data_reading.key(path, "label_column")
        label = _choice("Column with the labels", key, labels, seen.label_column)
    return {**chosen, "text_column": text, "label_column": label or None}


def _texts(path: Path, seen: Look, reading: Reading, chosen: dict[str, Any]) -> ChosenData:
    return ChosenData(
        modality="sentences",
        title=seen.name,
        text=str(path),
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        no_header=not reading.headed,
        **chosen,
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


def _preview(seen: Look) -> None:
    names = [column.name for column in seen.columns]
    # Names may repeat; a table of people's own columns is numbered where they do.
    shown = [
        name if names.count(name) == 1 else f"{name} ({at + 1})" for at, name in enumerate(names)
    ]
    columns = dict(zip(shown, zip(*seen.preview, strict=True), strict=False))
    st.dataframe(columns, hide_index=True, height=PREVIEW_HEIGHT)
