"""Text files: what is read, in which order, and what is refused with one sentence."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.core.support import one_sentence
from vae_core.data import limits
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.limits import MAX_ITEM_CHARACTERS
from vae_core.data.text_options import TextOptions


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, **options: Any) -> Dataset:
    return read_corpus(path, TextOptions(**options))


def refused(path: Path, **columns: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **columns)
    return one_sentence(caught.value)


# --- one item a line ---


def test_lines_are_items_in_order_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "\n  b c \n\n \t \na\nb c\nz")
    data = read(path)
    assert data.texts == ("b c", "a", "b c", "z")
    assert data.modality == "sentences"
    assert data.labels is None
    assert data.name == "a.txt"
    assert data.source == {"text": str(path), "kind": "lines", "encoding": "utf-8"}


@pytest.mark.parametrize("name", ["a.txt", "a", "a.text", "notes.v2"])
def test_any_other_name_is_read_by_line(tmp_path: Path, name: str) -> None:
    assert read(written(tmp_path, name, "a\tb\nc,d\n")).texts == ("a\tb", "c,d")


@pytest.mark.parametrize(
    "mark", ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c"], ids=lambda m: f"U+{ord(m):04X}"
)
def test_only_a_line_feed_ends_a_line(tmp_path: Path, mark: str) -> None:
    assert read(written(tmp_path, "a.txt", f"a{mark}b\nc\n")).texts == (f"a{mark}b", "c")
    table = written(tmp_path, "a.tsv", f"text\tlabel\na{mark}b\tx\n")
    assert read(table).texts == (f"a{mark}b",)


def test_windows_line_ends_and_a_byte_order_mark_are_not_text(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", b"\xef\xbb\xbfone\r\ntwo\r\n")
    assert read(path).texts == ("one", "two")
    table = written(tmp_path, "a.csv", b"\xef\xbb\xbftext,label\r\none,x\r\ntwo,y\r\n")
    data = read(table, label_column="label")
    assert (data.texts, data.labels) == (("one", "two"), ("x", "y"))


def test_any_script_is_kept_as_it_is(tmp_path: Path) -> None:
    lines = ("😀👨‍👩‍👧 ok", "中文句子", "جملة عربية", "e\u0301t\u00e9", "<b>&amp;</b>")
    assert read(written(tmp_path, "a.txt", "\n".join(lines))).texts == lines


def test_one_item_is_read(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.txt", "only")).texts == ("only",)


# --- refused whatever the kind ---


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.txt")


def test_an_impossible_path_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / ("x" * 5000))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize("name", ["a.txt", "a.tsv", "a.csv"])
@pytest.mark.parametrize(
    "content", [b"", b" \n\t\r\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"], ids=repr
)
def test_a_file_without_text_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    assert "is empty" in refused(written(tmp_path, name, content))


@pytest.mark.parametrize("name", ["a.txt", "a.tsv", "a.csv"])
def test_a_file_of_no_break_spaces_has_no_items(tmp_path: Path, name: str) -> None:
    refused(written(tmp_path, name, "\u00a0\n\u00a0\n"))


def test_a_packed_empty_file_is_refused(tmp_path: Path) -> None:
    assert "is empty" in refused(written(tmp_path, "a.txt.gz", gzip.compress(b"")))


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_binary_bytes_are_refused(tmp_path: Path, name: str) -> None:
    assert "NUL" in refused(written(tmp_path, name, bytes(range(256)) * 4))
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256))
    assert "line 1 has the byte 0x89" in refused(written(tmp_path, name, png))


def test_a_single_nul_is_refused(tmp_path: Path) -> None:
    assert "NUL" in refused(written(tmp_path, "a.txt", "a\nb\x00c\n"))


@pytest.mark.parametrize("cut", [3, 12, 200, -4])
def test_a_truncated_gzip_is_refused(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress("\n".join(f"sentence {i}" for i in range(200)).encode())
    assert "cannot be unpacked" in refused(written(tmp_path, "a.txt.gz", packed[:cut]))


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"some words in here, and a few more\n" * 50))
    packed[20] ^= 0xFF
    assert "cannot be unpacked" in refused(written(tmp_path, "a.txt.gz", bytes(packed)))


@pytest.mark.parametrize("name", ["a.txt", "a.tsv", "a.csv"])
def test_a_line_of_a_megabyte_is_refused_with_its_number(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, "text\nshort\n" + "x" * 1_000_000 + "\nshort\n")
    message = refused(path)
    assert "Line 3" in message
    assert "1,000,000" in message
    assert len(message) < 300


def test_a_long_item_within_the_limit_is_read(tmp_path: Path) -> None:
    line = "y" * MAX_ITEM_CHARACTERS
    assert read(written(tmp_path, "a.txt", line)).texts == (line,)


# --- packed files ---


@pytest.mark.parametrize("name", ["a.txt.gz", "a.txt", "a.gz", "a"])
def test_gzip_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, gzip.compress(b"one\ntwo\n"))
    assert read(path).texts == ("one", "two")


@pytest.mark.parametrize("name", ["a.tsv.gz", "a.tsv", "A.TSV.GZ"])
def test_a_packed_table_is_a_table(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, gzip.compress(b"text\tlabel\none\tx\n"))
    assert read(path, label_column="label").labels == ("x",)


def test_a_name_that_claims_gzip_may_hold_plain_text(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.txt.gz", "one\ntwo")).texts == ("one", "two")


# --- tables ---


def test_columns_become_texts_labels_and_metadata_in_order(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "id,body,kind\n1, two ,x\n2,,y\n3,one,\n4,two,x\n")
    data = read(path, text_column="body", label_column="kind")
    assert data.texts == ("two", "one", "two")
    assert data.labels == ("x", "", "x")
    assert data.metadata == {"id": ("1", "3", "4")}
    assert data.source == {
        "text": str(path), "kind": "table", "text_column": "body", "label_column": "kind",
        "encoding": "utf-8", "delimiter": ",", "quoting": True,
    }  # fmt: skip


def test_without_a_label_column_labels_stay_metadata(tmp_path: Path) -> None:
    data = read(written(tmp_path, "a.tsv", "text\tlabel\na\tx\nb\ty\n"))
    assert data.labels is None
    assert data.metadata == {"label": ("x", "y")}


def test_quotation_marks_in_tsv_are_text(tmp_path: Path) -> None:
    path = written(tmp_path, "a.tsv", 'text\tlabel\n"he said\tx\nsay "hi"\ty\n""\tz\n')
    assert read(path).texts == ('"he said', 'say "hi"', '""')


def test_quotation_marks_in_csv_hold_commas_and_lines_together(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'text,label\n"a, ""b""\nc",x\nd,y\n')
    data = read(path, label_column="label")
    assert data.texts == ('a, "b"\nc', "d")
    assert data.labels == ("x", "y")


def test_an_unclosed_quotation_mark_in_csv_is_refused(tmp_path: Path) -> None:
    message = refused(written(tmp_path, "a.csv", 'text,label\n"open,x\nb,y\n'))
    assert "quotation marks" in message


def test_blank_lines_of_a_table_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "a.tsv", "\n\ntext\tlabel\n\na\tx\n   \n\t\nb\ty\n\n")
    data = read(path, label_column="label")
    assert (data.texts, data.labels) == (("a", "b"), ("x", "y"))


@pytest.mark.parametrize("line", ["b", "b\ty\tz"])
def test_a_ragged_row_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    message = refused(written(tmp_path, "a.tsv", f"text\tlabel\na\tx\n{line}\n"))
    assert "Line 3" in message
    assert "first has 2" in message


@pytest.mark.parametrize("columns", [{}, {"text_column": "body"}, {"text_column": "Text"}])
def test_a_missing_text_column_is_refused_with_the_names(
    tmp_path: Path, columns: dict[str, str]
) -> None:
    message = refused(written(tmp_path, "a.csv", "sentence,topic\na,x\n"), **columns)
    assert repr(columns.get("text_column", "text")) in message
    assert "'sentence', 'topic'" in message


def test_a_missing_label_column_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "text,topic\na,x\n")
    assert "'label'" in refused(path, label_column="label")


@pytest.mark.parametrize("header", ["text,text,n", "text,label,label", "text,n,n"])
def test_columns_of_one_name_are_refused(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, "a.csv", f"{header}\na,b,c\n")
    assert "2 columns" in refused(path)


def test_columns_without_a_name_are_left_out(tmp_path: Path) -> None:
    data = read(written(tmp_path, "a.csv", "text,label,,\na,x,,\nb,y,1,2\n"))
    assert data.texts == ("a", "b")
    assert data.metadata == {"label": ("x", "y")}


def test_a_header_alone_has_no_items(tmp_path: Path) -> None:
    assert "no items" in refused(written(tmp_path, "a.tsv", "text\tlabel\n"))


@pytest.mark.parametrize("columns", [{"text_column": "text"}, {"label_column": "label"}])
def test_columns_of_a_plain_text_file_are_refused(tmp_path: Path, columns: dict[str, str]) -> None:
    assert "has no columns" in refused(written(tmp_path, "a.txt", "a\nb\n"), **columns)


def test_wordnet_glosses_are_read_whole(data_folder: Path) -> None:
    path = data_folder / "text" / "wordnet-glosses-test.tsv.gz"
    data: Dataset = read(path, label_column="label")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [line.rstrip("\n").split("\t") for line in stream][1:]
    assert len(data) == 5000
    assert data.texts == tuple(text for text, _ in rows)
    assert data.labels == tuple(label for _, label in rows)
    assert len(set(data.labels)) <= 45


def test_more_text_than_memory_should_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 1000)
    # 10 MB unpacked from 10 kB: only what is allowed, and one byte more, is ever unpacked.
    bomb = written(tmp_path, "a.txt.gz", gzip.compress(b"word\n" * 2_000_000))
    assert "over 1,000 bytes once unpacked" in refused(bomb)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.xlsx", "is not a workbook"), ("a.parquet.gz", "is not Parquet"),
        ("a.zip", "is not a zip archive"), ("a.docx", "ends in .docx, which is not read as texts"),
        ("a.PDF", "ends in .pdf, which is not read"), ("a.pkl.gz", "ends in .pkl, which is not"),
    ],
)  # fmt: skip
def test_a_file_of_another_format_is_not_taken_for_lines(
    tmp_path: Path, name: str, said: str
) -> None:
    assert said in refused(written(tmp_path, name, '{"text": "a cat"}\n{"text": "a dog"}\n'))


def test_an_old_office_file_is_refused_under_any_name(tmp_path: Path) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "old Office file" in refused(written(tmp_path, "a.csv", content))
