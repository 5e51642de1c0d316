"""The Train page: its settings, the command they come to, and a training as it is shown."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer import interrupted, paths, progress_words
from explorer import jobs as jobs_module
from explorer.job import Job
from explorer.jobs import Jobs, jobs_in
from explorer.train_settings import default_mnist_folder
from tests.explorer.made_runs import pictures, sentences, write_run
from tests.explorer.test_pages import open_page
from vae_core import checkpoint
from vae_core.models import families
from vae_core.run_lock import locked

LONG = 60.0
# Stands in for the command: reports twice, waits while a file says so, then leaves a model.
WORKER = """
    import pathlib, shutil, sys, time
    here, out = pathlib.Path({here!r}), pathlib.Path(sys.argv[-1])
    if sys.argv[1] == "prepare":
        sys.exit((here / "fail-to-prepare").exists())
    out.mkdir(parents=True, exist_ok=True)
    row = '{{"step": %d, "steps": 4, "epoch": %d, "epochs": 4, "elbo": -30.0, "kl": 2.0, ' \
          '"reconstruction": -28.0, "elapsed_seconds": 10.0, "validation_elbo": -31.0}}\\n'
    with (out / "metrics.jsonl").open("w") as file:
        file.write(row % (1, 1) + row % (2, 2))
    try:
        while (here / "hold").exists():
            time.sleep(0.02)
    except KeyboardInterrupt:
        pass
    if (here / "fail").exists():
        sys.exit("latentscape: reviews.csv has no column 'text'; its columns are 'a'.")
    if (here / "model").exists():
        shutil.copytree(here / "model", out, dirs_exist_ok=True)
"""


@pytest.fixture
def worker(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let trainings be run by the stand-in; return the folder whose files tell it what to do."""
    folder = tmp_path / "worker"
    folder.mkdir()
    script = folder / "worker.py"
    script.write_text(textwrap.dedent(WORKER.format(here=str(folder))), encoding="utf-8")
    monkeypatch.setattr(jobs_module, "WORKER", (sys.executable, str(script)))
    monkeypatch.chdir(tmp_path)
    yield folder
    jobs_in(runs).close(seconds=1.0)


def opened(**parameters: str) -> AppTest:
    """The page with a bundled data set chosen, so that there is something to train on."""
    app = open_page("train.py")
    app.session_state["train.dataset"] = "digits"
    for name, value in parameters.items():
        app.query_params[name] = value
    return renewed(app)


