"""config.json: what a run is, checked before anything else of it is read; nothing of torch."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae_core.config import ConfigError, ModelConfig
from vae_core.data.dataset import Modality
from vae_core.errors import reason
from vae_core.files import write_whole
from vae_core.run_items import RunError

FORMAT = "latentscape-run"
VERSION = 1
CONFIG, WEIGHTS = "config.json", "model.safetensors"
TOKENIZER, LANGUAGE_MODEL = "tokenizer.json", "language_model.safetensors"
LANGUAGE_MODEL_METRICS = "language_model.jsonl"
STATE = Path("state") / "training.safetensors"
METRICS, ITEMS = "metrics.jsonl", "items.parquet"
_MAX_JSON_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class RunSummary:
    """What a run's config.json says; nothing here needs the weights."""

    path: Path
    name: str
    modality: Modality
    family: str
    latent_dim: int
    items: int
    dataset: str
    created: str
    elbo: float | None
    finished: bool
    content_hash: str
    command: str
    collapsed: bool


def has_state(folder: Path) -> bool:
    """Whether training can go on in this folder from a saved step."""
    return (folder / STATE).is_file()


def write_config(folder: Path, config: dict[str, Any]) -> None:
    """Write config.json, marked with this format and version."""
    content = {"format": FORMAT, "version": VERSION, **config}
    write_whole(folder / CONFIG, (json.dumps(content, indent=2) + "\n").encode())


def read_config(path: Path) -> dict[str, Any]:
    """The checked content of a run's config.json. Raises RunError."""
    file = path / CONFIG
    try:
        if not file.is_file():
            raise RunError(
                f"{path} is not a Latentscape run: it has no {CONFIG}; give a folder that "
                "`latentscape train` made."
            )
        if file.stat().st_size > _MAX_JSON_BYTES:
            raise RunError(f"{file} is too large to be a run's; the folder is damaged.")
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"{file} cannot be read ({reason(error)}); the run is damaged.") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        raise RunError(f"{path} is not a Latentscape run: {CONFIG} is of another program.")
    if config.get("version") != VERSION:
        raise RunError(
            f"{path} is a run of format version {config.get('version')!r}, but this Latentscape "
            f"reads version {VERSION}; open it with the version that made it."
        )
    return config


def read_summary(path: str | Path) -> RunSummary:
    """What a run is, read from config.json alone. Raises RunError where that is not one."""
    path = Path(path)
    return parse_summary(path, read_config(path))[0]


def parse_summary(path: Path, config: dict[str, Any]) -> tuple[RunSummary, ModelConfig]:
    """The summary and the model settings of a config that ``read_config`` gave."""
    from vae_core.models import model_config_from_json

    try:
        model = model_config_from_json(config["model"])
        result = config.get("result") or {}
        elbo = result.get("elbo")
        summary = RunSummary(
            path=path,
            name=str(config.get("name") or path.name),
            modality=_modality(config["modality"]),
            family=model.family,
            latent_dim=model.latent_dim,
            items=int(config["items"]),
            dataset=str(config["dataset"]["name"]),
            created=str(config["created"]),
            elbo=float(elbo) if elbo is not None and math.isfinite(float(elbo)) else None,
            finished=bool(result) and (path / WEIGHTS).is_file(),
            content_hash=str(result.get("weights_sha256", "")),
            command=str(config.get("command", "")),
            collapsed=bool(result.get("collapsed", False)),
        )
    except ConfigError as error:
        raise RunError(f"{path / CONFIG} has a setting that cannot be: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RunError(
            f"{path / CONFIG} is incomplete ({type(error).__name__}: {reason(error)}); the run is "
            "damaged."
        ) from error
    return summary, model


def _modality(value: Any) -> Modality:
    if value == "images":
        return "images"
    if value == "sentences":
        return "sentences"
    if value == "documents":
        return "documents"
    raise ValueError(f"modality {value!r} is not known")
