"""Every kind of file of texts gives the same data set; what is odd is said or refused."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.core.support import one_sentence
from tests.data import made
from vae_core.data import limits
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.registry import load_source
from vae_core.data.text_column import TextColumn
from vae_core.data.text_options import TextOptions


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, **options: Any) -> Dataset:
    return read_corpus(path, TextOptions(**options))


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **options)
    return one_sentence(caught.value)


# --- all kinds alike ---


@pytest.mark.parametrize("ending", made.TEXT_FILES)
def test_every_script_comes_out_as_it_went_in(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path, f"a{ending}", made.TEXT_FILES[ending](made.SCRIPTS, made.LABELS))
    labelled = ".txt" not in ending
    data = read(path, label_column="label" if labelled and ending != ".zip" else None)
    # Files of an archive come in the order of their names, folders first.
    order = [0, 2, 4, 1, 3, 5] if ending == ".zip" else range(6)
    assert data.texts == [made.SCRIPTS[i] for i in order]
    assert isinstance(data.texts, TextColumn)
    if labelled:
        assert data.labels == [made.LABELS[i] for i in order]
    again = load_source(json.loads(json.dumps(data.source)))
    assert again.fingerprint() == data.fingerprint()
    assert again.source == data.source


@pytest.mark.parametrize("ending", [".txt", ".csv", ".tsv", ".jsonl", ".json", ".xlsx", ".parquet"])
def test_a_file_without_items_is_refused(tmp_path: Path, ending: str) -> None:
    assert "is empty" in refused(write(tmp_path, f"a{ending}", b""))
    content = made.TEXT_FILES[ending](["", " "], ["x", "y"])
    assert refused(write(tmp_path, f"b{ending}", content))


@pytest.mark.parametrize(
    ("ending", "place"),
    [(".txt", "Line 2"), (".csv", "Line 3"), (".jsonl", "Object 2"), (".parquet", "Row 2"),
     (".xlsx", "Row 3")],
)  # fmt: skip
def test_a_long_item_is_refused_with_its_place(
    tmp_path: Path, ending: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = made.TEXT_FILES[ending](["short", "x" * 3000, "short"], ["a", "b", "c"])
    path = write(tmp_path, f"a{ending}", content)
    monkeypatch.setattr(limits, "MAX_ITEM_CHARACTERS", 2000)
    assert f"{place} of a{ending} has 3,000 characters" in refused(path)
    monkeypatch.setattr(limits, "MAX_ITEM_CHARACTERS", 3000)
    assert len(read(path)) == 3


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_a_long_cell_beside_the_text_is_refused(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_CELL_CHARACTERS", 100)
    content = made.TEXT_FILES[ending](["short"], ["x" * 101])
    assert "in its column 'label'" in refused(write(tmp_path, f"a{ending}", content))


@pytest.mark.parametrize("ending", [".txt", ".csv", ".jsonl", ".parquet"])
def test_too_many_rows_are_refused(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"text {number}" for number in range(30)]
    path = write(tmp_path, f"a{ending}", made.TEXT_FILES[ending](texts, texts))
    monkeypatch.setattr(limits, "MAX_ROWS", 20)
    assert "20" in refused(path)


def test_a_large_file_is_refused_by_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    assert "may have 10 bytes" in refused(write(tmp_path, "a.txt", "a line of text\n"))


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_ten_thousand_columns_are_refused(tmp_path: Path, ending: str) -> None:
    names = [f"c{number}" for number in range(10_000)]
    row = dict.fromkeys(names, "x")
    if ending == ".csv":
        content = (",".join(names) + "\n" + ",".join(row.values()) + "\n").encode()
    elif ending == ".jsonl":
        content = json.dumps(row).encode()
    elif ending == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        stream = io.BytesIO()
        pq.write_table(pa.table({name: ["x"] for name in names}), stream)
        content = stream.getvalue()
    else:
        from openpyxl import Workbook

        book, stream = Workbook(write_only=True), io.BytesIO()
        sheet = book.create_sheet()
        sheet.append(names)
        book.save(stream)
        content = stream.getvalue()
    assert "10,000 columns" in refused(write(tmp_path, f"a{ending}", content))


def test_one_row_and_rows_alike_are_refused_when_it_comes_to_training(tmp_path: Path) -> None:
    one, alike = write(tmp_path, "a.txt", "only"), write(tmp_path, "b.txt", "same\n" * 50)
    for path, said in ((one, "has 1 item;"), (alike, "All 50 items of b.txt are the same")):
        with pytest.raises(DataError, match=said) as caught:
            read(path).split()
        one_sentence(caught.value)


def test_without_a_text_column_the_longest_is_taken_and_said(tmp_path: Path) -> None:
    rows = "".join(f"{i},a longer review of thing {i},{'xy'[i % 2]}\n" for i in range(9))
    data = read(write(tmp_path, "a.csv", "id,review,kind\n" + rows))
    assert data.texts is not None
    assert data.texts[0] == "a longer review of thing 0"
    assert data.source["text_column"] == "review"
    assert any("column 'review'" in note for note in data.notes)


def test_one_column_cannot_be_texts_and_labels(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text,label\na,b\n")
    assert "both" in refused(path, text_column="label", label_column="label")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("a.txt", {"sheet": "x"}, "sheet does nothing"),
        ("a.txt", {"delimiter": ";"}, "delimiter does nothing"),
        ("a.csv", {"delimiter": "ab"}, "must be one character"),
        ("a.csv", {"encoding": "klingon"}, "no encoding 'klingon'"),
        ("a.csv", {"encoding": "rot13"}, "no encoding 'rot13'"),
        ("a.csv", {"encoding": "unicode_escape"}, "no encoding"),
        ("a.csv", {"kind": "song"}, "must be one of"),
    ],
)
def test_options_that_do_nothing_are_refused(
    tmp_path: Path, name: str, options: dict[str, Any], said: str
) -> None:
    path = write(tmp_path, name, "text,b\none,two\n")
    with pytest.raises(DataError) as caught:
        read_corpus(path, TextOptions(**options))
    assert said in one_sentence(caught.value)


def test_an_old_record_still_loads(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tsv", "text\tlabel\na b\tx\nc d\ty\n")
    data = load_source({"text": str(path), "text_column": "text", "label_column": "label"})
    assert (data.texts, data.labels) == (("a b", "c d"), ("x", "y"))
    with pytest.raises(DataError, match="not recorded well"):
        load_source({"text": str(path), "text_column": 7})


# --- tables ---


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    texts = ["one, two", "three; four", "five | six"]
    path = write(tmp_path, "a.csv", made.table(texts, ["x", "y", "z"], delimiter))
    data = read(path, label_column="label")
    assert (data.texts, data.labels) == (texts, ["x", "y", "z"])
    assert data.source["delimiter"] == delimiter


def test_a_spreadsheet_may_say_its_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "sep=;\r\ntext;label\r\na, b;x\r\n")
    assert read(path, label_column="label").texts == ("a, b",)


def test_a_delimiter_that_is_given_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text:label,more\na b:x,y\n")
    assert read(path, delimiter=":", text_column="text").metadata == {"label,more": ("x,y",)}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_line_end_of_a_table_is_known(tmp_path: Path, end: str) -> None:
    content = end.join(["text,label", '"a', 'b",x', "c,y", ""])
    assert read(write(tmp_path, "a.csv", content)).texts == (f"a{end}b", "c")


def test_quoted_tabs_are_found_where_plain_ones_do_not_fit(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tsv", 'text\tlabel\n"a\tb"\tx\n"c\nd"\ty\n')
    assert read(path, label_column="label").texts == ("a\tb", "c\nd")


def test_a_quote_that_never_closes_is_refused_with_where_it_opens(tmp_path: Path) -> None:
    rows = "".join(f"{i},fine\n" for i in range(10)) + '10,"open\n' + "x,y\n" * 1000
    message = refused(write(tmp_path, "a.csv", "id,text\n" + rows))
    assert "never closes" in message
    assert "line 12" in message


def test_a_long_quote_that_never_closes_is_not_held(tmp_path: Path) -> None:
    message = refused(write(tmp_path, "a.csv", 'id,text\n1,"open\n' + "x,y\n" * 1_000_000))
    assert "never closes" in message


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_LINE_CHARACTERS", 1000)
    assert "Line 2 of" in refused(write(tmp_path, "a.csv", "a,text\n" + "x" * 3000))


# --- JSON ---


def test_json_values_become_text_and_nested_ones_are_left_out(tmp_path: Path) -> None:
    rows = [
        {"text": "one", "n": 1, "f": 1.5, "b": True, "none": None, "tags": ["x"], "o": {"a": 1}},
        {"text": "two", "n": 2, "late": "kept, within the first ten thousand"},
    ]
    data = read(write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert data.metadata == {
        "n": ("1", "2"), "f": ("1.5", ""), "b": ("true", ""), "none": ("", ""),
        "late": ("", "kept, within the first ten thousand"),
    }  # fmt: skip
    assert "lists or objects in 'o', 'tags'" in data.notes[0]


def test_a_key_that_comes_late_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH_ROWS", 2)
    rows = [{"text": f"t{i}"} for i in range(5)] + [{"text": "t", "late": 1}]
    data = read(write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows))))
    assert len(data) == 6
    assert "'late' first come after many objects" in data.notes[0]


@pytest.mark.parametrize("content", ['["a b", "c d"]', '"a b"\n"c d"\n'])
def test_texts_alone_are_items(tmp_path: Path, content: str) -> None:
    assert read(write(tmp_path, "a.json", content)).texts == ("a b", "c d")


def test_objects_over_several_lines_are_read(tmp_path: Path) -> None:
    rows = [{"text": f"text {i}"} for i in range(3)]
    content = "\n".join(json.dumps(row, indent=2) for row in rows)
    assert len(read(write(tmp_path, "a.jsonl", content))) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": "a"}\n{"text": "b"\n', "not JSON near line 2"),
        ('{"text": "a"}\nnothing\n', "not JSON near line 2"),
        ('[{"text": "a"}, ', "not JSON"),
        ('[{"text": "a"} {"text": "b"}]', "a comma is missing"),
        ('[{"text": "a"}] more', "after the list's end"),
        ("[1, 2]", "is a number"),
        ("null", "is a null"),
        ("[[1]]", "is a list"),
        ('{"data": [{"text": "a"}]}', "no columns"),
        ("[" * 100_000, "nested too deeply"),
        ('{"text": "\\ud800 half"}', "half a character"),
        ('{"text": ' + "9" * 5000 + "}", "not JSON"),
    ],
)  # fmt: skip
def test_broken_json_is_refused(tmp_path: Path, content: str, said: str) -> None:
    assert said in refused(write(tmp_path, "a.json", content))


# --- Parquet ---


def test_parquet_values_become_text_and_nested_ones_are_left_out(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({
        "body": pa.array(["a b", None, "c d"]),
        "coded": pa.array(["x", "y", "x"]).dictionary_encode(),
        "day": pa.array([datetime.date(2020, 1, 2)] * 3),
        "n": [1, 2, 3],
        "tags": [["x"], [], None],
        "raw": [b"1", b"2", b"3"],
        "pair": [{"a": 1}] * 3,
    })  # fmt: skip
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    data = read(path, text_column="body", label_column="coded")
    assert (data.texts, data.labels, data.empty_items) == (("a b", "c d"), ("x", "x"), 1)
    assert data.metadata == {"day": ("2020-01-02",) * 2, "n": ("1", "3")}
    assert "'tags', 'raw', 'pair'" in data.notes[0]
    assert "holds lists, structures or bytes" in refused(path, text_column="tags")


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"not it at all"])
def test_broken_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "Parquet" in refused(write(tmp_path, "a.parquet", content))


def test_packed_parquet_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(made.parquet(["a"], ["b"]))
    assert "unpack it first" in refused(write(tmp_path, "a.parquet.gz", content))


# --- workbooks ---


def test_a_sheet_is_chosen_and_its_cells_become_text(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "notes"
    book.active.append(["nothing"])
    sheet = book.create_sheet("data")
    sheet.append([])
    sheet.append(["text", "n", None, "day", "share"])
    sheet.append(["one", 3.0, "lost", datetime.datetime(2020, 1, 2), 0.5])
    sheet.append([None, 4, None, None, None])
    sheet.append(["two"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    data = read(path, sheet="data")
    assert (data.texts, data.empty_items) == (("one", "two"), 1)
    assert data.metadata == {"n": ("3", ""), "day": ("2020-01-02", ""), "share": ("0.5", "")}
    assert "also has 'notes'" in data.notes[0]
    assert data.source["sheet"] == "data"
    assert "choose one of 'notes', 'data'" in refused(path, sheet="none")


def test_a_row_number_beyond_any_sheet_is_no_endless_reading(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(made.workbook(["a b"], ["c"]))) as book:
        entries = {name: book.read(name) for name in book.namelist()}
    name = next(name for name in entries if name.startswith("xl/worksheets/sheet"))
    entries[name] = entries[name].replace(b'<row r="2"', b'<row r="99999999999"')
    assert b"99999999999" in entries[name]
    message = refused(write(tmp_path, "a.xlsx", made.zipped(entries)))
    assert "1,048,576 rows" in message


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(made.workbook(["a b"], ["c"]))) as book:
        entries = {name: book.read(name) for name in book.namelist()}
    entries["xl/workbook.xml"] = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + entries["xl/workbook.xml"]
    )
    assert "XML entities" in refused(write(tmp_path, "a.xlsx", made.zipped(entries)))


# --- archives ---


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
