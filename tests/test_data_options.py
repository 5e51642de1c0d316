"""`latentscape train` on data of every kind, and what does not go together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from explorer.commands.data_options import DataOptions
from tests.core.support import SENTENCES, one_sentence
from tests.data import made
from tests.support import latentscape
from vae_core.checks import ConfigError
from vae_core.data.registry import load_source

QUICK = "--latent-dim 2 --epochs 1 --seed 0 --out"
TOPICS = ["x", "y"] * 12


def trained(folder: Path, *options: str | Path) -> tuple[dict[str, Any], str]:
    done = latentscape("train", *options, *QUICK.split(), folder)
    assert done.returncode == 0, done.stderr
    config: dict[str, Any] = json.loads((folder / "config.json").read_text())
    return config, done.stderr


def test_a_table_with_everything_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"{text}:{topic}\n" for text, topic in zip(SENTENCES, TOPICS, strict=False))
    path.write_bytes(("sätze:thema\n" + rows).encode("utf-16"))
    options = "--text-column sätze --label-column thema --delimiter : --encoding utf-16"
    config, said = trained(
        tmp_path / "run", "--text", path, *options.split(), "--no-language-model"
    )
    source = config["dataset"]["source"]
    assert (source["delimiter"], source["encoding"], source["text_column"]) == (
        ":", "utf-16", "sätze",
    )  # fmt: skip
    assert load_source(source).fingerprint() == config["dataset"]["fingerprint"]
    assert "guess" not in said


def test_what_was_guessed_is_said_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(made.workbook(SENTENCES, TOPICS[: len(SENTENCES)]))
    config, _ = trained(tmp_path / "run", "--text", path, "--sheet", "first", "--model",
                        "bag-of-words")  # fmt: skip
    assert config["dataset"]["source"]["sheet"] == "first"
    path = tmp_path / "b.txt"
    path.write_bytes("\n".join(f"{text} à l'été" for text in SENTENCES).encode("cp1252"))
    config, said = trained(tmp_path / "b", "--text", path, "--model", "bag-of-words")
    assert "was read as cp1252" in said
    assert "was read as cp1252" in config["dataset"]["notes"][0]


def test_pictures_are_trained_and_encoded(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(made.picture_zip(made.drawn(12, 8, 8)))
    config, said = trained(tmp_path / "run", "--images", path, "--side", "6")
    assert "made 6 × 6 pixels large" in said
    assert config["model"]["image_height"] == 6
    assert (
        load_source(config["dataset"]["source"]).fingerprint() == config["dataset"]["fingerprint"]
    )
    array = tmp_path / "b.npy"
    array.write_bytes(made.npy(made.drawn(5, 6, 6)))
    done = latentscape("encode", tmp_path / "run", array, "--out", tmp_path / "z.parquet")
    assert done.returncode == 0, done.stderr
    done = latentscape("encode", tmp_path / "run", path, "--out", tmp_path / "y.parquet")
    assert done.returncode == 0, done.stderr  # made as large as those that were learned from
    assert "made 6 × 6 pixels large" in done.stderr
    array.write_bytes(made.npy(made.drawn(5, 7, 7)))
    done = latentscape("encode", tmp_path / "run", array, "--out", tmp_path / "x.parquet")
    assert "takes pictures of 6 x 6" in done.stderr


def test_a_hub_folder_is_trained(tmp_path: Path) -> None:
    place = tmp_path / "hub"
    place.mkdir()
    (place / "train.csv").write_bytes(made.table(SENTENCES, TOPICS[: len(SENTENCES)]))
    options = ["--hub", str(place), "--label-column", "label", "--model", "bag-of-words"]
    config, _ = trained(tmp_path / "run", *options)
    assert config["dataset"]["source"]["hub"] == str(place)
    assert config["dataset"]["source"]["split"] == "train"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "neither came"),
        ({"dataset": "digits", "text": Path("a")}, "--dataset and --text came"),
        ({"images": Path("a"), "text_column": "b"}, "goes with --text or --hub, not with --images"),
        ({"text": Path("a"), "side": 3}, "--side goes with --images"),
        ({"text": Path("a"), "hub_split": "b"}, "--hub-split goes with --hub"),
        ({"text": Path("a"), "folder": Path("b")}, "--folder goes with --dataset"),
        ({"dataset": "digits", "encoding": "b"}, "--encoding goes with --text"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        DataOptions(**options).load()
    assert said in one_sentence(caught.value)


def test_no_option_is_lost_on_its_way() -> None:
    """Every field has an option of the command, and every option goes with some data."""
    import dataclasses
    import inspect

    from explorer.commands import data_options
    from explorer.commands.training import train

    names = [field.name for field in dataclasses.fields(DataOptions)]
    assert set(names) <= set(inspect.signature(train).parameters)
    goes = {name for more in data_options._GOES_WITH.values() for name in more}
    assert set(names) == goes | set(data_options._GOES_WITH)
