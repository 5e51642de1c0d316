"""Recommended settings."""

from __future__ import annotations

import pytest

from vae_core.config import TrainConfig
from vae_core.data.dataset import Modality
from vae_core.presets import recommended


@pytest.mark.parametrize("modality", ["images", "sentences", "documents"])
@pytest.mark.parametrize("items", [3, 4999, 5000, 1_000_000])
@pytest.mark.parametrize("epochs", [1, 2, 20, 500])
def test_recommended_settings_are_sound(modality: Modality, items: int, epochs: int) -> None:
    config = recommended(modality, items, epochs)
    assert TrainConfig.from_json(config.to_json()) == config
    assert config.epochs == epochs
    # Some epochs must follow the warm-up, since only those compete for the best weights.
    assert config.objective.warmup_epochs < epochs
    assert config.batch_size < 5000


def test_sentences_get_what_keeps_them_from_collapsing() -> None:
    objective = recommended("sentences", 100_000).objective
    assert objective.warmup_epochs > 0
    assert objective.free_bits > 0
    assert recommended("images", 100_000).objective.free_bits == 0
