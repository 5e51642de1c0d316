"""The trained weights alone, with what is needed to build the model again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.run_config import CONFIG, TOKENIZER, WEIGHTS

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

WEIGHTS_NAMES = (CONFIG, WEIGHTS, TOKENIZER)


def write_weights(run: Run, folder: Path) -> None:
    """model.safetensors and config.json, for texts with tokenizer.json, as they are in the run."""
    for name in WEIGHTS_NAMES:
        if (run.path / name).is_file():
            shutil.copyfile(run.path / name, folder / name)
