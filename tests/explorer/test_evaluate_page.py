"""The Evaluate page without a browser: its states, its figures, what it says of bad input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import (
    evaluate_job,
    evaluate_probe,
    evaluate_tables,
    jobs,
    kept_evaluations,
    page_parts,
)
from explorer.evaluation_rows import Metric
from explorer.evaluation_words import Better, Words
from explorer.jobs import Jobs
from tests.explorer.made_jobs import LONG
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.on_evaluations import measure, opened
from tests.explorer.test_pages import open_page

LABELS = 4
SLOW = """
    import time
    print("measuring: likelihood", flush=True)
    print("measuring: likelihood 50%", flush=True)
    time.sleep(1000)
"""


def said(app: AppTest) -> str:
    parts = (app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(element.value.replace("\\", "") for part in parts for element in part)


def figures(app: AppTest) -> dict[str, str]:
    return {tile.label: tile.value for tile in app.metric}


@pytest.fixture
def worker(jobs_of: Callable[..., Jobs], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Jobs]:
    """Have jobs done by a stand-in for the command."""

    def use(script: str) -> Jobs:
        made = jobs_of(script)
        monkeypatch.setattr(jobs, "jobs_in", lambda _: made)
        return made

    return use


@pytest.fixture
def idle(worker: Callable[[str], Jobs]) -> Jobs:
    return worker("pass")


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("kind", "tile"),
    [("images", "Labels told right"), ("sentences", "Reconstruction BLEU"),
     ("documents", "Labels told right")],
)  # fmt: skip
def test_a_measured_run_of_each_kind_shows_all_of_it(runs: Path, kind: Any, tile: str) -> None:
    data = pictures(60, LABELS) if kind == "images" else sentences(60, LABELS)
    write_run(runs / "a", data, modality=kind)
    measure(opened())
    app = open_page("evaluate.py", "run:a")
    assert not app.exception
    assert not app.error
    assert {"Surprise by new items", tile} <= set(figures(app))
    assert app.button(key="evaluate.measure").label == "Measure again"
    assert "What does the latent space know of the labels?" in said(app)
    assert "Only 20 items could be measured" in said(app)
    assert len(app.dataframe) >= 1


def beside(better: Better, **values: float) -> Metric:
    words = Words("Measure", "", "It measures.", "It is good.", better)
    return Metric("probe.accuracy", words, 0.5, "9 items", "probe", beside=values)


def test_what_a_model_has_to_beat_is_the_best_of_what_stands_beside_it() -> None:
    assert evaluate_tables.strongest(beside("higher", lsa=0.4, tfidf=0.8, pca=0.6)) == "tfidf"
    assert evaluate_tables.strongest(beside("lower", lsa=0.4, tfidf=0.8)) == "lsa"
    assert evaluate_tables.strongest(beside("higher")) is None


@pytest.mark.usefixtures("idle")
def test_a_card_says_how_far_the_model_is_from_the_best_beside_it(runs: Path) -> None:
    write_run(runs / "a", pictures(60, LABELS))
    run = opened()
    result = measure(run)
    scores = {"latent": 0.5, "pca": 0.25, "pixels": 0.75}
    probe = result["probe"] | {name: {"accuracy": value} for name, value in scores.items()}
    probe["most_frequent_label_accuracy"] = 0.25
    kept_evaluations.keep(run, 5, 0, result | {"probe": probe}, {}, np.arange(3))
    app = open_page("evaluate.py", "run:a")
    [tile] = [one for one in app.metric if one.label == "Labels told right"]
    assert (tile.value, tile.delta) == ("0.50", "-0.25 beside all pixels")


@pytest.mark.usefixtures("idle")
def test_before_that_what_training_noted_is_there_and_the_way_to_all_of_it(runs: Path) -> None:
    write_run(runs / "a", pictures(60), result={"elbo": -20.25, "items": 20})
    app = open_page("evaluate.py", "run:a")
    assert figures(app) == {"ELBO": "−20.25 nats"}
    assert "noted at the end of training" in said(app)
    assert app.button(key="evaluate.measure").label == "Measure"


def test_it_is_measured_by_a_job_shown_meanwhile_and_can_be_cancelled(
    runs: Path, worker: Callable[[str], Jobs]
) -> None:
    write_run(runs / "a", pictures(60))
    made = worker(SLOW)
    app = open_page("evaluate.py", "run:a")
    app.number_input[0].set_value(7).run()
    app.button(key="evaluate.measure").click().run()
    job = evaluate_job.last(runs / "a")
    assert job is not None
    arguments = ("evaluate", str(runs / "a"), "--samples", "7", "--seed", "0", "--keep")
    assert job.record.arguments == arguments
    assert app.button(key="evaluate.measure").disabled
    again = open_page("evaluate.py", "run:a")
    assert "so far." in said(again), "another visitor sees it too"
    again.button(key="evaluate.cancel").click().run()
    assert job.wait(LONG)
    made.pump()
    assert "The measuring was cancelled" in said(open_page("evaluate.py", "run:a"))


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("import sys; sys.exit('latentscape: There is no sense in it.')", "no sense in it."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended from outside"),
    ],
)
def test_a_failure_is_told_until_it_is_measured_after_all(
    runs: Path, worker: Callable[[str], Jobs], script: str, told: str
) -> None:
    write_run(runs / "a", pictures(60))
    worker(script)
    app = open_page("evaluate.py", "run:a")
    app.button(key="evaluate.measure").click().run()
    job = evaluate_job.last(runs / "a")
    assert job is not None
    assert job.wait(LONG)
    app.run()
    assert told in app.error[0].value.replace("\\", "")
    assert not app.button(key="evaluate.measure").disabled
    measure(opened(), 100, 0)
    app.run()
    assert not app.error


def test_how_far_it_is_is_read_from_what_the_command_says() -> None:
    shares = [
        evaluate_job.step_of(lines).share
        for lines in (
            [], ["measuring: likelihood"], ["measuring: likelihood", "measuring: likelihood 90%"],
            ["measuring: likelihood 900%"], ["measuring: probe", "run on data"],
        )
    ]  # fmt: skip
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    assert evaluate_job.step_of(["measuring: sheep 10%"]).share == 0


@pytest.mark.usefixtures("idle")
def test_other_settings_say_what_is_shown_and_ask_to_measure_again(runs: Path) -> None:
    write_run(runs / "a", pictures(60))
    measure(opened(), 2, 3)
    app = open_page("evaluate.py", "run:a")
    assert [field.value for field in app.number_input] == [2, 3]
    app.number_input[0].set_value(9).run()
    assert "measured with K = 2 and seed 3; you ask for K = 9 and seed 3" in said(app)
    assert app.table[1].value["Measured on"][0].endswith("K \\= 2")


@pytest.mark.usefixtures("idle")
def test_a_cell_of_the_matrix_lists_its_items(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(page_parts, "show_pictures", lambda *given, **_: shown.append(given))
    write_run(runs / "a", pictures(60, LABELS))
    run = opened()
    measure(run)
    evaluation = kept_evaluations.find(run, 2, 0)
    assert evaluation is not None
    classes = evaluate_probe.classes_of(evaluation)
    assert classes is not None
    assert run.labels is not None
    for true in range(LABELS):
        for taken in range(LABELS):
            items = classes.items("latent", true, taken)
            assert len(items) == classes.confusion["latent"][true, taken]
            assert {run.labels[item] for item in items} <= {classes.names[true]}
    app = open_page("evaluate.py", "run:a")
    row, column = np.argwhere(classes.confusion["latent"] > 0)[-1].tolist()
    app.selectbox(key=f"evaluate.true.{run.content_hash}").set_value(row).run()
    app.selectbox(key=f"evaluate.taken.{run.content_hash}").set_value(column).run()
    assert not app.exception
    expected = classes.items("latent", row, column).tolist()
    assert [int(name) for name in shown[-1][1]] == expected


def test_a_click_that_makes_no_sense_is_none() -> None:
    for points in ([], [{}], [{"x": 9, "y": 0}], [{"x": -1, "y": 0}], [{"x": "a", "y": 0}], None):
        assert evaluate_probe._picked({"selection": {"points": points}}, 3) is None
    assert evaluate_probe._picked({"selection": {"points": [{"x": 1, "y": 2}]}}, 3) == (2, 1)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (None, "The items have no labels"),
        (("same",) * 60, "every label is 'same'"),
        (tuple("" if i % 2 else "ab"[i % 4 // 2] for i in range(60)), "10 of the measured items"),
    ],
    ids=["none", "one", "half"],
)
def test_labels_that_are_missing_are_one_sentence(
    runs: Path, labels: tuple[str, ...] | None, told: str
) -> None:
    write_run(runs / "a", replace(pictures(60), labels=labels))
    measure(opened())
    app = open_page("evaluate.py", "run:a")
    assert not app.exception
    assert told in said(app)
    assert "Surprise by new items" in figures(app)


@pytest.mark.usefixtures("idle")
def test_a_model_that_has_collapsed_or_gives_no_numbers(runs: Path) -> None:
    write_run(runs / "a", sentences(60, LABELS))
    run = opened()
    result = measure(run)
    gate = {**result["gate"], "mutual_information": 0.1}
    odd = {**result, "gate": gate, "active_units": 0, "elbo": None}
    kept_evaluations.keep(run, 5, 0, odd, {}, np.arange(3))
    app = open_page("evaluate.py", "run:a")
    assert not app.exception
    assert "Collapse gate: failed" in said(app)
    assert "No dimension differs from item to item" in said(app)


@pytest.mark.usefixtures("idle")
def test_a_run_without_its_data_says_what_that_leaves_out(runs: Path) -> None:
    folder = write_run(runs / "a", pictures(60, LABELS))
    (folder / "images.npy").unlink()
    measure(opened())
    app = open_page("evaluate.py", "run:a")
    assert not app.exception
    assert "published without its data" in said(app)
    assert "Labels told right" in figures(app)


@pytest.mark.usefixtures("idle")
def test_hostile_names_are_shown_as_they_are(runs: Path) -> None:
    write_run(runs / "a", sentences(60, LABELS), fingerprint="f")
    write_run(runs / "b", sentences(60, LABELS), fingerprint=HOSTILE, seed=1)
    measure(opened())
    app = open_page("evaluate.py", "run:a")
    assert not app.exception
    shown = "\n".join(element.value for part in (app.caption, app.markdown) for element in part)
    for raw in ("**bold**", ":red[x]", "$x$", "<script>"):
        assert raw not in shown


def choose(app: AppTest, *names: str) -> AppTest:
    return app.multiselect[0].set_value(list(names)).run()


@pytest.mark.usefixtures("idle")
def test_other_models_of_the_same_data_stand_beside_it(runs: Path) -> None:
    for number, name in enumerate("abc"):
        write_run(runs / name, pictures(60, LABELS), 2 + number, number, fingerprint="f")
    write_run(runs / "d", pictures(60, LABELS), fingerprint="g")
    measure(opened("a"))
    measure(opened("b"))
    app = open_page("evaluate.py", "run:a")
    assert "d: it learned from other data" in said(app)
    choose(app, "run:b", "run:c")
    assert not app.exception
    table = app.table[-1].value
    assert list(table.columns)[-3:] == ["a", "b", "c"]
    assert table["Better is"].isin(["higher", "lower", ""]).all()
    marked = table[["a", "b"]].map(lambda cell: ":material/star:" in cell).sum(axis=1)
    assert set(marked) <= {0, 1}
    assert marked.sum() > 3
    assert "c was not measured with K = 2 and seed 0 yet" in said(app)
    app.button(key="evaluate.measure.run:c").click().run()
    job = evaluate_job.last(runs / "c")
    assert job is not None
    assert job.record.arguments[2:] == ("--samples", "2", "--seed", "0", "--keep")


@pytest.mark.usefixtures("idle")
def test_all_of_it_can_be_taken_away(runs: Path) -> None:
    write_run(runs / "a", pictures(60, LABELS))
    measure(opened())
    app = open_page("evaluate.py", "run:a")
    names = [element.proto.label for element in app.get("download_button")]
    assert names == ["All figures (CSV)", "All figures (JSON)"]
