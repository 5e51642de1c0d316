"""Tables, JSON, Parquet and workbooks: what is found out, and what is refused."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.data import made
from tests.data.reading import read, refused, write
from vae_core.data import limits
from vae_core.data.look import look
from vae_core.data.registry import load_source
from vae_core.data.text_options import TextOptions


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


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_without_names_has_numbered_columns(tmp_path: Path, kind: str) -> None:
    texts, labels = ["text", "a longer text", "more"], ["label", "y", "z"]
    if kind == "csv":
        path = write(tmp_path, "a.csv", made.table(texts[1:], labels[1:]))
    else:
        path = tmp_path / "a.xlsx"
        path.write_bytes(made.workbook(texts[1:], labels[1:]))
    named = look(path)
    assert [column.name for column in named.columns] == ["text", "label"]
    seen = look(path, TextOptions(header=False))
    assert [column.name for column in seen.columns] == ["column 1", "column 2"]
    assert (named.rows, seen.rows) == (2, 3)
    data = read(path, text_column="column 1", label_column="column 2", header=False)
    assert list(data.texts or ()) == texts
    assert list(data.labels or ()) == labels
    assert load_source(data.source).fingerprint() == data.fingerprint()


def test_lines_have_no_header_to_leave_out(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "one\ntwo\n")
    assert "header does nothing" in refused(path, header=False)


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
        ('{"text": "a"}\nnothing\n', "not JSON near line 2: a value is missing;"),
        ('{"text": "a', "a text does not end;"),
        ('{"text": "a\nb"}', "a line ends, or a control character stands, inside a text;"),
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
