"""Model families: one file each, one registry line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from vae_core.config import ModelConfig
from vae_core.data.dataset import Modality
from vae_core.data.tokenizer import Tokenizer
from vae_core.families import SIZES, modality_of, sized
from vae_core.models.bag_of_words import BagOfWordsConfig, BagOfWordsVAE
from vae_core.models.base import VAE, Items, Posterior
from vae_core.models.conv import ConvConfig, ConvVAE
from vae_core.models.dense import DenseConfig, DenseVAE
from vae_core.models.image import ImageConfig, ImageVAE
from vae_core.models.recurrent import GruConfig, GruVAE, LstmConfig, LstmVAE
from vae_core.models.sentence import SentenceConfig, SentenceVAE
from vae_core.models.transformer import TransformerConfig, TransformerVAE

__all__ = [
    "MODELS",
    "SIZES",
    "VAE",
    "BagOfWordsConfig",
    "BagOfWordsVAE",
    "ConvConfig",
    "ConvVAE",
    "DenseConfig",
    "DenseVAE",
    "GruConfig",
    "GruVAE",
    "ImageConfig",
    "ImageVAE",
    "Items",
    "LstmConfig",
    "LstmVAE",
    "Posterior",
    "SentenceConfig",
    "SentenceVAE",
    "TransformerConfig",
    "TransformerVAE",
    "build_model",
    "families",
    "model_class",
    "model_config_from_json",
    "sized",
]

_FAMILIES: tuple[type[VAE], ...] = (
    DenseVAE,
    ConvVAE,
    GruVAE,
    LstmVAE,
    TransformerVAE,
    BagOfWordsVAE,
)
MODELS: dict[str, type[VAE]] = {model.config_class.family: model for model in _FAMILIES}


def families(modality: Modality) -> list[str]:
    """Names of the model families for ``modality``."""
    return [name for name, model in MODELS.items() if model.modality == modality]


def model_class(family: Any) -> type[VAE]:
    """The model family of that name. Raises ConfigError for an unknown one."""
    modality_of(family)
    return MODELS[family]


def build_model(config: ModelConfig, tokenizer: Tokenizer | None = None, *, seed: int = 0) -> VAE:
    """A new model with seeded weights. Sentence models need the tokenizer they are made for."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return model_class(config.family).from_config(config, tokenizer)


def model_config_from_json(values: Mapping[str, Any]) -> ModelConfig:
    """The configuration that ``ModelConfig.to_json`` wrote, of whichever family it names."""
    settings = dict(values)
    return model_class(settings.pop("family", None)).config_class.from_json(settings)
