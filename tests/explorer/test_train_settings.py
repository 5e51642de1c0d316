"""What the Train page asks for, as a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer.testing

from explorer import configurations
from explorer.cli import app as command
from explorer.train_fields import SECTIONS
from explorer.train_settings import (
    MODEL_TITLES,
    TrainSettings,
    families_for_data,
    suggested_name,
    taken_names,
)
from vae_core.models import MODELS, families


def settings(**changes: Any) -> TrainSettings:
    values: dict[str, Any] = {"name": "a", "model": "dense", "latent_dim": 2, "epochs": 1}
    return TrainSettings(**values | {"dataset": "digits"} | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"name": ".hidden"}, "begins with a letter or digit"),
        ({"name": "a/b"}, "does not"),
        ({"name": ""}, "does not"),
        ({"name": "x" * 81}, "up to 80"),
        ({"name": "taken"}, "already a run called taken"),
        ({"dataset": None, "text": ""}, "Bring a file"),
        ({"dataset": None, "text": "absent.txt"}, "no file absent.txt"),
        ({"folder": "absent"}, "no folder absent"),
        ({"folder": ""}, None),
    ],
)
def test_problems_are_said_before_the_start(
    tmp_path: Path, changes: dict[str, Any], said: str | None
) -> None:
    (tmp_path / "taken").mkdir()
    problem = settings(**changes).problem(tmp_path)
    assert (problem is None) if said is None else (problem is not None and said in problem)


def test_every_flag_is_one_that_the_command_knows(tmp_path: Path) -> None:
    more = {field.name: 1 for _, fields in SECTIONS for field in fields}
    everything = settings(
        folder="f", text="t", text_column="a", label_column="b", size="small", more=more
    )
    flags = {word for word in everything.arguments(tmp_path) if word.startswith("--")}
    assert len(flags) == 11 + len(more) - 1  # the seed is among them twice
    known = typer.testing.CliRunner().invoke(command, ["train", "--help"], env={"COLUMNS": "300"})
    assert [flag for flag in sorted(flags) if flag not in known.output] == []


def test_families_fit_the_data() -> None:
    assert families_for_data("images") == families("images")
    assert families_for_data("sentences") == [*families("sentences"), *families("documents")]
    assert set(MODEL_TITLES) == set(MODELS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"model": "gru", "more": {"prior": "mixture"}}, None),
        (
            {"model": "gru", "more": {"prior": "mixture", "free_bits": 0.5}},
            "free_bits must be 0 with the mixture",
        ),
        ({"model": "gru", "more": {"target_kl": 21.0}}, "target_kl must be between 0 and 20"),
        ({"model": "gru", "more": {"objective": "iwae", "samples": 5}}, None),
        ({"model": "gru", "more": {"objective": "iwae"}}, "samples must be 2 or more"),
        ({"more": {"objective": "tcvae", "batch_size": 1}}, "batch_size must be 2 or more"),
        ({"more": {"binarisation": "static", "augment_shift": 2}}, "augment_shift must be 0"),
        ({"model": "gru", "more": {"kl_schedule": "constant"}}, None),
        ({"model": "gru", "more": {"kl_schedule": "autoencoder-first"}}, None),
        ({"model": "bag-of-words", "latent_dim": 1, "more": {"style": "prodlda"}}, "latent_dim"),
        ({"model": "gru", "more": {"binarisation": "static"}}, "has no --binarisation"),
        ({"model": "gru", "size": "huge"}, "size must be one of"),
    ],
)
def test_what_cannot_go_together_is_one_sentence(changes: dict[str, Any], said: str | None) -> None:
    problem = configurations.problem(settings(**changes))
    assert (problem is None) if said is None else (problem is not None and said in problem)


def test_names_are_suggested_that_are_free() -> None:
    assert suggested_name("/x/My Reviews!.csv.gz", "gru", 16, ()) == "My-Reviews-gru-16d"
    taken = {"digits-dense-2d", "digits-dense-2d-2"}
    assert suggested_name("digits", "dense", 2, taken) == "digits-dense-2d-3"
    assert suggested_name("…", "gru", 2, ()) == "run-gru-2d"


def test_names_are_taken_by_folders(tmp_path: Path) -> None:
    assert taken_names(tmp_path / "absent") == set()
    (tmp_path / "a").mkdir()
    assert taken_names(tmp_path) == {"a"}
