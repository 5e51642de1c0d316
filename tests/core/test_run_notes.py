"""What an owner calls a run, and the tags on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.support import one_sentence
from vae_core.export import RunImportError, export_run, import_run
from vae_core.run_items import RunError
from vae_core.run_notes import (
    MOST_BYTES,
    MOST_TAG,
    MOST_TAGS,
    MOST_TITLE,
    NOTES,
    Notes,
    distinct,
    read_notes,
    write_notes,
)


def test_notes_come_out_as_they_went_in(tmp_path: Path) -> None:
    notes = Notes("Größer 猫 <b>x</b>", ("می\u200cخواهم", "**bold**"))
    write_notes(tmp_path, notes)
    assert read_notes(tmp_path) == notes
    assert [path.name for path in tmp_path.iterdir()] == [NOTES]
    write_notes(tmp_path, Notes())
    assert list(tmp_path.iterdir()) == []
    assert read_notes(tmp_path) == Notes()


@pytest.mark.parametrize(
    ("title", "tags", "said"),
    [
        ("x" * (MOST_TITLE + 1), (), "at most 80"),
        ("two\nlines", (), "one line"),
        ("\x07", (), "one line"),
        ("\ud800", (), "one line"),
        ("", ("x" * (MOST_TAG + 1),), "1 to 30"),
        ("", ("",), "1 to 30"),
        ("", tuple(map(str, range(MOST_TAGS + 1))), "at most 12"),
        ("", ("Draft", "draft"), "twice"),
    ],
)
def test_what_cannot_be_shown_is_refused(title: str, tags: tuple[str, ...], said: str) -> None:
    with pytest.raises(RunError) as caught:
        Notes(title, tags)
    assert said in one_sentence(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"title": 1, "tags": []}',
        b'{"title": "", "tags": "ab"}',
        b'{"title": "", "tags": [1]}',
        b'{"title": ""}',
        b"[" * 100_000,
        b'{"title": "' + b"x" * MOST_BYTES + b'"}',
    ],
)
def test_damaged_notes_are_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NOTES).write_bytes(content)
    with pytest.raises(RunError) as caught:
        read_notes(tmp_path)
    assert NOTES in one_sentence(caught.value)


def test_a_folder_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("vae_core.run_notes.write_whole", full)
    with pytest.raises(RunError) as caught:
        write_notes(tmp_path, Notes("a"))
    assert "Read-only file system" in one_sentence(caught.value)


@given(st.lists(st.text()))
@settings(deadline=None)
def test_typed_tags_are_distinct_and_on_one_line(tags: list[str]) -> None:
    found = distinct(tags)
    assert len({tag.casefold() for tag in found}) == len(found)
    assert all(tag == " ".join(tag.split()) and tag for tag in found)
    assert distinct(found) == found


def test_title_and_tags_travel_with_a_zip(tmp_path: Path) -> None:
    from tests.export.support import run_of

    run = run_of("dense", tmp_path / "a")
    before = (run / "config.json").read_bytes()
    write_notes(run, Notes("My digits", ("draft", "for class")))
    assert (run / "config.json").read_bytes() == before
    taken = export_run(run, "zip", tmp_path / "a.zip").path
    assert read_notes(import_run(taken, tmp_path / "runs")) == Notes(
        "My digits", ("draft", "for class")
    )
    (run / NOTES).write_text(json.dumps({"title": "a\nb", "tags": []}))
    bad = export_run(run, "zip", tmp_path / "b.zip").path
    with pytest.raises(RunImportError) as caught:
        import_run(bad, tmp_path / "others")
    assert "one line" in one_sentence(caught.value)
