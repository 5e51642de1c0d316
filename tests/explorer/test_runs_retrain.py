"""A run's settings fill the Train form, so that it trains the same again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer import paths, runs_retrain
from explorer.configurations import model_config, train_config
from tests.data import made
from vae_core.config import TrainConfig
from vae_core.models import model_config_from_json

SECONDS = 60


def config_of(
    family: str, source: dict[str, Any], size: str | None = None, items: int = 1000, **chosen: Any
) -> dict[str, Any]:
    """The config.json of a run that was trained with these options of the command."""
    epochs = chosen.pop("epochs", 7)
    modality = {"dense": "images", "conv": "images", "bag-of-words": "documents"}
    return {
        "items": items,
        "modality": modality.get(family, "sentences"),
        "dataset": {"name": "x", "source": source},
        "model": model_config(family, size, chosen).to_json(),
        "training": train_config(family, items, epochs, chosen).to_json(),
        "command": "latentscape train …",
    }


def filled(config: dict[str, Any], runs: Path, kind: Any = "word") -> AppTest:
    """The Train page after the form was filled in."""
    form = runs_retrain.form_of(config, kind, runs)
    app = AppTest.from_file(str(paths.pages_folder() / "train.py"), default_timeout=SECONDS)
    for key, value in form.values.items():
        app.session_state[key] = value
    if form.uploaded is not None:
        app.session_state["train.uploaded"] = ("", str(form.uploaded))
    app.session_state["latentscape.kept"] = list(form.values)
    return app.run()


def options(app: AppTest) -> dict[str, str]:
    """The command on the page, as its options and their values."""
    assert not app.exception
    words = shlex.split(app.code[-1].value)
    assert words[:2] == ["latentscape", "train"]
    return dict(zip(words[2::2], words[3::2], strict=True))


@pytest.mark.parametrize(
    ("family", "size", "chosen"),
    [
        ("dense", None, {"latent_dim": 3, "beta": 0.5, "seed": 4, "augment_shift": 2}),
        ("dense", "burda", {"latent_dim": 9, "objective": "iwae", "samples": 20}),
        ("conv", "small", {"latent_dim": 5, "prior": "vamp", "prior_components": 50}),
        ("dense", None, {"binarisation": "dynamic", "objective": "tcvae", "beta": 4.0}),
    ],
)
def test_the_page_would_train_pictures_just_so_again(
    runs: Path, family: str, size: str | None, chosen: dict[str, Any]
) -> None:
    config = config_of(family, {"dataset": "digits"}, size, **chosen)
    form = runs_retrain.form_of(config, None, runs)
    assert (form.missing, form.left) == (None, ())
    assert_same(config, options(filled(config, runs, None)))


@pytest.mark.parametrize(
    ("family", "size", "chosen"),
    [
        ("gru", "small", {"word_dropout": 0.3, "free_bits": 0.25, "kl_schedule": "cyclical"}),
        ("lstm", None, {"max_tokens": 40, "schedule": "constant", "batch_size": 64}),
        ("transformer", "base", {"mean_batch_norm": 0.6, "aggressive_epochs": 3}),
        ("bag-of-words", None, {"style": "prodlda", "beta": 1.0, "learning_rate": 0.001}),
        ("gru", None, {"target_kl": 8.0, "patience": 4, "precision": "bfloat16"}),
        ("gru", None, {"objective": "mmd", "mmd_weight": 5.0, "prior": "mixture"}),
    ],
)
def test_the_page_would_train_texts_just_so_again(
    runs: Path, family: str, size: str | None, chosen: dict[str, Any]
) -> None:
    config = config_of(family, {"dataset": "toy-sentences"}, size, **chosen)
    form = runs_retrain.form_of(config, "word", runs)
    assert (form.missing, form.left) == (None, ())
    assert_same(config, options(filled(config, runs)))


def assert_same(config: dict[str, Any], said: dict[str, str]) -> None:
    """The command makes the model and the training that the config has."""
    given = {name.removeprefix("--").replace("-", "_"): text for name, text in said.items()}
    given = {name: text for name, text in given.items() if name not in ("dataset", "out")}
    family, size = given.pop("model"), given.pop("size", None)
    epochs = int(given.pop("epochs"))
    values = {name: _typed(text) for name, text in given.items()}
    model, training = config["model"], config["training"]
    again = model_config(family, size, values).to_json()
    assert {**again, "vocabulary_size": 0} == {**model, "vocabulary_size": 0} or (
        "vocabulary_size" not in model and again == model
    )
    assert train_config(family, config["items"], epochs, values).to_json() == training


def _typed(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if text.lstrip("-").isdigit() else number


def test_what_the_form_has_no_place_for_is_named(runs: Path) -> None:
    config = config_of(
        "dense", {"dataset": "digits"}, hidden=77, gradient_clip=2.0, latent_dim=2, epochs=2000
    )
    assert runs_retrain.form_of(config, None, runs).left == (
        "hidden 77",
        "epochs 2000",
        "gradient clip 2.0",
    )


def test_configs_of_old_runs_fill_the_form() -> None:
    for name in ("digits", "mnist", "sentences"):
        config = json.loads((paths.assets_folder() / name / "config.json").read_text())
        form = runs_retrain.form_of(config, "word", Path("/runs"))
        model = model_config_from_json(config["model"])
        assert form.values[f"train.epochs.{config['modality']}"] == (
            TrainConfig.from_json(config["training"]).epochs
        )
        assert form.values[f"train.model.{config['modality']}"] == model.family
        assert (form.missing is None) == (name == "digits")


def test_a_file_on_the_server_is_chosen_with_its_columns(runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("title,review,stars\n" + "a,the cat sat,1\nb,a dog ran,2\n" * 10)
    source = {"text": str(file), "text_column": "title", "label_column": "stars"}
    said = options(filled(config_of("gru", source), runs))
    assert said["--text"] == str(file)
    assert said["--text-column"] == "title"
    assert said["--label-column"] == "stars"


def test_what_was_done_to_the_texts_is_done_again(runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("good food. bad room.,3\nnice view,4\n" * 8)
    source = {
        "text": str(file), "text_column": "column 1", "header": False,
        "fixes": {"split_sentences": "de", "cut_words": 9, "drop_repeats": True},
    }  # fmt: skip
    app = filled(config_of("gru", source), runs)
    assert not app.exception
    words = shlex.split(app.code[-1].value)
    wanted = ["--no-header", "--split-sentences", "de", "--cut-words", "9", "--drop-repeats"]
    at = words.index("--no-header")
    assert words[at : at + len(wanted)] == wanted
    assert words[words.index("--text-column") + 1] == "column 1"


@pytest.mark.parametrize("asked", [True, False])
def test_a_file_is_read_as_it_was_asked_to_be(runs: Path, tmp_path: Path, asked: bool) -> None:
    file = tmp_path / "a.csv"
    file.write_text("remark;place\nà la carte;here\nfermé;there\n" * 9, encoding="cp1252")
    source = {
        "text": str(file), "text_column": "remark", "encoding": "cp1252", "delimiter": ";",
        "quoting": True, "kind": "table",
    }  # fmt: skip
    config = config_of("gru", source)
    if asked:
        config["command"] = "latentscape train --text a.csv --delimiter semicolon --encoding cp1252"
    said = options(filled(config, runs))
    found = {"--delimiter": "semicolon", "--encoding": "cp1252"} if asked else {}
    assert {name: said[name] for name in ("--delimiter", "--encoding") if name in said} == found


def test_pictures_get_their_side_again(runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(made.picture_zip(made.drawn(9, 12, 10)))
    config = config_of("dense", {"pictures": str(file), "side": 6})
    assert runs_retrain.form_of(config, None, runs).left == ()
    said = options(filled(config, runs, None))
    assert (said["--images"], said["--side"]) == (str(file), "6")


def test_a_data_set_of_the_hub_is_asked_for_again(runs: Path, tmp_path: Path) -> None:
    source = {
        "hub": str(tmp_path), "split": "test", "text_column": "t", "config": "en",
        "fixes": {"lowercase": True},
    }  # fmt: skip
    config = config_of("gru", source)
    assert runs_retrain.form_of(config, "word", runs).left == ()
    app = filled(config, runs)
    assert not app.exception
    words = shlex.split(app.code[-1].value)
    wanted = [
        "--hub", str(tmp_path), "--hub-split", "test", "--hub-config", "en", "--text-column", "t",
        "--lowercase",
    ]  # fmt: skip
    assert words[2 : 2 + len(wanted)] == wanted


def test_an_upload_that_is_still_there_is_chosen_again(runs: Path) -> None:
    file = runs / ".uploads" / "abc" / "reviews.txt"
    file.parent.mkdir(parents=True)
    file.write_text("the cat sat\na dog ran\n" * 10)
    app = filled(config_of("gru", {"text": str(file), "text_column": "text"}), runs)
    assert options(app)["--text"] == str(file)
    assert any("reviews" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"text": "/nowhere/a.csv"}, "/nowhere/a.csv is not there any more"),
        ({"text": "a.csv"}, "a.csv is not there any more"),
        ({"pictures": "/nowhere/a.zip", "side": 8}, "/nowhere/a.zip is not there any more"),
        ({"dataset": "mnist", "folder": "/nowhere"}, "/nowhere with its data is not there"),
        ({}, "not recorded"),
        ({"dataset": "of another version"}, "not recorded"),
    ],
)
def test_data_that_are_gone_are_named(runs: Path, source: dict[str, Any], said: str) -> None:
    family = "dense" if "dataset" in source or "pictures" in source else "gru"
    config = config_of(family, source)
    missing = runs_retrain.form_of(config, None, runs).missing
    assert missing is not None
    assert said in missing
    assert not filled(config, runs).exception


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        ("latentscape train --text a.txt --model gru --out runs/a", None),
        ("latentscape train --text a.txt --vocabulary-size 800 --out runs/a", 800),
        ("latentscape train --text a.txt --vocabulary-size=800 --out runs/a", 800),
        ("latentscape train --text '--vocabulary-size' --vocabulary-size 10000 --out b", None),
        ("", 532),
        ("train 'never closed", 532),
        ("latentscape train --vocabulary-size many", 532),
    ],
)
def test_a_vocabulary_that_the_data_gave_is_not_asked_for(
    runs: Path, command: str, asked: int | None
) -> None:
    config = config_of("gru", {"dataset": "toy-sentences"})
    config |= {"command": command, "model": {**config["model"], "vocabulary_size": 532}}
    form = runs_retrain.form_of(config, "word", runs)
    assert form.values["train.vocabulary_size"] == asked
    assert not form.left
