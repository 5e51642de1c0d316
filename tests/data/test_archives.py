"""Archives of documents, those that do harm among them."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from tests.data import made
from tests.data.reading import read, refused, write
from vae_core.data import limits


def test_beside_texts_a_readme_is_no_document(tmp_path: Path) -> None:
    both = made.zipped({"1.txt": b"one", "2.txt": b"two", "3.txt": b"three", "readme.md": b"about"})
    data = read(write(tmp_path, "both.zip", both))
    assert list(data.texts or ()) == ["one", "two", "three"]
    assert "1 files that are not .txt" in data.notes[0]
    alone = made.zipped({f"{name}.md": name.encode() for name in ("one", "two", "three")})
    data = read(write(tmp_path, "alone.zip", alone))
    assert sorted(data.texts or ()) == ["one", "three", "two"]


def test_documents_keep_their_names_and_folders(tmp_path: Path) -> None:
    entries = {
        "all/b/2.txt": b"two\nlines", "all/a/1.txt": b"one", "all/a/empty.txt": b"",
        "all/a/inner.zip": made.zipped({"x.txt": b"hidden"}), "__MACOSX/a/._1.txt": b"\x00\x05",
        "all/a/.DS_Store": b"\x00",
    }  # fmt: skip
    data = read(write(tmp_path, "a.zip", made.zipped(entries)))
    assert (data.texts, data.labels) == (("one", "two\nlines"), ("a", "b"))
    assert data.metadata == {"file": ("all/a/1.txt", "all/b/2.txt")}
    assert data.empty_items == 1
    assert "1 files that are not .txt, 1 of them archives, which are not opened" in data.notes[0]


def test_documents_of_one_folder_have_no_labels(tmp_path: Path) -> None:
    entries = {f"all/{number}.txt": f"text {number}".encode() for number in range(3)}
    assert read(write(tmp_path, "a.zip", made.zipped(entries))).labels is None


def test_documents_of_another_encoding_are_read_and_said(tmp_path: Path) -> None:
    entries = {
        "1.txt": b"plain", "2.txt": "Le café était fermé à l'été".encode("cp1252"),
        "3.txt": "with a mark é".encode("utf-8-sig"), "4.txt": "wide é".encode("utf-16"),
    }  # fmt: skip
    data = read(write(tmp_path, "a.zip", made.zipped(entries)))
    assert data.texts == ("plain", "Le café était fermé à l'été", "with a mark é", "wide é")
    assert "1 of the 4 files in a.zip are not UTF-8 and were read as cp1252" in data.notes[0]


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        ("../up.txt", stat.S_IFREG, "outside of it"),
        ("/etc/up.txt", stat.S_IFREG, "outside of it"),
        ("a/../../up.txt", stat.S_IFREG, "outside of it"),
        ("C:up.txt", stat.S_IFREG, "outside of it"),
        ("a\\..\\up.txt", stat.S_IFREG, "outside of it"),
        ("link.txt", stat.S_IFLNK, "a link or a device"),
        ("device.txt", stat.S_IFCHR, "a link or a device"),
        ("pipe.txt", stat.S_IFIFO, "a link or a device"),
        ("", stat.S_IFREG, "an entry without a name"),
    ],
)
def test_harmful_entries_are_refused(tmp_path: Path, name: str, mode: int, said: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("fine.txt", b"fine")
        file.writestr(_entry(name, mode), b"/etc/passwd")
    assert said in refused(write(tmp_path, "a.zip", stream.getvalue()))


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = write(tmp_path, "a.zip", made.zipped({"a.txt": b"0" * 5_000_000}))
    monkeypatch.setattr(limits, "RATIO_COUNTS_FROM", 1_000_000)
    monkeypatch.setattr(limits, "MAX_RATIO", 100)
    assert "times its size" in refused(bomb)
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 1_000_000)
    assert "would unpack to 4.768 MiB" in refused(bomb)


def test_an_entry_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    content = bytearray(made.zipped({"a.txt": b"some text " * 1000}))
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = (100).to_bytes(4, "little")
    assert "cannot be unpacked" in refused(write(tmp_path, "a.zip", bytes(content)))


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ENTRIES", 3)
    entries = {f"{number}.txt": b"x" for number in range(4)}
    assert "has 4 entries" in refused(write(tmp_path, "a.zip", made.zipped(entries)))


def test_a_long_document_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_DOCUMENT_CHARACTERS", 100)
    entries = {"a.txt": b"fine", "b.txt": b"x" * 101}
    assert "File 2 of a.zip has 101" in refused(write(tmp_path, "a.zip", made.zipped(entries)))
    entries = {"a.txt": b"fine", "b.txt": b"x" * 1000}
    assert "b.txt of b.zip holds over" in refused(write(tmp_path, "b.zip", made.zipped(entries)))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({}, "holds no files"),
        ({"a.csv": b"text\na"}, "only files with .csv"),
        ({"word/document.xml": b"<x/>"}, "Office or book file"),
    ],
)
def test_an_archive_of_something_else_is_refused(
    tmp_path: Path, entries: dict[str, bytes], said: str
) -> None:
    assert said in refused(write(tmp_path, "a.zip", made.zipped(entries)))
