"""Sentence embeddings of documents, from a model folder in the sentence-transformers format."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from vae_core.data.dataset import DataError
from vae_core.data.text_column import blocks
from vae_core.errors import reason

_BATCH = 64
_MODULES = "modules.json"
_PACKAGE = "sentence_transformers."
_INSTALL = (
    "Sentence embeddings need the package sentence-transformers, which is not installed; run "
    'pip install "latentscape[embeddings]".'
)


def embed_texts(
    texts: Sequence[str], folder: str | Path, device: torch.device
) -> npt.NDArray[np.float32]:
    """The embedding of each text, in order, scaled to length 1: (texts, width).

    ``folder`` is a local model in the sentence-transformers format (modules.json names its parts).
    Nothing is downloaded, and no code or pickle of the folder is run. Raises DataError where the
    package is missing or the folder is not such a model.
    """
    folder = Path(folder).expanduser()
    _check_folder(folder)
    try:
        package: Any = importlib.import_module("sentence_transformers")
    except ImportError as error:
        raise DataError(_INSTALL) from error
    try:
        model = package.SentenceTransformer(
            str(folder),
            device=str(device),
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        # Block by block: millions of texts are not in memory at once.
        parts = [
            model.encode(
                list(block),
                batch_size=_BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            for block in blocks(texts)
        ]
    except Exception as error:  # every part of a foreign folder fails in its own way
        raise DataError(
            f"The sentence-embedding model in {folder} cannot be used "
            f"({type(error).__name__}: {reason(error)}); download it again."
        ) from error
    found = np.concatenate([np.asarray(part, dtype=np.float32) for part in parts])
    return _checked(found.reshape(len(texts), -1), folder)


def _checked(found: npt.NDArray[np.float32], folder: Path) -> npt.NDArray[np.float32]:
    if not np.isfinite(found).all():
        raise DataError(
            f"The sentence-embedding model in {folder} gives values that are no numbers; choose "
            "another model."
        )
    return found


def _check_folder(folder: Path) -> None:
    """Refuse what is not of the format, names foreign code, or has its weights as a pickle only."""
    file = folder / _MODULES
    try:
        modules = json.loads(file.read_text(encoding="utf-8"))
        parts = [(str(module["type"]), str(module["path"])) for module in modules]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(
            f"{folder} is not a model in the sentence-transformers format: {_MODULES} cannot be "
            f"read ({reason(error)}); give the folder that SentenceTransformer.save made."
        ) from error
    for kind, path in parts:
        if not kind.startswith(_PACKAGE):
            raise DataError(
                f"The model in {folder} has a part of its own code, {kind!r}, which is not run; "
                "choose a model of sentence-transformers parts alone."
            )
        place = folder / path
        if any(place.glob("*.bin")) and not any(place.glob("*.safetensors")):
            raise DataError(
                f"The model in {folder} has its weights as a pickle (.bin), which is not opened; "
                "choose a model with .safetensors files."
            )