def renewed(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def start(app: AppTest) -> Job:
    button(app, "Start training").click()
    renewed(app)
    job = jobs_in(paths.runs_folder()).get(watched(app))
    assert job is not None
    return job


def watched(app: AppTest) -> str:
    job_id = app.query_params["job"]  # a text where the test set it, else a list
    return job_id if isinstance(job_id, str) else str(job_id[0])


def button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


def says(app: AppTest, words: str) -> bool:
    return any(words in shown.value for shown in (*app.markdown, *app.caption, *app.info))


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def until_rows(job: Job) -> None:
    while not job.metrics.rows():
        assert job.alive(), job.failure()


def field(app: AppTest, label: str) -> Any:
    everything = [*app.number_input, *app.text_input, *app.selectbox, *app.segmented_control]
    return next(element for element in everything if element.label == label)


def command_shown(app: AppTest) -> list[str]:
    shown = next(code.value for code in reversed(app.code) if code.value.startswith("latentscape"))
    return shlex.split(shown)


def test_the_page_shows_the_pinned_command(worker: Path) -> None:
    app = opened()
    assert not app.exception
    assert " ".join(command_shown(app)) == (
        "latentscape train --dataset digits --model dense --latent-dim 2 --epochs 20 --seed 0 "
        "--out runs/digits-dense-2d"
    )


def test_settings_become_flags_and_empty_ones_do_not(worker: Path) -> None:
    app = opened()
    field(app, "Latent dimensions").set_value(10)
    field(app, "Weight of the KL (β)").set_value(0.5)
    field(app, "Learning rate").set_value(0.0003)
    field(app, "Run name").set_value("my run")
    renewed(app)
    shown = command_shown(app)
    assert shown[shown.index("--latent-dim") + 1] == "10"
    assert shown[shown.index("--beta") + 1] == "0.5"
    assert shown[shown.index("--learning-rate") + 1] == "0.0003"
    assert shown[shown.index("--out") + 1] == "runs/my run"
    assert not {"--free-bits", "--batch-size", "--warmup-epochs"} & set(shown)


def test_sentences_get_the_model_that_fits_them(worker: Path) -> None:
    app = opened()
    field(app, "Data set").set_value("toy-sentences")
    renewed(app)
    shown = " ".join(command_shown(app))
    assert "--dataset toy-sentences --model gru --latent-dim 16 --epochs 10" in shown


def choices(app: AppTest, label: str) -> list[str]:
    return [str(option).split(":")[0] for option in field(app, label).options]


def test_the_models_that_fit_the_data_are_offered_each_with_a_line(worker: Path) -> None:
    app = opened()
    assert choices(app, "Model") == families("images")
    field(app, "Data set").set_value("toy-sentences")
    renewed(app)
    assert choices(app, "Model") == [*families("sentences"), *families("documents")]
    assert all(": " in option for option in field(app, "Model").options)


def test_a_document_model_is_trained_on_texts(worker: Path) -> None:
    app = opened()
    field(app, "Data set").set_value("toy-sentences")
    renewed(app)
    field(app, "Model").set_value("bag-of-words")
    renewed(app)
    shown = " ".join(command_shown(app))
    assert "--model bag-of-words --latent-dim 20 --epochs 30 --seed 0" in shown
    assert not app.warning
    assert field(app, "Batch size").placeholder == "64 for small data sets, else 256"
    field(app, "Objective").set_value("iwae")
    renewed(app)
    assert "--objective iwae --samples 5 --beta 1" in " ".join(command_shown(app))
    assert not app.warning


def test_a_size_brings_its_own_dimensions(worker: Path) -> None:
    app = opened()
    field(app, "Size").set_value("burda")
    renewed(app)
    shown = " ".join(command_shown(app))
    assert "--model dense --size burda --latent-dim 50 " in shown
    field(app, "Model").set_value("conv")
    renewed(app)
    assert choices(app, "Size") == ["usual", "small", "base"]
    assert "--size" not in command_shown(app)


def test_numbers_are_asked_for_where_they_apply(worker: Path) -> None:
    app = opened()
    names = {box.label for box in app.number_input}
    assert (
        not {"Draws for each item", "Cycles", "Autoencoder epochs", "Hidden words (share)"} & names
    )
    field(app, "Objective").set_value("iwae")
    field(app, "KL schedule").set_value("cyclical")
    renewed(app)
    names = {box.label for box in app.number_input}
    assert {"Draws for each item", "Cycles"} <= names
    assert not {"Weight of the KL (β)", "Free bits (nats)", "KL warm-up (epochs)"} & names
    shown = " ".join(command_shown(app))
    assert "--objective iwae --samples 5 --kl-schedule cyclical --seed 0" in shown
    assert not app.warning
    field(app, "Objective").set_value("elbo")
    renewed(app)
    assert not {"--samples", "--objective"} & set(command_shown(app))


def test_a_learned_prior_goes_without_free_bits(worker: Path) -> None:
    app = opened()
    field(app, "Data set").set_value("toy-sentences")
    renewed(app)
    assert choices(app, "Prior") == ["normal", "mixture"]
    field(app, "Prior").set_value("mixture")
    renewed(app)
    assert "--prior mixture --free-bits 0" in " ".join(command_shown(app))
    names = [box.label for box in app.number_input]
    assert "Parts of the prior" in names
    assert "Free bits (nats)" not in names
    assert not app.warning


def test_settings_that_cannot_go_together_are_told_before_the_start(worker: Path) -> None:
    app = opened()
    field(app, "Target KL (nats)").set_value(50.0)
    renewed(app)
    said = [warning.value.replace("\\", "") for warning in app.warning]
    assert said == [
        "“Target KL (nats)” must be between 0 and 20 nats (10 for each of 2 dimensions), but is 50."
    ]
    assert button(app, "Start training").disabled
    field(app, "Latent dimensions").set_value(5)
    renewed(app)
    assert not app.warning
    assert not button(app, "Start training").disabled


def test_the_folder_of_mnist_is_proposed(
    worker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENTSCAPE_DATA", str(tmp_path))
    assert default_mnist_folder() == ""
    (tmp_path / "mnist").mkdir()
    app = opened()
    field(app, "Data set").set_value("mnist")
    renewed(app)
    shown = command_shown(app)
    assert shown[shown.index("--folder") + 1] == str(tmp_path / "mnist")


def test_a_training_runs_is_shown_and_opens(worker: Path, runs: Path) -> None:
    write_run(worker / "model", pictures(30))
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    renewed(app)
    assert "Epoch 3 of 4 · about 10 s left" in [bar.proto.text for bar in app.get("progress")]
    assert len(app.get("echarts_chart")) == 3
    assert "Stop" in labels(app)
    waits = "1 of 1 slots busy: it will wait as number 1 in the queue."
    assert waits in [caption.value for caption in app.caption]
    (worker / "hold").unlink()
    assert job.wait(LONG)
    renewed(app)
    assert [done.value.replace("\\", "") for done in app.success] == [
        "Finished. ELBO −20.00 nats per item."
    ]
    assert "Open on the map" in labels(app)
    assert field(app, "Run name").placeholder == "digits-dense-2d-2"


def test_the_link_finds_the_training_again(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    job = start(opened())
    until_rows(job)
    second_tab = opened(job=job.id)
    assert "Stop" in labels(second_tab)
    assert len(second_tab.get("echarts_chart")) == 3


def test_others_are_told_and_can_watch(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    job = start(opened())
    until_rows(job)
    other = opened()
    assert says(other, "50 % done")
    assert "Stop" not in labels(other)
    button(other, "Watch it").click()
    renewed(other)
    assert watched(other) == job.id
    assert "Stop" in labels(other)


def test_what_is_started_while_another_runs_waits_and_can_leave(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    first = start(opened())
    until_rows(first)
    other = opened()
    assert field(other, "Run name").placeholder == "digits-dense-2d-2"
    second = start(other)
    assert second.state() == "queued"
    assert says(other, "1 of 1 slots busy; yours is number 1 in the queue.")
    assert says(other, "stays in the queue when the explorer is closed")
    assert not other.get("echarts_chart")
    assert says(other, "50 % done")
    third = opened()
    assert field(third, "Run name").placeholder == "digits-dense-2d-3"
    assert says(third, "number 1 in the queue")
    button(other, "Leave the queue").click()
    renewed(other)
    assert second.state() == "stopped"
    assert other.info[0].value == "It was taken out of the queue before it began."


def test_a_slots_setting_that_is_wrong_is_one_sentence(
    worker: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENTSCAPE_SLOTS", "many")
    jobs_in.cache_clear()
    app = opened()
    assert "must be a whole number from 1 to 64" in app.error[0].value.replace("\\", "")
    monkeypatch.undo()


def test_a_failed_preparation_is_listed_and_leaves_the_training_done(
    worker: Path, runs: Path
) -> None:
    write_run(worker / "model", pictures(30))
    (worker / "fail-to-prepare").touch()
    app = opened()
    job = start(app)
    assert job.wait(LONG)
    while not jobs_in(runs).settled():
        pass
    renewed(app)
    assert "Finished." in app.success[0].value.replace("\\", "")
    listed = [caption.value for caption in app.caption]
    assert any(caption.startswith("preparation · failed") for caption in listed)
    assert not app.error


def test_the_comparison_at_the_end_is_said_and_measured(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    row = '{"step": %d, "steps": 4, "elapsed_seconds": 30.0}\n'
    (job.out / "language_model.jsonl").write_text(row % 3)
    renewed(app)
    [bar] = app.get("progress")
    assert bar.proto.text == "Comparing with a plain language model… · about 10 s left"
    assert bar.proto.value == 75
    other = opened()
    assert says(other, "50 % done")  # of the training itself
    (job.out / "language_model.jsonl").write_text(row % 3 + row % 4)
    renewed(app)
    assert app.get("progress")[0].proto.text == "Placing every item in the latent space…"


def test_a_killed_training_is_interrupted_and_can_go_on(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    checkpoint.write_state(job.out, checkpoint.TrainingState({}, {}))
    os.kill(job.record.pid, signal.SIGKILL)
    assert job.wait(LONG)
    renewed(app)
    assert "was interrupted" in app.warning[0].value
    assert "can go on from the last step" in app.warning[0].value
    assert not app.error
    assert button(app, "Go on").proto.type == "primary"
    folds = {fold.label: fold.proto.expanded for fold in app.expander}
    assert folds["The last lines of its log"]
    assert not folds["Change the settings and try again"]
    resume = f"latentscape train --resume runs/{job.out.name}"
    assert resume in [code.value for code in app.code]
    write_run(worker / "model", pictures(30))
    (worker / "hold").unlink()
    fresh = opened()
    assert next(fold.label for fold in fresh.expander) == "1 training can go on"
    assert resume in [code.value for code in fresh.code]
    button(fresh, "Go on").click()
    renewed(fresh)
    second = jobs_in(runs).get(watched(fresh))
    assert second is not None
    assert second.record.arguments == ("train", "--resume", f"runs/{job.out.name}")
    assert second.wait(LONG)
    # The link of what was interrupted leads to what it went on as.
    old = opened(job=job.id)
    assert "The training of this link was interrupted; it went on" in old.info[0].value
    assert [element.value for element in (*old.warning, *old.error)] == []
    assert says(old, "training · interrupted, then went on")


def test_a_kill_before_anything_was_saved_opens_the_form(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    os.kill(job.record.pid, signal.SIGKILL)
    assert job.wait(LONG)
    renewed(app)
    assert "Nothing had been saved" in app.warning[0].value
    assert "Go on" not in labels(app)
    folds = {fold.label: fold.proto.expanded for fold in app.expander}
    assert folds["Change the settings and try again"]


def test_the_last_look_stays_when_a_training_has_ended(worker: Path, runs: Path) -> None:
    write_run(worker / "model", sentences(30))
    job = start(opened())
    assert job.wait(LONG)
    app = opened(job=job.id)
    folds = [fold.label for fold in app.expander]
    assert "What the model makes of the data" in folds
    assert len(app.get("echarts_chart")) == 5
    assert not (job.out / "snapshot.npz").exists()


def test_a_running_training_is_not_interrupted(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    job = start(opened())
    until_rows(job)
    checkpoint.write_state(job.out, checkpoint.TrainingState({}, {}))
    assert interrupted.interrupted_in(runs, jobs_in(runs)) == []
    assert not job.can_go_on()


def test_a_training_that_failed_and_can_go_on_says_why(worker: Path, runs: Path) -> None:
    (worker / "fail").touch()
    app = opened()
    job = start(app)
    assert job.wait(LONG)
    checkpoint.write_state(job.out, checkpoint.TrainingState({}, {}))
    renewed(app)
    assert "reviews" in app.error[0].value
    assert "Go on" in labels(app)


def test_a_training_in_a_terminal_is_not_called_interrupted(worker: Path, runs: Path) -> None:
    folder = write_run(runs / "elsewhere", pictures(30))
    checkpoint.write_state(folder, checkpoint.TrainingState({}, {}))
    with locked(folder):
        assert interrupted.interrupted_in(runs, jobs_in(runs)) == []
    [found] = interrupted.interrupted_in(runs, jobs_in(runs))
    assert (found.name, found.has_model) == ("elsewhere", True)
    assert "stopped, and kept a model" in " ".join(mark.value for mark in opened().markdown)


def test_a_training_that_broke_off_keeps_its_model(worker: Path, runs: Path) -> None:
    broken = "The loss stopped being a number; lower the learning rate."
    write_run(worker / "model", sentences(30), result={"broken": broken}, cut_items=3)
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    shutil.copytree(worker / "model", job.out, dirs_exist_ok=True)
    (worker / "fail").touch()
    (worker / "hold").unlink()
    assert job.wait(LONG)
    renewed(app)
    assert "The training failed" in app.error[0].value
    told = [warning.value.replace("\\", "") for warning in app.warning]
    assert told[0] == f"The training broke off. {broken}"
    assert told[1].startswith("3 of 30 items were longer than 8 tokens and were cut")
    assert "Open on the map" in labels(app)


def test_after_a_reload_the_settings_of_a_failed_training_can_be_filled_in(
    worker: Path, runs: Path
) -> None:
    write_run(worker / "model", sentences(30))
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    shutil.copytree(worker / "model", job.out, dirs_exist_ok=True)
    (worker / "fail").touch()
    (worker / "hold").unlink()
    assert job.wait(LONG)
    renewed(app)
    assert "Fill in its settings" not in labels(app)  # this form still holds them
    again = opened(job=job.id)
    assert field(again, "Data set").value == "digits"
    button(again, "Fill in its settings").click()
    renewed(again)
    assert field(again, "Data set").value == "own-data"
    assert again.selectbox(key="train.model.sentences").value == "gru"
    assert "Fill in its settings" not in labels(again)


def test_where_a_training_failed_before_it_wrote_its_settings_that_is_said(
    worker: Path, runs: Path
) -> None:
    (worker / "fail").touch()
    app = opened()
    job = start(app)
    assert job.wait(LONG)
    again = opened(job=job.id)
    assert any("form begins anew" in caption.value for caption in again.caption)


def test_a_name_is_given_once(worker: Path, runs: Path) -> None:
    (worker / "fail").touch()
    app = opened()
    app.text_input(key="train.name").set_value("mine")
    renewed(app)
    job = start(app)
    assert job.out.name == "mine"
    assert job.wait(LONG)
    renewed(app)
    assert app.text_input(key="train.name").value == ""


def test_the_gate_is_shown_when_a_training_of_texts_has_ended(worker: Path, runs: Path) -> None:
    gate = {"mutual_information": 0.5, "exchange_drop": 9.0, "language_model_gap": 0.0}
    write_run(worker / "model", sentences(30), result={"gate": gate})
    app = opened()
    job = start(app)
    assert job.wait(LONG)
    renewed(app)
    assert "Collapse gate: failed" in [fold.label for fold in app.expander]
    assert "0.50 nats (at least 2)" in [text.value for text in app.text]
    assert any("raise the free bits" in mark.value for mark in app.markdown)


def test_stop_keeps_what_there_is(worker: Path, runs: Path) -> None:
    write_run(worker / "model", pictures(30))
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    renewed(app)
    button(app, "Stop").click()
    renewed(app)
    assert job.wait(LONG)
    renewed(app)
    assert "the best model so far was kept" in app.success[0].value
    assert "Open on the map" in labels(app)


def test_a_stop_without_a_model_says_so(worker: Path, runs: Path) -> None:
    (worker / "hold").touch()
    app = opened()
    job = start(app)
    until_rows(job)
    job.stop()
    assert job.wait(LONG)
    renewed(app)
    assert app.info[0].value == "The training was stopped; there was no model to keep yet."


def test_a_failure_is_one_sentence_shown_as_text(worker: Path, runs: Path) -> None:
    (worker / "fail").touch()
    app = opened()
    job = start(app)
    assert job.wait(LONG)
    renewed(app)
    assert app.error[0].value.replace("\\", "") == (
        "The training failed: reviews.csv has no column 'text'; its columns are 'a'."
    )


def test_a_server_started_anew_shows_the_finished_training(worker: Path, runs: Path) -> None:
    write_run(worker / "model", pictures(30))
    jobs = Jobs(runs)
    out = runs / "earlier"
    job = jobs.start(["train", "--out", str(out)], "earlier", out)
    assert job.wait(LONG)
    app = opened(job=job.id)
    assert "Finished." in app.success[0].value.replace("\\", "")


@pytest.mark.parametrize("job_id", ["0" * 12, "../../x", "nonsense"])
def test_an_unknown_training_in_the_link_is_no_error(worker: Path, job_id: str) -> None:
    app = opened(job=job_id)
    assert "Start training" in labels(app)
    assert "There is no training" in app.info[0].value


def test_a_start_that_fails_is_told(worker: Path, runs: Path, tmp_path: Path) -> None:
    runs.rmdir()
    app = opened()
    runs.write_text("a file where the folder should be")
    button(app, "Start training").click()
    renewed(app)
    assert "could not be started" in app.error[0].value.replace("\\", "")
    runs.unlink()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "Starting, and reading the data…"),
        ({"step": 4, "steps": 4, "epochs": 2}, "Placing every item in the latent space…"),
        ({"step": 0, "steps": 4, "epoch": 0.0, "epochs": 2}, "Epoch 1 of 2"),
        (
            {"step": 3, "steps": 4, "epoch": 1.5, "epochs": 2, "elapsed_seconds": 3600.0},
            "Epoch 2 of 2 · about 20 min left",
        ),
        (
            {"step": 1, "steps": 4, "epoch": 0.5, "epochs": 2, "items_per_second": 1234.4},
            "Epoch 1 of 2 · 1,234 items/s · about 1 s left",
        ),
    ],
)
def test_progress_is_said_in_words(row: dict[str, Any], words: str) -> None:
    assert progress_words.progress_words([row] if row else []) == words


@pytest.mark.parametrize(
    ("done", "compared", "words"),
    [
        (None, None, "once the data are read"),
        (3, None, "the step under way ends"),
        (4, None, "it is all trained; the last measurements end"),
        (4, 3, "it is all trained; the comparison ends"),
        (4, 4, "it is all trained; the last measurements end"),
    ],
)
def test_a_training_that_stops_says_what_it_waits_for(
    done: int | None, compared: int | None, words: str
) -> None:
    rows = [[] if step is None else [{"step": step, "steps": 4}] for step in (done, compared)]
    assert words in progress_words.progress_words(*rows, stopping=True)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations_come_in_the_unit_that_fits(seconds: float, said: str) -> None:
    assert progress_words.duration(seconds) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (40, 45, "about 40 s"),
        (20, 50, "20 to 50 s"),
        (50, 200, "50 s to 3 min"),
        (240, 290, "about 4 min"),
        (180, 300, "3 to 5 min"),
        (4000, 9000, "67 min to 2.5 h"),
    ],
)
def test_durations_that_scatter_are_a_range(low: float, high: float, said: str) -> None:
    assert progress_words.duration_between(low, high) == said
