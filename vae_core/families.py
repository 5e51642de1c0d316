"""The families of models by name: what they are for, and what is pre-set for each of their sizes.

Nothing here needs torch, so that what cannot be is refused at once; a test holds it to the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vae_core.config import ConfigError
from vae_core.data.dataset import Modality

MODALITIES: Mapping[str, Modality] = {
    "dense": "images",
    "conv": "images",
    "gru": "sentences",
    "lstm": "sentences",
    "transformer": "sentences",
    "bag-of-words": "documents",
}
# At 10,000 words "small" has 1 to 2 million parameters, "base" 5 to 10 million.
SIZES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "dense": {
        # Burda et al. 2016.
        "burda": {"latent_dim": 50, "hidden": 200, "layers": 2, "activation": "tanh"},
    },
    "conv": {
        "small": {"width": 32, "depth": 1, "hidden": 256},
        "base": {"width": 64, "depth": 2, "hidden": 512},
    },
    "gru": {
        "small": {"embedding": 128, "encoder_hidden": 128, "decoder_hidden": 256},
        "base": {"embedding": 256, "encoder_hidden": 256, "decoder_hidden": 768},
    },
    "lstm": {
        "small": {"embedding": 128, "encoder_hidden": 96, "decoder_hidden": 224},
        "base": {"embedding": 256, "encoder_hidden": 256, "decoder_hidden": 640},
    },
    "transformer": {
        "small": {"embedding": 128, "encoder_layers": 1, "decoder_layers": 2, "heads": 4},
        "base": {"embedding": 256, "encoder_layers": 2, "decoder_layers": 4, "heads": 4},
    },
}


def modality_of(family: Any) -> Modality:
    """What models of that family are for. Raises ConfigError for an unknown one."""
    if family not in MODALITIES:
        raise ConfigError(f"There is no model {family!r}; choose one of {', '.join(MODALITIES)}.")
    return MODALITIES[family]


def data_modality(modality: Modality) -> Modality:
    """What a data set for a model of ``modality`` holds: documents are made of texts."""
    return "images" if modality == "images" else "sentences"


def sized(family: str, size: str) -> dict[str, Any]:
    """The settings of that size of ``family``, for its configuration.

    Raises ConfigError for a size that the family does not have.
    """
    known = SIZES.get(family, {})
    if not known:
        raise ConfigError(f"size cannot be chosen for the model {family!r}, but is {size!r}.")
    if size not in known:
        raise ConfigError(
            f"size must be one of {', '.join(known)} for the model {family}, but is {size!r}."
        )
    return dict(known[size])
