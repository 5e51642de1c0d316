"""Every kind of file of texts gives the same data set; what is odd is said or refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.core.support import one_sentence
from tests.data import made
from tests.data.reading import read, refused, write
from vae_core.data import limits
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError
from vae_core.data.registry import load_source
from vae_core.data.text_column import TextColumn
from vae_core.data.text_options import TextOptions


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
