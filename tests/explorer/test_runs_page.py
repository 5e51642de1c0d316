"""The Runs page, run without a browser."""

from __future__ import annotations

import json
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, paths, runs_cards, runs_export, runs_trash
from explorer.canvas import ranges
from explorer.content import key_of
from explorer.html_export import writing
from explorer.job_record import JobRecord, write_record
from explorer.jobs import Jobs
from explorer.runs_thumbnails import thumbnails_in
from tests.explorer.canvas.test_mount import mounts
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from vae_core.run_lock import locked
from vae_core.run_notes import Notes, read_notes, write_notes

SECONDS = 60


@pytest.fixture(autouse=True)
def no_bundled_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "assets_folder", lambda: tmp_path / "assets")


def open_page(**parameters: str) -> AppTest:
    app = AppTest.from_file(str(paths.pages_folder() / "runs.py"), default_timeout=SECONDS)
    for name, value in parameters.items():
        app.query_params[name.rstrip("_")] = value
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str, number: int = 0) -> AppTest:
    [button for button in app.button if button.label == label][number].click()
    app.run()
    assert not app.exception
    return app


def panel(app: AppTest, run: str, way: str) -> AppTest:
    app.button(key=f"runs.more.run:{run}").click().run()
    app.segmented_control(key="runs.way").set_value(way).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    found = [*app.markdown, *app.caption, *app.success, *app.error, *app.info, *app.warning]
    return "\n".join(str(element.value).replace("\\", "") for element in found)


def test_without_runs_it_says_how_to_get_one(runs: Path) -> None:
    app = open_page()
    assert "No runs of your own yet: train one" in said(app)
    assert not list(runs.iterdir())


def test_runs_are_listed_with_what_they_are(runs: Path, tmp_path: Path) -> None:
    write_run(tmp_path / "assets" / "digits", pictures(5))
    write_run(runs / "mine", sentences(5))
    write_notes(runs / "mine", Notes(HOSTILE[:60], ("a tag",)))
    (write_run(runs / "damaged", pictures(5)) / "config.json").write_text("[]")
    app = open_page()
    text = said(app)
    for words in (HOSTILE[:60], "a tag", "bundled", "5 sentences · gru", "not a Latentscape run"):
        assert words in text
    # What is bundled can be taken away and trained again, no more.
    app.button(key="runs.more.digits").click().run()
    assert app.segmented_control(key="runs.way").options == ["Export", "Retrain"]
    app.button(key="runs.more.run:damaged").click().run()
    assert app.segmented_control(key="runs.way").options == ["Title", "Delete"]


