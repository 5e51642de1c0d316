"""Settings that cannot go together are refused, naming the field and what would be right."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.core.support import one_sentence
from vae_core.compatibility import check_run, check_training
from vae_core.config import ConfigError, ModelConfig, ObjectiveConfig, TrainConfig
from vae_core.data.dataset import Modality
from vae_core.models import DenseConfig, GruConfig


@pytest.mark.parametrize(
    ("model", "modality", "training", "field"),
    [
        (DenseConfig(), "images", {"objective": {"target_kl": 20.5}}, "target_kl"),
        (DenseConfig(prior="vamp"), "images", {"objective": {"free_bits": 0.5}}, "free_bits"),
        (DenseConfig(), "images", {"batch_size": 1, "objective": {"kind": "mmd"}}, "batch_size"),
        (DenseConfig(), "images", {"batch_size": 1, "objective": {"kind": "tcvae"}}, "batch_size"),
        (DenseConfig(binarisation="static"), "images", {"augment_shift": 2}, "augment_shift"),
        (DenseConfig(), "images", {"objective": {"kind": "language-model"}}, "kind"),
        (
            DenseConfig(image_height=8, image_width=6),
            "images",
            {"augment_shift": 6},
            "augment_shift",
        ),
        (GruConfig(), "sentences", {"augment_rotation": 5.0}, "augment_rotation"),
        (
            GruConfig(),
            "sentences",
            {"aggressive_epochs": 1, "objective": {"kind": "language-model"}},
            "aggressive_epochs",
        ),
    ],
)
def test_what_cannot_go_together_is_refused(
    model: ModelConfig, modality: Modality, training: dict[str, Any], field: str
) -> None:
    objective = ObjectiveConfig(**training.pop("objective", {}))
    config = TrainConfig(**training, objective=objective)
    with pytest.raises(ConfigError) as caught:
        check_training(model, config, modality)
    assert one_sentence(caught.value).startswith(f"{field} must be ")


def test_a_run_is_not_to_end_before_its_warm_up() -> None:
    warm = ObjectiveConfig(warmup_epochs=3.5)
    check_run(TrainConfig(epochs=4, objective=warm))
    check_run(TrainConfig(epochs=3, objective=dataclasses.replace(warm, kl_schedule="cyclical")))
    with pytest.raises(ConfigError) as caught:
        check_run(TrainConfig(epochs=3, objective=warm))
    assert one_sentence(caught.value).startswith("warmup_epochs must be ")


def test_the_target_may_be_all_that_the_dimensions_allow() -> None:
    config = TrainConfig(objective=ObjectiveConfig(target_kl=20.0))
    check_training(DenseConfig(latent_dim=2), config, "images")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"kind": "iwae"}, "samples"),
        ({"kind": "iwae", "samples": 5, "beta": 2.0}, "beta"),
        ({"kind": "tcvae", "free_bits": 0.1}, "free_bits"),
        ({"target_kl": 3.0, "free_bits": 0.1}, "target_kl"),
        ({"target_kl": 3.0, "kind": "mmd"}, "target_kl"),
        ({"kl_schedule": "constant", "warmup_epochs": 2}, "warmup_epochs"),
        ({"kl_schedule": "autoencoder-first"}, "autoencoder_epochs"),
        ({"autoencoder_epochs": 2}, "autoencoder_epochs"),
        ({"kind": "wake-sleep"}, "kind"),
        ({"kl_schedule": "up and down"}, "kl_schedule"),
        ({"samples": 0}, "samples"),
        ({"free_bits": 10.5}, "free_bits"),
        ({"cycles": 0}, "cycles"),
    ],
)
def test_an_impossible_objective_fails_at_construction(
    settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        ObjectiveConfig(**settings)
    assert one_sentence(caught.value).startswith(f"{field} ")


def test_beta_follows_its_schedule() -> None:
    def betas(epochs: float, *at: float, **settings: Any) -> list[float]:
        config = ObjectiveConfig(beta=2.0, **settings)
        return [config.beta_at(epoch, epochs) for epoch in at]

    assert betas(8, 0, 1, 2, 3, warmup_epochs=2.0) == [0, 1, 2, 2]
    assert betas(8, 0, 5, kl_schedule="constant") == [2, 2]
    first = {"kl_schedule": "autoencoder-first", "autoencoder_epochs": 2, "warmup_epochs": 4}
    assert betas(8, 0, 1.9, 2, 4, 6, 7, **first) == [0, 0, 0, 1, 2, 2]
    # Two cycles of four epochs: each rises over two and stays for two.
    cyclical = betas(8, 0, 1, 2, 3, 3.9, 4, 5, 6, 7, kl_schedule="cyclical", cycles=2)
    assert cyclical == [0, 1, 2, 2, 2, 0, 1, 2, 2]
