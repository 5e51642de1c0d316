"""Latentscape's trainer of variational autoencoders: data, models, training, runs, latent space.

Public names are resolved on first use, so that ``import vae_core`` does not import torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "ConfigError": "config",
    "ModelConfig": "config",
    "ObjectiveConfig": "config",
    "TrainConfig": "config",
    "DATASETS": "data.registry",
    "DataError": "data.dataset",
    "Dataset": "data.dataset",
    "Splits": "data.dataset",
    "load_dataset": "data.registry",
    "TextOptions": "data.text_options",
    "look": "data.look",
    "read_corpus": "data.corpus",
    "read_hub": "data.hub",
    "read_pictures": "data.pictures",
    "MODELS": "models",
    "VAE": "models",
    "Posterior": "models",
    "build_model": "models",
    "TrainProgress": "training",
    "TrainingError": "training",
    "train": "training",
    "Run": "checkpoint",
    "RunError": "checkpoint",
    "RunSummary": "checkpoint",
    "load_run": "checkpoint",
    "read_summary": "checkpoint",
    "encode_dataset": "runs",
    "resume_run": "run_training",
    "train_run": "run_training",
    "evaluate": "evaluation",
    "LatentTransformer": "latent_transformer",
    "load": "latent_transformer",
    "FORMATS": "export",
    "ExportError": "export",
    "RunImportError": "export",
    "export_run": "export",
    "import_run": "export",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  (a sorted list of literal names)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'vae_core' has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