def test_no_run_is_opened_for_the_list(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(runs / "a", pictures(5))

    def opened(*args: object) -> None:
        raise AssertionError("a run was opened")

    monkeypatch.setattr(catalogue.RUNS, "open", opened)
    open_page()


def test_small_maps_come_without_holding_up_the_page(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(runs / "a", pictures(5))
    app = open_page()
    wait([thumbnails_in(runs).get(entry) for entry in catalogue.list_models()])
    app.run()
    [image] = app.image
    assert image.proto.imgs[0].url.startswith("data:image/png;base64,")


def test_many_runs_come_in_pages_and_can_be_looked_for(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_cards, "PAGE", 3)
    for number in range(7):
        write_run(runs / f"run-{number}", pictures(5))
    app = open_page()
    app.selectbox(key="runs.order").set_value("By name").run()

    def shown() -> list[str]:
        return [b.key.removeprefix("runs.more.run:") for b in app.button if b.label == "More"]

    assert shown() == ["run-0", "run-1", "run-2"]
    app.session_state["runs.page"] = 3
    app.run()
    assert shown() == ["run-6"]
    app.text_input(key="runs.words").set_value("run-4").run()
    assert shown() == ["run-4"]
    app.text_input(key="runs.words").set_value("nowhere").run()
    assert "No run has all of these words." in said(app)


def test_title_and_tags_are_kept_beside_the_run(runs: Path) -> None:
    run = write_run(runs / "a", pictures(5))
    before = (run / "config.json").read_bytes()
    app = panel(open_page(), "a", "Title")
    app.text_input(key="runs.title.run:a").set_value("  My   digits ")
    app.multiselect(key="runs.tags.run:a").set_value(["draft", "Draft", "for class"])
    press(app, "Save")
    assert read_notes(run) == Notes("My digits", ("draft", "for class"))
    assert (run / "config.json").read_bytes() == before
    assert "My digits is saved." in said(app)
    assert catalogue.locate("run:a")[0] == run


def test_what_cannot_be_saved_is_one_sentence(runs: Path) -> None:
    run = write_run(runs / "a", pictures(5))
    app = panel(open_page(), "a", "Title")
    app.multiselect(key="runs.tags.run:a").set_value(["x" * 31])
    press(app, "Save")
    assert "A tag has 1 to 30 letters" in said(app)
    app.text_input(key="runs.title.run:a").set_value("b")
    with locked(run):
        press(app, "Save")
    assert "is being trained" in said(app)
    assert read_notes(run) == Notes()


def test_a_run_in_training_can_be_neither_renamed_nor_deleted(runs: Path) -> None:
    run = write_run(runs / "a", pictures(5))
    with locked(run):
        app = open_page()
        assert ":blue-badge[running]" in said(app)
        app.button(key="runs.more.run:a").click().run()
        assert "Once its training has ended" in said(app)
        assert not app.segmented_control


@pytest.mark.parametrize(("ending", "label"), [("", "Watch"), ("interrupted", "Go on…")])
def test_a_card_leads_to_its_training(
    runs: Path, monkeypatch: pytest.MonkeyPatch, ending: str, label: str
) -> None:
    run = write_run(runs / "a", pictures(5))
    (run / "state").mkdir()
    (run / "state" / "training.safetensors").write_bytes(b"")
    folder = runs / ".jobs" / ("a" * 12)
    folder.mkdir(parents=True)
    record = JobRecord("a" * 12, "a", str(run), ("train",), cwd=str(runs / "gone"))
    if ending:
        record = replace(record, pid=1, ended=2.0, ending="interrupted")
    write_record(folder, record)
    monkeypatch.setattr(Jobs, "pump", lambda _: None)
    app = open_page()
    assert f"badge[{ending or 'queued'}]" in said(app)
    to = []
    monkeypatch.setattr("streamlit.switch_page", lambda page: to.append(Path(page).name))
    press(app, label)
    assert to == ["train.py"]
    assert app.query_params["job"] == "a" * 12


def test_deleting_asks_and_is_undone(runs: Path) -> None:
    run = write_run(runs / "a", pictures(5))
    write_run(runs / "b", pictures(5))
    app = panel(open_page(model="run:a"), "a", "Delete")
    assert "Delete **a**? It can be brought back for 30 days." in said(app)
    assert run.is_dir()
    press(app, "Delete it")
    assert not run.exists()
    assert "a was deleted." in said(app)
    assert "model" not in app.query_params
    press(app, "Undo")
    assert run.is_dir()
    assert "a is back." in said(app)
    # Another run is not asked to be deleted at once.
    app.button(key="runs.more.run:b").click().run()
    assert app.segmented_control(key="runs.way").value == "Title"


def test_after_a_reload_it_can_still_be_put_back(runs: Path) -> None:
    write_run(runs / "a", pictures(5))
    press(panel(open_page(), "a", "Delete"), "Delete it")
    write_run(runs / "a", pictures(5))
    app = press(open_page(), "Put back")
    assert "There is another a by now, so it is back as a-2." in said(app)
    assert (runs / "a-2" / "config.json").is_file()


def test_the_trash_is_emptied_only_when_one_is_sure(runs: Path) -> None:
    write_run(runs / "a", pictures(5))
    press(panel(open_page(), "a", "Delete"), "Delete it")
    app = open_page()
    [button] = [button for button in app.button if button.label == "Empty the trash"]
    assert button.disabled
    app.checkbox(key="runs.sure").check().run()
    press(app, "Empty the trash")
    assert "The trash is empty." in said(app)
    assert runs_trash.thrown_in(runs) == []


def test_a_run_that_is_gone_meanwhile_is_one_sentence(runs: Path) -> None:
    run = write_run(runs / "a", pictures(5))
    app = panel(open_page(), "a", "Delete")
    (button,) = (button for button in app.button if button.label == "Delete it")
    run.rename(runs / "elsewhere")
    button.click().run()
    assert "a is not there any more." in said(app)


def test_an_export_is_made_when_it_is_asked_for(runs: Path) -> None:
    run = write_run(runs / "a", pictures(5))
    app = panel(open_page(), "a", "Export")
    assert not app.get("download_button")
    press(app, "Make the file")
    [entry] = catalogue.list_models()
    version = "\0".join((entry.content_hash, entry.created, entry.title))
    made = runs_export.exports().known(run, version, "zip")
    assert made is not None
    assert made.result(SECONDS).name == "a.zip"
    app.run()
    assert len(app.get("download_button")) == 1


def test_of_many_items_a_map_in_a_file_takes_as_many_as_are_chosen(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(runs / "a", pictures(9))
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(runs_export.Exports, "ask", lambda self, *what: asked.append(what))
    app = panel(open_page(), "a", "Export")
    app.selectbox(key="runs.format").set_value("html").run()
    assert "whoever has the file can read the items" in said(app)
    assert "The map that opens first, in its first colours" in said(app)
    press(app, "Make the file")
    monkeypatch.setattr(writing, "MOST_ITEMS", 5)
    app.run()
    [most] = [field for field in app.number_input if field.label == "Items at most"]
    most.set_value(3).run()
    press(app, "Make the file")
    assert [(form, options) for _, _, form, options in asked] == [
        ("html", ()),
        ("html", ("--most", "3")),
    ]


def test_what_is_too_large_for_a_page_is_said(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = write_run(runs / "a", pictures(5))
    monkeypatch.setattr(runs_export, "MOST_BYTES", 10)
    app = press(panel(open_page(), "a", "Export"), "Make the file")
    [entry] = catalogue.list_models()
    version = "\0".join((entry.content_hash, entry.created, entry.title))
    made = runs_export.exports().known(run, version, "zip")
    assert made is not None
    made.result(SECONDS)
    app.run()
    assert "latentscape export" in said(app)
    assert not app.get("download_button")


def test_training_again_says_what_is_missing(runs: Path) -> None:
    run = write_run(runs / "a", sentences(5), source={"text": "/nowhere/a.csv"})
    config = json.loads((run / "config.json").read_text())
    config["training"] = {"gradient_clip": 2.0}
    (run / "config.json").write_text(json.dumps(config))
    app = panel(open_page(), "a", "Retrain")
    assert "/nowhere/a.csv is not there any more" in said(app)
    assert "gradient clip 2.0" in said(app)


def compared(one: str, other: str) -> AppTest:
    return open_page(compare=one, with_=other)


def maps(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(proto.json) for proto in mounts(app)["latentscape.latentMap"]]


def test_two_runs_are_chosen_and_compared(runs: Path) -> None:
    for name in "abc":
        write_run(runs / name, pictures(30))
    app = open_page()
    for name in "ab":
        app.checkbox(key=f"runs.mark.run:{name}.False").check().run()
    assert app.checkbox(key="runs.mark.run:c.False").disabled
    press(app, "Compare the two")
    assert app.query_params["compare"] == "run:a"
    assert app.query_params["with"] == "run:b"
    assert len(maps(app)) == 2
    press(app, "All runs")
    assert "compare" not in app.query_params


def test_runs_of_the_same_items_share_what_is_selected(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    write_run(runs / "b", pictures(30), latent_dim=3, seed=1)
    app = compared("run:a", "run:b")
    links = {told["link"] for told in maps(app)}
    assert len(links) == 1
    assert None not in links
    pair = [catalogue.open_run(model_id) for model_id in ("run:a", "run:b")]
    # What the second map says, where the first has said something before.
    for letter, run, turn, items in (("A", pair[0], 1, [1]), ("B", pair[1], 2, [3, 9])):
        chosen = np.array(items, np.int64)
        selection = {"ranges": ranges.encode(chosen), "count": len(items)}
        state = {"selection": selection, "picked": items[-1], "turn": turn}
        key = f"compare.{letter}.True.{key_of(run)}"
        app.session_state[key] = {"state": state}
        app.run()
    assert [told["picked"] for told in maps(app)] == [9, 9]
    assert app.dataframe[0].value["Item"].tolist() == [3, 9]
    assert "Item 9 · 0" in said(app)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (pictures(31), "A holds 30 images and B 31 images"),
        (pictures(30, labels=4), "Both hold 30 images, but not the same ones"),
        (sentences(30), "A holds 30 images and B 30 sentences"),
    ],
)
def test_runs_of_other_items_are_not_linked(runs: Path, other: Any, words: str) -> None:
    write_run(runs / "a", pictures(30))
    write_run(runs / "b", other)
    app = compared("run:a", "run:b")
    assert [told["link"] for told in maps(app)] == [None, None]
    assert words in said(app)


def test_differences_results_and_curves_are_shown(runs: Path) -> None:
    for number, name in enumerate("ab"):
        run = write_run(runs / name, pictures(30), latent_dim=2 + number)
        (run / "metrics.jsonl").write_text('{"epoch": 1, "elbo": -2.0, "kl": 1.0}\n')
    app = compared("run:a", "run:b")
    results, settings = (frame.value for frame in app.table)
    assert results["What"].tolist() == ["ELBO"]
    assert settings["What"].tolist() == [r"Model\: latent dim"]
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("run:a", "run:a", "one and the same run"),
        ("run:a", "run:gone", 'There is no model called "run:gone"'),
        ("run:a", "run:../a", "There is no model called"),
        ("run:a", "run:young", "did not finish"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    runs: Path, one: str, other: str, words: str
) -> None:
    write_run(runs / "a", pictures(5))
    run = write_run(runs / "young", pictures(5))
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "result": None}))
    assert words in said(compared(one, other))
