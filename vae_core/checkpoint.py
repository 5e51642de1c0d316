"""Run folders: the only place that writes and reads models. Plain files, never pickle."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors.torch
import torch
from safetensors import SafetensorError

from vae_core.config import ConfigError, ModelConfig
from vae_core.data.dataset import DataError, Dataset, Modality
from vae_core.data.text_column import take
from vae_core.data.tokenizer import Tokenizer
from vae_core.errors import reason
from vae_core.files import write_whole
from vae_core.models import VAE, Items, build_model
from vae_core.run_arrays import (
    IMAGES,
    LATENTS,
    Latents,
    read_images,
    read_latents,
    write_array,
    write_latent_parts,
    write_latents,
)
from vae_core.run_config import (
    CONFIG,
    ITEMS,
    LANGUAGE_MODEL,
    LANGUAGE_MODEL_METRICS,
    METRICS,
    STATE,
    TOKENIZER,
    WEIGHTS,
    RunSummary,
    has_state,
    parse_summary,
    read_config,
    read_summary,
    write_config,
)
from vae_core.run_items import ItemTable, RunError, read_items, write_items
from vae_core.training_state import StateError, TrainingState

__all__ = [
    "CONFIG",
    "IMAGES",
    "ITEMS",
    "LANGUAGE_MODEL",
    "LANGUAGE_MODEL_METRICS",
    "LATENTS",
    "METRICS",
    "STATE",
    "TOKENIZER",
    "Latents",
    "Run",
    "RunError",
    "RunSummary",
    "TrainingState",
    "has_state",
    "load_language_model",
    "load_run",
    "parse_summary",
    "read_config",
    "read_state",
    "read_summary",
    "read_tokenizer",
    "remove_state",
    "write_config",
    "write_dataset",
    "write_language_model",
    "write_latent_parts",
    "write_latents",
    "write_model",
    "write_state",
    "write_tokenizer",
]


@dataclass(frozen=True)
class Run:
    """A finished run, opened: its model in eval mode, its latents and its items."""

    path: Path
    summary: RunSummary
    config: dict[str, Any]
    model: VAE
    latents: Latents
    table: ItemTable
    images: npt.NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.latents.mean)

    @property
    def modality(self) -> Modality:
        return self.summary.modality

    @property
    def latent_dim(self) -> int:
        return self.summary.latent_dim

    @property
    def content_hash(self) -> str:
        return self.summary.content_hash

    @property
    def labels(self) -> Sequence[str] | None:
        return self.table.labels

    @property
    def metadata(self) -> Mapping[str, Sequence[str]]:
        return self.table.metadata

    @property
    def split(self) -> Sequence[str]:
        return self.table.split

    @property
    def items_are_decoded(self) -> bool:
        """Whether ``items`` are the model's own decodes, since the folder holds no originals."""
        return self.images is None and (self.table.texts is None or self.table.texts_are_decoded)

    def items(self, indices: npt.NDArray[np.int64]) -> Items:
        """The items at ``indices``: originals where the folder has them, else decodes of μ."""
        if self.images is not None:
            return self.images[indices].astype(np.float32) / np.float32(255)
        if self.table.texts is not None:
            return take(self.table.texts, indices)
        return self.model.decode(torch.from_numpy(self.latents.mean[indices]))

    def active_order(self) -> npt.NDArray[np.int64]:
        """Dimensions, the one whose μ varies most over the items first."""
        return np.argsort(-self.latents.mean.var(axis=0), kind="stable").astype(np.int64)

    @cached_property
    def tokenizer(self) -> Tokenizer | None:
        found = getattr(self.model, "tokenizer", None)
        return found if isinstance(found, Tokenizer) else None


def write_model(folder: Path, model: VAE, dtype: torch.dtype = torch.float32) -> str:
    """Write weights (and tokenizer) of ``model``; returns the weights' SHA-256."""
    write_tokenizer(folder, model)
    return _write_weights(folder / WEIGHTS, model, dtype)


def write_language_model(folder: Path, model: VAE) -> str:
    """Write the decoder that was trained without z; returns the SHA-256 of its weights."""
    return _write_weights(folder / LANGUAGE_MODEL, model, torch.float32)


def write_tokenizer(folder: Path, model: VAE) -> None:
    """Write the tokenizer of ``model``, if it has one."""
    tokenizer = getattr(model, "tokenizer", None)
    if isinstance(tokenizer, Tokenizer):
        write_whole(folder / TOKENIZER, tokenizer.to_json().encode())


def _write_weights(path: Path, model: VAE, dtype: torch.dtype) -> str:
    state = {
        name: value.detach().to("cpu", dtype if value.is_floating_point() else None).contiguous()
        for name, value in model.state_dict().items()
    }
    content = safetensors.torch.save(state)
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def write_state(folder: Path, state: TrainingState) -> None:
    """Write what training needs to go on from here."""
    (folder / STATE).parent.mkdir(exist_ok=True)
    write_whole(folder / STATE, state.to_bytes())


