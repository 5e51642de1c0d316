"""How people's own files are read, and what they are like, on the Train page before a training."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import data_plan, data_reading, own_data
from explorer.field_words import names_an_option
from explorer.plans import PlanError, RefusedError
from tests.data import made
from tests.explorer.test_own_data import cache, named, own, planned, shown_facts
from tests.explorer.test_train_page import button, command_shown, field, opened, renewed
from vae_core.data.dataset import DataError
from vae_core.data.legacy_encodings import _KNOWN

__all__ = ["cache", "planned"]  # fixtures
CZECH = "text;kind\n" + "Příliš žluťoučký kůň;a\núpěl ďábelské ódy;b\n" * 20


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans that only read the data: what these are refused with is the plan's refusal."""

    class Reading:
        def get(self, arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
            made_: Future[dict[str, Any]] = Future()
            try:
                named(arguments).load(quietly=True).split()
            except DataError as error:
                made_.set_exception(RefusedError(str(error)))
            return made_

    monkeypatch.setattr(data_plan, "plans", Reading)


def scans(path: Path, others: int = 5) -> Path:
    """Pictures of which so many are of other sizes than the rest."""
    rng = np.random.default_rng(0)
    sizes = [(40, 50)] * 20 + [(60 + n, 70) for n in range(others)]
    entries = {
        f"{'ab'[n % 2]}/{n:03}.png": made.picture(rng.integers(0, 255, size, np.uint8))
        for n, size in enumerate(sizes)
    }
    path.write_bytes(made.zipped(entries))
    return path


def shown(app: AppTest) -> list[str]:
    """Every sentence on the page, as plain text."""
    elements = (*app.error, *app.warning, *app.info, *app.caption, *app.markdown)
    return [element.value.replace("\\", "") for element in elements]


def reading(app: AppTest) -> list[Any]:
    return [fold for fold in app.expander if fold.label == data_reading.TITLE]


def test_pictures_of_different_sizes_get_a_side_to_begin_with(
    runs: Path, tmp_path: Path, planned: list[list[str]]
) -> None:
    path = scans(tmp_path / "scans.zip")
    app = own(path)
    assert not app.error
    assert field(app, "Side").value == 32
    assert planned[-1] == ["--images", str(path), "--side", "32"]
    words = command_shown(app)
    assert words[2:6] == planned[-1]
    assert "6 different sizes, from 40 × 50 to 64 × 70 pixels (height × width)" in shown(app)
    assert not button(app, "Start training").disabled
    field(app, "Side").set_value(16)
    renewed(app)
    assert planned[-1][-1] == "16"
    assert command_shown(app)[5] == "16"
    # What was chosen stays when the page is drawn again.
    assert field(renewed(app), "Side").value == 16


def test_without_a_side_they_are_refused_and_cannot_be_started(
    runs: Path, tmp_path: Path, refusing: None
) -> None:
    app = own(scans(tmp_path / "scans.zip"))
    assert not button(app, "Start training").disabled
    field(app, "Side").set_value(None)
    renewed(app)
    assert "choose a side to which all are made equal (“Side” 64)" in shown(app)[0]
    assert button(app, "Start training").disabled
    assert any("cannot be trained on as they are" in said for said in shown(app))
    assert not any(names_an_option(said) for said in shown(app))


def test_one_picture_that_the_sample_has_missed_opens_the_fold(
    runs: Path, tmp_path: Path, refusing: None
) -> None:
    pixels = made.drawn(200, 8, 8)
    entries = {f"{n:03}.png": made.picture(each) for n, each in enumerate(pixels)}
    path = tmp_path / "late.zip"
    path.write_bytes(made.zipped(entries))
    [fold] = reading(own(path))
    assert not fold.proto.expanded
    entries["101.png"] = made.picture(made.drawn(1, 8, 9)[0])
    path.write_bytes(made.zipped(entries))
    app = own(path)
    [fold] = reading(app)
    assert fold.proto.expanded
    assert "differ in size" in shown(app)[0]
    assert button(app, "Start training").disabled
    field(app, "Side").set_value(8)
    renewed(app)
    assert not app.error
    assert not button(app, "Start training").disabled


def test_pictures_are_looked_at(runs: Path, tmp_path: Path, planned: list[list[str]]) -> None:
    pixels = made.drawn(30, 8, 6)
    pixels[4] = pixels[2]
    pixels[7] = 255
    path = tmp_path / "drawings.zip"
    path.write_bytes(made.picture_zip(pixels))
    app = own(path)
    facts = picture_facts(app)
    assert facts == {
        "Items": "30", "Height × width": "8 × 6 pixels", "Colours": "grey", "Repeated": "1",
        "Blank, of one colour": "1",
    }  # fmt: skip
    assert len(app.get("image")) == 10
    [labels] = app.dataframe
    assert sorted(labels.value["Label"]) == ["a", "b"]
    assert list(labels.value["Items"]) == [15, 15]
    assert "**drawings.zip** · pictures · 30 items" in shown(app)
    assert field(app, "Side").value is None  # not needed, but offered
    next(group for group in app.pills if "pictures" in group.label).select("drop_repeats")
    renewed(app)
    assert planned[-1] == ["--images", str(path), "--drop-repeats"]
    assert picture_facts(app)["Repeated"] == "0"
    assert picture_facts(app)["Items"] == "29"
    assert "--drop-repeats" in command_shown(app)


def picture_facts(app: AppTest) -> dict[str, str]:
    values = [text.value for text in app.text]
    names = [caption.value for caption in app.caption]
    at = names.index("Items")
    return dict(zip([name.replace("\\", "") for name in names[at : at + 5]], values, strict=False))


def test_arrays_of_pictures_have_no_side(runs: Path, tmp_path: Path, planned: object) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(made.npy(made.drawn(20, 8, 8)))
    app = own(path)
    assert not [box for box in app.number_input if box.label == "Side"]
    assert not button(app, "Start training").disabled


def test_encoding_and_delimiter_are_found_shown_and_may_be_chosen(
    runs: Path, tmp_path: Path, planned: list[list[str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CZECH, encoding="cp1250")
    app = own(path)
    [fold] = reading(app)
    assert not fold.proto.expanded
    assert field(app, "Encoding").options[0] == "found by itself: cp1250"
    assert field(app, "Delimiter").options[0] == "found by itself: semicolon"
    assert "--encoding" not in command_shown(app)
    assert any("name another encoding (“Encoding”)" in said for said in shown(app))
    field(app, "Encoding").set_value("mac_roman")
    renewed(app)
    preview = app.dataframe[0].value["text"][0]
    assert preview == "Příliš žluťoučký kůň".encode("cp1250").decode("mac_roman")
    assert planned[-1][-2:] == ["--encoding", "mac_roman"]
    assert command_shown(app)[2 : 2 + len(planned[-1])] == planned[-1]
    field(app, "Delimiter").set_value("tab")
    renewed(app)
    assert list(app.dataframe[0].value.columns) == ["text;kind"]
    assert planned[-1][-4:] == ["--delimiter", "tab", "--encoding", "mac_roman"]
    [fold] = reading(app)
    assert fold.proto.expanded


def test_an_encoding_that_does_not_fit_can_be_put_right(
    runs: Path, tmp_path: Path, planned: object
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CZECH, encoding="cp1250")
    app = own(path)
    field(app, "Encoding").set_value("utf-8")
    renewed(app)
    assert "“Encoding”" in shown(app)[0]
    assert button(app, "Start training").disabled
    [fold] = reading(app)
    assert fold.proto.expanded
    field(app, "Encoding").set_value("")
    renewed(app)
    assert not app.error
    assert not button(app, "Start training").disabled


def test_another_encoding_may_be_typed(runs: Path, tmp_path: Path, planned: object) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CZECH, encoding="iso8859_2")
    for typed, said in (("iso8859_2", None), ("no such encoding", "There is no encoding")):
        app = own()
        app.session_state[data_reading.key(path, "encoding")] = typed
        app.session_state["train.way"] = own_data.PATH
        app.session_state["train.text"] = str(path)
        renewed(app)
        assert button(app, "Start training").disabled is (said is not None)
        if said is None:
            assert typed in command_shown(app)
        else:
            assert said in shown(app)[0]


def test_a_table_that_is_parted_wrongly_opens_the_fold(
    runs: Path, tmp_path: Path, planned: object
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text;kind\n" + "one, two;x\nthree;y\n" * 9 + "a;b;c\n")
    app = own(path)
    assert "name the delimiter (“Delimiter”)" in shown(app)[0]
    [fold] = reading(app)
    assert fold.proto.expanded
    assert button(app, "Start training").disabled
    field(app, "Delimiter").set_value("pipe")
    renewed(app)
    assert not app.error


def test_only_what_applies_to_a_file_is_asked(runs: Path, tmp_path: Path, planned: object) -> None:
    texts, labels = ["one two", "two three", "three one"] * 3, ["a", "b", "a"] * 3
    wanted = {
        ".txt": {"Encoding"}, ".json": {"Encoding"}, ".csv": {"Encoding", "Delimiter", "first"},
        ".xlsx": {"first"}, ".zip": {"Encoding"}, ".parquet": set(),
    }  # fmt: skip
    for ending, fields in wanted.items():
        path = tmp_path / f"a{ending}"
        path.write_bytes(made.TEXT_FILES[ending](texts, labels))
        app = own(path)
        boxes = {box.label for box in app.selectbox} & {"Encoding", "Delimiter"}
        boxes |= {"first" for toggle in app.toggle if "first row" in toggle.label}
        assert boxes == fields, ending
        assert len(reading(app)) == bool(fields)


def test_every_encoding_that_is_guessed_can_be_chosen() -> None:
    assert set(_KNOWN) <= set(data_reading.ENCODINGS)


def test_data_that_are_refused_cannot_be_started(
    runs: Path, tmp_path: Path, refusing: None
) -> None:
    path = tmp_path / "same.csv"
    path.write_text("text,kind\n" + "the very same,x\n" * 20)
    app = own(path)
    assert "are the same" in shown(app)[0]
    assert button(app, "Start training").disabled
    assert not reading(app)[0].proto.expanded  # it is not about how it is read


@pytest.mark.parametrize(("error", "started"), [(PlanError, True), (RefusedError, False)])
def test_a_mere_failure_to_estimate_stops_nobody(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception],
    started: bool,
) -> None:  # fmt: skip
    class Failing:
        def get(self, arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
            failed: Future[dict[str, Any]] = Future()
            failed.set_exception(error("It took over 30 minutes."))
            return failed

    monkeypatch.setattr(data_plan, "plans", Failing)
    path = tmp_path / "a.txt"
    path.write_text("one two\ntwo three\n" * 9)
    assert button(own(path), "Start training").disabled is not started


def test_how_many_there_are_is_said_once_it_is_known(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planned: list[list[str]]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"a sentence about {'very ' * (n % 40)}{n}\n" for n in range(9_000)))
    app = own(path)
    assert "**a.txt** · lines · 9,000 items · utf-8" in shown(app)
    assert not any("about 9" in said or "about 8" in said for said in shown(app))

    class Never:
        def get(self, arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
            return Future()

    monkeypatch.setattr(data_plan, "plans", Never)
    assert any("lines · about " in said for said in shown(own(path)))


def test_items_without_a_label_are_called_so(
    runs: Path, tmp_path: Path, planned: list[list[str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,stars\n" + "good food,5\nbad food,\nfine food,3\n" * 9)
    app = own(path)
    assert field(app, "Column with the labels").value == "stars"
    assert sorted(app.dataframe[1].value["Label"]) == ["3", "5", "no label"]
    assert "**Labels** · 2" in shown(app)
    assert shown_facts(app)["Items"] == "27"


def test_own_data_come_first_and_every_kind_that_is_read_is_named(runs: Path) -> None:
    app = own()
    choice = field(app, "Data set")
    assert choice.value == "own-data"
    assert choice.options[0] == "Your own data"
    [upload] = app.file_uploader
    kinds = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".zip", ".gz", ".npy")
    assert all(kind in upload.label for kind in kinds)
    choice.set_value("digits")
    renewed(app)
    assert "--dataset" in command_shown(app)
    assert not app.file_uploader
    assert command_shown(opened())[2:4] == ["--dataset", "digits"]
