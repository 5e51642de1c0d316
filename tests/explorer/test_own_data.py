"""People's own data on the Train page: a file, a look at it, its columns, what is proposed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import typer
from streamlit.testing.v1 import AppTest

from explorer import data_plan, own_data, paths, uploads
from explorer.commands import data_options
from explorer.commands.data_options import DataOptions
from explorer.commands.planning import examine
from explorer.plans import PlanError
from tests.explorer.made_runs import HOSTILE
from tests.explorer.test_pages import open_page
from tests.explorer.test_train_page import button, command_shown, field, renewed

Made = Callable[[Sequence[str], Path], Future[dict[str, Any]]]
ROWS = "review,stars,place\n" + "".join(
    f"the {word} was {how} {number},{number % 3},x{number}\n"
    for number in range(12)
    for word in ("food", "room")
    for how in ("good", "bad")
)


FACTS = ("Items", "Repeated", "Without text", "Different words", "Scripts")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTSCAPE_CACHE", str(tmp_path / "cache"))


def named(arguments: Sequence[str]) -> DataOptions:
    """The data options that the command makes of arguments."""
    found: list[DataOptions] = []

    @data_options.takes_data
    def keep(data: DataOptions) -> None:
        found.append(data)

    app = typer.Typer()
    app.command()(keep)
    app(list(arguments), standalone_mode=False)
    return found[0]


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Plans are made at once, without a trial; the arguments they were asked for."""
    asked: list[list[str]] = []

    class Here:
        def get(self, arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
            asked.append(list(arguments))
            made: Future[dict[str, Any]] = Future()
            found = examine(named(arguments).load(quietly=True), trial=False)
            made.set_result(json.loads(json.dumps(found)))
            return made

    monkeypatch.setattr(data_plan, "plans", Here)
    return asked


def own(path: Path | None = None) -> AppTest:
    app = open_page("train.py")
    if path is not None:
        app.session_state["train.way"] = own_data.PATH
        renewed(app)
        field(app, "Path of the data").set_value(str(path))
        renewed(app)
    return app


def test_nothing_can_be_trained_before_a_file_is_there(runs: Path) -> None:
    app = own()
    assert button(app, "Start training").disabled
    assert not app.exception
    assert not app.warning
    assert any("Bring a file of your own" in caption.value for caption in app.caption)
    assert not app.code  # there is no command yet


def test_the_first_row_may_be_a_row_as_the_others(
    tmp_path: Path, runs: Path, planned: list[list[str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("good food,yes\nbad food indeed,no\n" * 10, encoding="utf-8")
    app = own(path)
    assert field(app, "Column with the texts").options == ["good food", "yes"]
    next(one for one in app.toggle if "first row" in one.label).set_value(False)
    renewed(app)
    assert field(app, "Column with the texts").options == ["column 1", "column 2"]
    assert "--no-header" in planned[-1]
    assert "--no-header" in command_shown(app)
    assert shown_facts(app)["Items"] == "20"


def test_a_data_set_of_the_hub_is_looked_at(
    tmp_path: Path, runs: Path, planned: list[list[str]]
) -> None:
    folder = tmp_path / "remarks"
    folder.mkdir()
    (folder / "test.csv").write_text("remark,about\n" + "good food,food\nbad view,view\n" * 10)
    app = own()
    way = next(one for one in app.segmented_control if one.label == "Where the data are")
    way.set_value("hub")
    renewed(app)
    assert button(app, "Start training").disabled
    field(app, "Name on the hub").set_value(str(folder))
    field(app, "Split").set_value("test")
    field(app, "Column with the texts").set_value("remark")
    field(app, "Column with the labels").set_value("about")
    renewed(app)
    columns = ["--text-column", "remark", "--label-column", "about"]
    assert planned[-1] == ["--hub", str(folder), "--hub-split", "test", *columns]
    assert shown_facts(app)["Items"] == "20"
    shown = command_shown(app)
    assert shown[2:10] == planned[-1]
    assert not button(app, "Start training").disabled


def shown_facts(app: AppTest) -> dict[str, str]:
    """What the plan says of the data, by name."""
    names = [caption.value for caption in app.caption if caption.value in FACTS]
    values = [text.value for text in app.text]
    return dict(zip(names, values[: len(names)], strict=True))


def test_texts_are_changed_by_one_click_each(
    tmp_path: Path, runs: Path, planned: list[list[str]]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One is here. Two is.\nONE IS HERE.\n" * 10, encoding="utf-8")
    app = own(path)
    assert shown_facts(app)["Repeated"] == "18"
    changes = next(group for group in app.pills if group.label == "Change the texts first")
    changes.select("lowercase").select("drop_repeats")
    field(app, "Split into sentences").set_value("en")
    renewed(app)
    changed = ["--split-sentences", "en", "--lowercase", "--drop-repeats"]
    assert planned[-1][2:] == changed
    assert shown_facts(app)["Repeated"] == "0"
    assert shown_facts(app)["Items"] == "2"
    shown = command_shown(app)
    assert shown[shown.index("--text") + 2 :][:4] == changed
    field(app, "Keep so many words").set_value(1)
    renewed(app)
    assert planned[-1][5:7] == ["--cut-words", "1"]


def test_a_table_is_uploaded_looked_at_and_its_columns_chosen(
    runs: Path, planned: list[list[str]]
) -> None:
    app = own()
    app.file_uploader[0].upload("my reviews.csv", ROWS.encode(), "text/csv")
    renewed(app)
    kept = list((paths.runs_folder() / uploads.FOLDER).glob("*/*"))
    assert [path.name for path in kept] == ["my-reviews.csv"]
    assert kept[0].read_text() == ROWS
    assert field(app, "Column with the texts").value == "review"
    field(app, "Column with the labels").set_value("stars")
    renewed(app)
    shown = command_shown(app)
    at = shown.index("--text")
    assert shown[at + 2 : at + 6] == ["--text-column", "review", "--label-column", "stars"]
    assert not button(app, "Start training").disabled
    assert planned[-1][2:] == ["--text-column", "review", "--label-column", "stars"]
    # It stays while one looks at another page.
    again = own()
    again.session_state["train.uploaded"] = ("another tab's", str(kept[0]))
    renewed(again)
    assert "--text" in command_shown(again)


def test_what_is_proposed_fills_the_settings(runs: Path, tmp_path: Path, planned: object) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(ROWS)
    app = own(path)
    assert any("word by word" in info.value for info in app.info)
    button(app, "Use these settings").click()
    renewed(app)
    shown = command_shown(app)
    for option, value in (("--model", "gru"), ("--latent-dim", "16"), ("--epochs", "80")):
        assert shown[shown.index(option) + 1] == value
    assert "--vocabulary-size" in shown
    assert "--max-tokens" in shown


def test_lines_have_no_columns(runs: Path, tmp_path: Path, planned: object) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one two\ntwo three\nthree one\none three\n")
    app = own(path)
    assert not [box for box in app.selectbox if box.label.startswith("Column")]
    assert "--text-column" not in command_shown(app)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("a.csv", b"a,b\n1\n2,3,4,5\n", "columns"), ("a.txt", b"", "empty"),
     ("a.xlsx", b"no workbook at all", "a.xlsx"), ("gone.csv", None, "gone.csv")],
)  # fmt: skip
def test_what_cannot_be_read_is_one_sentence(
    runs: Path, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    app = own(path)
    assert said in app.error[0].value.replace("\\", "")
    assert button(app, "Start training").disabled


def test_a_plan_that_fails_is_one_sentence_and_training_is_offered(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def get(self, arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
            made: Future[dict[str, Any]] = Future()
            made.set_exception(PlanError(f"All items are {HOSTILE}."))
            return made

    monkeypatch.setattr(data_plan, "plans", Failing)
    path = tmp_path / "a.csv"
    path.write_text(ROWS)
    app = own(path)
    assert "<script>" in app.error[0].value.replace("\\", "")
    assert not button(app, "Start training").disabled


def test_while_a_plan_is_made_the_page_is_there(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Never:
        def get(self, arguments: Sequence[str], file: Path) -> Future[dict[str, Any]]:
            return Future()

    monkeypatch.setattr(data_plan, "plans", Never)
    path = tmp_path / "a.csv"
    path.write_text(ROWS)
    app = own(path)
    assert any("Reading all of it" in caption.value for caption in app.caption)
    assert not button(app, "Start training").disabled


def test_texts_labels_and_names_are_plain(runs: Path, tmp_path: Path, planned: object) -> None:
    name = HOSTILE.replace(",", "").replace('"', "")
    path = tmp_path / "hostile.csv"
    path.write_text(
        f"text,{name}\n" + "".join(f"{HOSTILE} {n} and more,{name}{n % 2}\n" for n in range(20))
    )
    app = own(path)
    field(app, "Column with the labels").set_value(name)
    renewed(app)
    assert not any("<script>" in one.value for one in [*app.markdown, *app.caption])


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\my file.csv", "my-file.csv"), ("...", "file"),
     ("日本語.txt", "日本語.txt"), ("a" * 300 + ".tsv.gz", "a" * 93 + ".tsv.gz"),
     ("a\x00b/", "file"), (".hidden", "hidden"), ("<b>.csv", "b-.csv")],
)  # fmt: skip
def test_names_of_uploads_lead_nowhere(tmp_path: Path, name: str, safe: str) -> None:
    assert uploads.safe_name(name) == safe
    kept = uploads.keep(name, b"content", tmp_path)
    assert kept.resolve().is_relative_to((tmp_path / uploads.FOLDER).resolve())
    assert kept.read_bytes() == b"content"
    assert uploads.keep(name, b"content", tmp_path) == kept
    assert uploads.keep(name, b"other", tmp_path) != kept