def read_state(folder: Path) -> TrainingState | None:
    """What ``write_state`` wrote; None where nothing was. Raises RunError where it is damaged."""
    try:
        content = (folder / STATE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunError(f"{folder / STATE} cannot be read ({reason(error)}).") from error
    try:
        return TrainingState.from_bytes(content)
    except StateError as error:
        raise RunError(f"{folder / STATE} cannot be used: {reason(error)}.") from error


def remove_state(folder: Path) -> None:
    """Forget how to go on: training is done."""
    shutil.rmtree((folder / STATE).parent, ignore_errors=True)


def write_dataset(folder: Path, dataset: Dataset, split: Sequence[str]) -> None:
    """Write the items with labels and metadata, in their order; pictures as images.npy."""
    table = ItemTable(len(dataset), dataset.texts, dataset.labels, dataset.metadata, split)
    write_items(folder / ITEMS, table)
    if dataset.images is not None:
        write_array(folder / IMAGES, dataset.images)


def load_run(path: str | Path, device: str | torch.device = "cpu") -> Run:
    """Open a finished run, checking version, sizes, shapes and content. Raises RunError."""
    path = Path(path)
    config = read_config(path)
    summary, model_config = parse_summary(path, config)
    if not summary.finished:
        raise RunError(f"{path} has no trained model yet: its training did not finish.")
    if not (path / WEIGHTS).is_file():
        raise RunError(f"{path} has lost its {WEIGHTS}; copy the run again.")
    model = _read_model(path, WEIGHTS, model_config, summary.content_hash).to(device).eval()
    if model.modality != summary.modality:
        raise RunError(f"{path} says {summary.modality} but holds a model of {model.modality}.")
    latents = read_latents(path / LATENTS, summary.items, summary.latent_dim)
    table = read_items(path / ITEMS, summary.items)
    if summary.modality != "images" and table.texts is None:
        raise RunError(f"{path / ITEMS} has no texts; the run is damaged.")
    images = read_images(path / IMAGES, model_config, summary.items)
    return Run(path, summary, config, model, latents, table, images)


def load_language_model(path: str | Path, device: str | torch.device = "cpu") -> VAE | None:
    """The decoder that a run trained without z to compare with; None where it has none."""
    path = Path(path)
    config = read_config(path)
    model = parse_summary(path, config)[1]
    expected = (config.get("result") or {}).get("language_model_sha256")
    if expected is None or not (path / LANGUAGE_MODEL).is_file():
        return None
    return _read_model(path, LANGUAGE_MODEL, model, str(expected)).to(device).eval()


def read_tokenizer(path: Path) -> Tokenizer | None:
    """The tokenizer of a run; None for pictures. Raises RunError where it is damaged."""
    try:
        if not (path / TOKENIZER).is_file():
            return None
        return Tokenizer.from_json((path / TOKENIZER).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, DataError) as error:
        raise RunError(
            f"{path / TOKENIZER} cannot be used ({reason(error)}); copy the run again."
        ) from error


def _read_model(path: Path, file: str, config: ModelConfig, expected_hash: str) -> VAE:
    try:
        content = (path / file).read_bytes()
        tokenizer = read_tokenizer(path)
        if hashlib.sha256(content).hexdigest() != expected_hash:
            raise RunError(
                f"{path / file} is not the file that training wrote (its SHA-256 differs from "
                f"{CONFIG}); copy the run again."
            )
        state = safetensors.torch.load(content)
        # On "meta" the model takes no memory, so a tampered size is refused before it costs any.
        with torch.device("meta"):
            model = build_model(config, tokenizer)
    except (OSError, SafetensorError, ConfigError) as error:
        raise RunError(f"The model in {path} cannot be read: {reason(error)}.") from error
    for name, wanted in model.state_dict().items():
        _check_weights(path / file, name, state.get(name), wanted)
    fitting = {
        name: value.float() if value.is_floating_point() else value
        for name, value in state.items()
        if name in model.state_dict()
    }
    model.load_state_dict(fitting, assign=True)
    return model.requires_grad_(False)


def _check_weights(file: Path, name: str, found: torch.Tensor | None, wanted: torch.Tensor) -> None:
    floating = wanted.is_floating_point()
    fits = found is not None and found.shape == wanted.shape
    if found is None or not fits or found.is_floating_point() != floating:
        shape = "nothing" if found is None else f"{found.dtype} {tuple(found.shape)}"
        raise RunError(
            f"{file} has {shape} for {name}, but {CONFIG} needs {tuple(wanted.shape)}; the run is "
            "damaged."
        )
    if floating and not bool(torch.isfinite(found.float()).all()):
        raise RunError(f"{file} has values in {name} that are not numbers.")
