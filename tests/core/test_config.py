"""Settings: checked on construction, the same after JSON, strangers refused."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from tests.core.support import one_sentence
from vae_core.config import (
    MAX_LATENT_DIM,
    ConfigError,
    ModelConfig,
    ObjectiveConfig,
    TrainConfig,
)
from vae_core.models import DenseConfig, GruConfig, model_config_from_json

Make = Callable[..., Any]


def through_json(values: dict[str, Any]) -> Any:
    return json.loads(json.dumps(values))


@pytest.mark.parametrize(
    "config",
    [
        DenseConfig(),
        DenseConfig(latent_dim=5, image_height=28, image_width=20, hidden=64),
        GruConfig(),
        GruConfig(3, 50, 7, 8, 9, dropout=0.0, word_dropout=1.0, max_tokens=5),
    ],
)
def test_a_model_config_is_the_same_after_json(config: ModelConfig) -> None:
    again = model_config_from_json(through_json(config.to_json()))
    assert again == config
    assert type(again) is type(config)


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(),
        TrainConfig(
            epochs=3,
            batch_size=7,
            learning_rate=0.5,
            seed=2**63 - 1,
            device="cpu",
            gradient_clip=1.5,
            schedule="cosine",
            precision="bfloat16",
            objective=ObjectiveConfig(beta=4.0, warmup_epochs=2.5, free_bits=0.25),
        ),
    ],
)
def test_a_train_config_is_the_same_after_json(config: TrainConfig) -> None:
    again = TrainConfig.from_json(through_json(config.to_json()))
    assert again == config
    assert isinstance(again.objective, ObjectiveConfig)


@pytest.mark.parametrize(
    ("read", "values", "key"),
    [
        (TrainConfig.from_json, {"epoch": 3}, "epoch"),
        (TrainConfig.from_json, {"objective": {"Beta": 1.0}}, "Beta"),
        (ObjectiveConfig.from_json, {"kl_weight": 1.0}, "kl_weight"),
        (model_config_from_json, {"family": "dense", "width": 3}, "width"),
        (model_config_from_json, {"family": "gru", "image_height": 3}, "image_height"),
    ],
)
def test_an_unknown_setting_is_refused_by_name(read: Make, values: Any, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(values)
    assert f"does not know the setting {key!r}" in one_sentence(caught.value)


@pytest.mark.parametrize("family", ["diffusion", None, ""])
def test_an_unknown_family_is_refused(family: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        model_config_from_json({"family": family, "latent_dim": 2})
    assert "choose one of dense, conv, gru" in one_sentence(caught.value)


@pytest.mark.parametrize(
    ("make", "key", "value"),
    [
        *((DenseConfig, "latent_dim", v) for v in (0, -1, MAX_LATENT_DIM + 1, 2.0, "2", True)),
        *((DenseConfig, "latent_dim", v) for v in (None, math.nan, [2])),
        (GruConfig, "latent_dim", 0),
        (DenseConfig, "hidden", 0),
        (DenseConfig, "hidden", 10**9),
        (DenseConfig, "image_height", 0),
        (DenseConfig, "image_width", 5000),
        (GruConfig, "vocabulary_size", 3),
        (GruConfig, "dropout", math.nan),
        (GruConfig, "dropout", 1.0),
        (GruConfig, "word_dropout", -0.1),
        (GruConfig, "max_tokens", 0),
        (GruConfig, "embedding", True),
        (TrainConfig, "epochs", 0),
        (TrainConfig, "epochs", 1.5),
        (TrainConfig, "epochs", True),
        (TrainConfig, "batch_size", 0),
        (TrainConfig, "learning_rate", 0),
        (TrainConfig, "learning_rate", math.nan),
        (TrainConfig, "learning_rate", math.inf),
        (TrainConfig, "learning_rate", "0.1"),
        (TrainConfig, "learning_rate", True),
        (TrainConfig, "seed", -1),
        (TrainConfig, "gradient_clip", 0),
        (TrainConfig, "schedule", "linear"),
        (TrainConfig, "precision", "float16"),
        (TrainConfig, "device", "tpu"),
        (TrainConfig, "device", None),
        (TrainConfig, "objective", None),
        (TrainConfig, "objective", 1.0),
        (ObjectiveConfig, "beta", math.nan),
        (ObjectiveConfig, "beta", -1),
        (ObjectiveConfig, "beta", False),
        (ObjectiveConfig, "warmup_epochs", -0.5),
        (ObjectiveConfig, "free_bits", math.inf),
    ],
)
def test_an_impossible_value_is_refused_by_key_and_value(make: Make, key: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        make(**{key: value})
    message = one_sentence(caught.value)
    assert message.startswith(f"{key} must be")
    assert repr(value) in message


def test_configs_cannot_be_changed_after_their_check() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DenseConfig().latent_dim = 0  # type: ignore[misc]


def test_replacing_a_field_checks_again() -> None:
    with pytest.raises(ConfigError):
        dataclasses.replace(DenseConfig(), latent_dim=0)


@pytest.mark.parametrize(
    ("warmup", "epoch", "expected"),
    [(0.0, 0.0, 4.0), (2.0, 0.0, 0.0), (2.0, 0.5, 1.0), (2.0, 2.0, 4.0), (2.0, 50.0, 4.0)],
)
def test_beta_rises_linearly_and_stays(warmup: float, epoch: float, expected: float) -> None:
    objective = ObjectiveConfig(beta=4.0, warmup_epochs=warmup)
    assert objective.beta_at(epoch) == pytest.approx(expected)
