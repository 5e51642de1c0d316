"""A look at a file says what is in it, quickly, and never fails but with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.core.support import one_sentence
from tests.data import made
from vae_core.data.column_guess import guess_label_column, guess_text_column, look_at_column
from vae_core.data.dataset import DataError
from vae_core.data.look import look
from vae_core.data.text_options import TextOptions

TEXTS = [f"a sentence of some words about thing number {i}" for i in range(60)]
KINDS = ["red", "green", "blue"] * 20


@pytest.mark.parametrize("ending", made.TEXT_FILES)
def test_every_kind_is_seen(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(made.TEXT_FILES[ending](TEXTS, KINDS))
    found = look(path)
    assert found.text_column == "text"
    assert (found.rows, found.rows_exact) == (60, True)
    assert found.bytes == path.stat().st_size
    names = [column.name for column in found.columns]
    at = names.index("text")
    assert found.preview[0][at] in TEXTS
    assert found.columns[at].kind == "text"
    if ".txt" not in ending:
        label = "folder" if ending == ".zip" else "label"
        assert found.label_column == label
        column = found.columns[names.index(label)]
        assert (column.kind, set(column.values), column.distinct) == ("category", set(KINDS), 3)
    assert json.loads(json.dumps(found.to_json()))["rows"] == 60


@pytest.mark.parametrize("ending", [".txt", ".csv", ".jsonl", ".tsv", ".csv.gz"])
def test_a_large_file_is_estimated(tmp_path: Path, ending: str) -> None:
    texts = [f"sentence number {i} about a thing" for i in range(100_000)]
    path = tmp_path / f"a{ending}"
    path.write_bytes(made.TEXT_FILES[ending](texts, ["x", "y"] * 50_000))
    found = look(path)
    assert not found.rows_exact
    assert abs(found.rows - 100_000) < (30_000 if ending.endswith(".gz") else 5_000)
    assert found.text_column == "text"
    assert len(found.preview) == 10


def test_parts_from_all_over_are_seen(tmp_path: Path) -> None:
    """A file sorted by its label shows one label in its head."""
    rows = [f"a sentence of some words {i},{i // 10_000}x" for i in range(100_000)]
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "\n".join(rows))
    found = look(path)
    (label,) = [column for column in found.columns if column.name == "label"]
    assert label.distinct >= 5


def test_a_long_quoted_cell_at_the_end_of_the_head_is_no_error(tmp_path: Path) -> None:
    row = '"' + "many words in\nseveral lines\n" * 2000 + '",x\n'
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + row * 20)
    assert look(path).text_column == "text"


def test_cells_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("many words " * 1000 + "\nshort\n")
    assert [len(row[0]) for row in look(path).preview] == [500, 5]


def test_what_was_chosen_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;title;body\n" + "".join(f"{i};a title {i};a body {i}\n" for i in range(9)))
    found = look(path, TextOptions(text_column="title", label_column="id"))
    assert (found.text_column, found.label_column, found.delimiter) == ("title", "id", ";")
    assert [column.kind for column in found.columns] == ["number", "text", "text"]


def test_sheets_are_named(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "first"
    book.active.append(["text"])
    book.create_sheet("second").append(["body"])
    book.save(tmp_path / "a.xlsx")
    assert look(tmp_path / "a.xlsx").sheets == ("first", "second")
    found = look(tmp_path / "a.xlsx", TextOptions(sheet="second"))
    assert (found.sheet, [column.name for column in found.columns]) == ("second", ["body"])


def test_an_old_encoding_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Le café était fermé à l'été\n".encode("cp1252") * 30_000)
    found = look(path)
    assert found.encoding == "cp1252"
    assert "a guess" in found.notes[0]
    assert found.preview[0] == ("Le café était fermé à l'été",)


@pytest.mark.parametrize("ending", made.PICTURE_FILES)
def test_pictures_are_seen(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(made.PICTURE_FILES[ending](made.drawn(7)))
    found = look(path)
    assert (found.kind, found.modality, found.rows) == ("pictures", "images", 7)
    assert found.picture_shape == (6, 4)
    assert len(found.preview) == 7


def test_pictures_that_differ_are_said(tmp_path: Path) -> None:
    for number in (4, 5):
        pixels = np.zeros((number, number), np.uint8)
        (tmp_path / f"{number}.png").write_bytes(made.picture(pixels))
    found = look(tmp_path)
    assert found.picture_shape is None
    assert "differ in size" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", b""), ("a.pdf", b"%PDF"), ("a.csv", b'text\n"open'), ("a.json", b"{"),
     ("a.zip", b"PK\x03\x04"), ("a.npy", b"\x93NUMPY"), ("a.txt", bytes(500)), ("none", None)],
)  # fmt: skip
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        look(tmp_path / name)
    one_sentence(caught.value)


def test_columns_are_guessed() -> None:
    columns = [
        look_at_column("id", [str(i) for i in range(30)]),
        look_at_column("day", ["2020-01-02"] * 30),
        look_at_column("title", [f"a title {i}" for i in range(30)]),
        look_at_column("review", [f"a much longer review of the thing {i}" for i in range(30)]),
        look_at_column("topic", ["x", "y", "z"] * 10),
        look_at_column("none", [""] * 30),
        look_at_column("短评", [f"这部电影非常好看{i}" for i in range(30)]),
    ]
    assert [column.kind for column in columns] == [
        "number", "date", "text", "text", "category", "empty", "text",
    ]  # fmt: skip
    assert guess_text_column(columns) == "review"
    assert guess_label_column(columns, "review") == "topic"
    assert guess_text_column(columns[:2]) is None
    assert guess_label_column(columns[:1], None) is None


MANY = 400


@pytest.mark.parametrize(
    ("name", "cells", "proposed"),
    [
        ("spam", [str(i % 2) for i in range(MANY)], True),
        ("stars", [str(1 + i % 5) for i in range(MANY)], True),
        ("Rating", [f"{1 + i % 5}.0" for i in range(MANY)], True),
        ("polarity", ["-1", "0", "1", ""] * (MANY // 4), True),
        ("class", [str(i % 90) for i in range(MANY)], False),  # too many to be classes
        ("class", [str(i % 30) for i in range(MANY)], True),
        ("x", [str(i % 30) for i in range(MANY)], True),
        ("x", [str(i % 30) for i in range(60)], False),  # of too few rows each
        ("id", [str(i) for i in range(MANY)], False),
        ("user_id", [str(i % 7) for i in range(MANY)], False),
        ("userId", [str(i % 7) for i in range(MANY)], False),
        ("label", [str(i) for i in range(30)], False),  # each but once
        ("year", [str(i % 9) for i in range(MANY)], False),
        ("published", [str(1990 + i % 30) for i in range(MANY)], False),
        ("rating", [f"{1 + i % 5}.5" for i in range(MANY)], False),
        ("weight", [f"{i % 8 / 4}" for i in range(MANY)], False),
        ("x", ["7"] * MANY, False),
    ],
)
def test_numbers_that_may_be_classes_are_proposed_as_labels(
    name: str, cells: list[str], proposed: bool
) -> None:
    texts = look_at_column("review", [f"a review of thing number {i}" for i in range(len(cells))])
    column = look_at_column(name, cells)
    assert guess_label_column([texts, column], "review") == (name if proposed else None)


def test_a_column_of_words_is_a_label_before_one_of_numbers() -> None:
    words = look_at_column("place", ["here", "there", "far"] * 100)
    numbers = look_at_column("kind", ["0", "1"] * 150)
    assert guess_label_column([numbers, words], None) == "place"
    stars = look_at_column("stars", ["1", "2", "3"] * 100)
    assert guess_label_column([words, stars], None) == "stars"
