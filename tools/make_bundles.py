"""Train the three models that ship in assets/ and cut them down to what the app needs.

    python -m tools.make_bundles [digits mnist sentences]

Data come from LATENTSCAPE_DATA (default ../shared/data). With `--run NAME=FOLDER`, a finished
training is cut down instead of being made again; its settings must be those of the recipe.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import recipes
from vae_core import checkpoint
from vae_core.checkpoint import Latents, Run, load_run
from vae_core.run_items import ItemTable, write_items

ROOT = Path(__file__).resolve().parent.parent
MAX_BYTES = 4_000_000
DATA_VARIABLE = "LATENTSCAPE_DATA"


@dataclass(frozen=True)
class Recipe:
    """How a bundle is trained, and how many of its items it keeps (of which part)."""

    arguments: str
    items: int | None = None
    part: str = "test"
    half_precision: bool = True
    originals: bool = False


# The model of sentences is the one of the table of results.
GLOSSES = recipes.RECIPES["glosses-gru"]
RECIPES = {
    "digits": Recipe(
        "--dataset digits --model dense --latent-dim 2 --epochs 400 --seed 0",
        half_precision=False,
        originals=True,
    ),
    "mnist": Recipe(
        "--dataset mnist --folder $LATENTSCAPE_DATA/mnist --model dense --latent-dim 10 "
        "--hidden 512 --epochs 60 --schedule cosine --seed 0",
        items=5_000,
    ),
    "sentences": Recipe(
        GLOSSES.train.replace("{data}", f"${DATA_VARIABLE}") + " --seed 0",
        items=3_000,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(RECIPES), metavar="NAME")
    parser.add_argument("--run", action="append", default=[], metavar="NAME=FOLDER")
    options = parser.parse_args()
    made = dict(pair.split("=", 1) for pair in options.run)
    for name in options.names:
        if name not in RECIPES:
            parser.error(f"there is no bundle {name!r}; choose from {', '.join(RECIPES)}")
        with tempfile.TemporaryDirectory() as scratch:
            source = Path(made[name]) if name in made else _train(name, Path(scratch) / name)
            _bundle(name, load_run(source), ROOT / "assets" / name)


def _train(name: str, out: Path) -> Path:
    root = os.environ.get(DATA_VARIABLE, str(ROOT.parent / "shared" / "data"))
    arguments = RECIPES[name].arguments.replace(f"${DATA_VARIABLE}", root)
    command = [sys.executable, "-m", "explorer.cli", "train", *shlex.split(arguments)]
    subprocess.run([*command, "--out", str(out)], check=True)
    return out


def _bundle(name: str, run: Run, folder: Path) -> None:
    recipe = RECIPES[name]
    kept = _kept(run, recipe)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    latents = Latents(run.latents.mean[kept], run.latents.log_variance[kept])
    digest = checkpoint.write_model(
        folder, run.model, torch.float16 if recipe.half_precision else torch.float32
    )
    checkpoint.write_latents(folder, latents, np.float16 if recipe.half_precision else np.float32)
    _write_items(folder, run, kept, recipe, latents)
    _write_metrics(run.path / checkpoint.METRICS, folder / checkpoint.METRICS)
    checkpoint.write_config(folder, _config(name, run, len(kept), digest))
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder.name}: {size / 1e6:.2f} MB, {len(kept):,} items")
    if size > MAX_BYTES:
        sys.exit(f"{folder.name} is larger than {MAX_BYTES / 1e6:g} MB; keep fewer items.")
    load_run(folder)


def _kept(run: Run, recipe: Recipe) -> np.ndarray[Any, np.dtype[np.int64]]:
    """A seeded draw from the part, in item order; everything where the recipe says so."""
    if recipe.items is None:
        return np.arange(len(run))
    pool = np.flatnonzero(np.array(run.split) == recipe.part)
    return np.sort(np.random.default_rng(0).choice(pool, recipe.items, replace=False))


def _write_items(
    folder: Path,
    run: Run,
    kept: np.ndarray[Any, np.dtype[np.int64]],
    recipe: Recipe,
    latents: Latents,
) -> None:
    """Labels and split; texts as the model decodes them, so that no corpus is passed on."""
    texts = None
    if run.modality == "sentences":
        decoded = run.model.decode(torch.from_numpy(latents.mean))
        assert isinstance(decoded, list)
        texts = tuple(decoded)
    table = ItemTable(
        count=len(kept),
        texts=texts,
        labels=None if run.labels is None else tuple(run.labels[i] for i in kept),
        split=tuple(run.split[i] for i in kept),
        texts_are_decoded=texts is not None,
    )
    write_items(folder / checkpoint.ITEMS, table)
    if recipe.originals and run.images is not None:
        np.save(folder / checkpoint.IMAGES, run.images[kept], allow_pickle=False)


def _write_metrics(source: Path, target: Path) -> None:
    """One line an epoch is enough for the curves."""
    lines = [
        line for line in source.read_text().splitlines() if json.loads(line)["validation_elbo"]
    ]
    target.write_text("\n".join(lines) + "\n")


def _config(name: str, run: Run, items: int, digest: str) -> dict[str, Any]:
    config = {key: value for key, value in run.config.items() if key not in ("format", "version")}
    source = {
        key: Path(value).name if key in ("text", "folder") else value
        for key, value in config["dataset"]["source"].items()
    }
    return {
        **config,
        "name": name,
        "items": items,
        "command": f"latentscape train {RECIPES[name].arguments} --out {name}",
        "dataset": {**config["dataset"], "source": source},
        "result": {**config["result"], "weights_sha256": digest},
    }


if __name__ == "__main__":
    main()
