"""Two finished runs, trained once, and copies of them to break."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.core.support import pictures, sentences
from vae_core.config import TrainConfig
from vae_core.models import DenseConfig, GruConfig
from vae_core.run_training import train_run


@pytest.fixture(scope="session")
def finished_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of a finished run of pictures and of one of sentences; not to be changed."""
    root = tmp_path_factory.mktemp("finished")
    config = TrainConfig(epochs=2, batch_size=8, device="cpu")
    list(train_run(pictures(), DenseConfig(hidden=8), config, root / "images"))
    gru = GruConfig(latent_dim=3, embedding=8, encoder_hidden=8, decoder_hidden=8, max_tokens=12)
    list(train_run(sentences(), gru, config, root / "sentences"))
    return {"images": root / "images", "sentences": root / "sentences"}


@pytest.fixture
def copy_of(finished_runs: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies a finished run to where it may be broken."""

    def copy(modality: str) -> Path:
        return Path(shutil.copytree(finished_runs[modality], tmp_path / modality))

    return copy
