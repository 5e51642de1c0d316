"""The table of settings says all that the configurations have, without torch."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

from explorer.settings import MODEL, OBJECTIVE, TRAINING, Setting
from vae_core.config import ObjectiveConfig, TrainConfig
from vae_core.models import MODELS

# Taken from the data, or an option of its own.
FROM_DATA = {
    "vocabulary_size", "image_height", "image_width", "image_channels", "embedding_width",
}  # fmt: skip


def kinds(config: type) -> dict[str, type]:
    return {
        field.name: type(field.default)
        for field in dataclasses.fields(config)
        if field.default is not dataclasses.MISSING
    }


def test_every_setting_of_every_model_is_offered_for_the_models_that_have_it() -> None:
    found: dict[str, dict[str, type]] = {}
    for family, model in MODELS.items():
        for name, kind in kinds(model.config_class).items():
            if name not in FROM_DATA:
                found.setdefault(name, {})[family] = kind
    table = {setting.name: setting for setting in MODEL}
    assert set(table) == set(found)
    for name, families in found.items():
        assert set(table[name].families or MODELS) == set(families), name
        assert {table[name].kind} == set(families.values()), name


def test_every_setting_of_training_is_offered() -> None:
    expected = {k: v for k, v in kinds(TrainConfig).items() if k != "epochs"}
    assert {setting.name: setting.kind for setting in TRAINING} == expected
    assert {setting.name: setting.kind for setting in OBJECTIVE} == kinds(ObjectiveConfig)


def test_options_have_names_of_their_own_and_plain_words() -> None:
    settings: tuple[Setting, ...] = (*MODEL, *TRAINING, *OBJECTIVE)
    assert len({setting.option for setting in settings}) == len(settings)
    for setting in settings:
        assert setting.help.endswith("."), setting.name
        assert len(setting.help) <= 70, setting.name


def test_help_answers_without_torch() -> None:
    program = (
        "import sys; from explorer.cli import app; import explorer.settings;"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
