"""The table of families, which knows nothing of torch, says what the models are."""

from __future__ import annotations

from vae_core.families import MODALITIES, SIZES
from vae_core.models import MODELS


def test_the_table_is_that_of_the_models() -> None:
    assert list(MODALITIES) == list(MODELS)
    assert {name: model.modality for name, model in MODELS.items()} == dict(MODALITIES)
    assert SIZES.keys() <= MODELS.keys()
