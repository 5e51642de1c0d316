"""How much faster this project trains an image VAE than pythae 0.1.2 does.

    python -m benchmarks.train_images --install     # once: pythae, in an environment of its own
    python -m benchmarks.train_images               # same layers, batch size, data and threads

Both train the very same layers on MNIST with Adam and the Bernoulli likelihood; ours by `train()`,
pythae's by its BaseTrainer. A speed is that of whole epochs without validation (data loading,
checks and reports included), after one epoch to warm up. "pythae, tuned" adds what its settings
offer that helps: fused Adam, and with --workers a data loading process beside. "CPU" ratios are by
processor time of the training process: the same as those by the clock where nothing else runs.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sized
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.alternating import (
    ROOT,
    BenchmarkError,
    Results,
    alternate,
    comparison_parser,
    leg,
    median,
    options,
    print_table,
    ratio,
    spread,
)
from benchmarks.hardware import measure, training_flops
from vae_core.config import ObjectiveConfig, TrainConfig
from vae_core.data.images import load_mnist
from vae_core.data.tensors import ImageTensors
from vae_core.errors import UserError
from vae_core.families import sized
from vae_core.models import build_model
from vae_core.models.conv import ConvConfig
from vae_core.models.dense import DenseConfig
from vae_core.models.image import ImageConfig
from vae_core.objectives import objective
from vae_core.training import TrainingData, train

PYTHAE = "pythae==0.1.2"
ENVIRONMENT = ROOT / ".venv-pythae"
TARGET = 3.0
OURS = "ours, {}"
LEARNING_RATE = 1e-3
Times = tuple[float, float]
_MNIST: dict[str, Any] = {"image_height": 28, "image_width": 28}
# "dense" is what `latentscape train` takes when nothing is chosen; "dense-512" is the network that
# pythae itself makes when none is given.
MODELS: dict[str, ImageConfig] = {
    "dense": DenseConfig(**_MNIST, latent_dim=10),
    "dense-512": DenseConfig(**_MNIST, latent_dim=10, hidden=512),
    "burda": DenseConfig(**_MNIST, **sized("dense", "burda")),
    "conv": ConvConfig(**_MNIST, **sized("conv", "small"), latent_dim=10),
}
ITEMS = {"dense": 20_000, "dense-512": 20_000, "burda": 20_000, "conv": 1_280}


def main() -> None:
    arguments = _parser().parse_args()
    try:
        if arguments.install:
            _install()
        elif arguments.leg:
            print(json.dumps(_ours(arguments)))
        else:
            _compare(arguments)
    except (BenchmarkError, UserError) as error:
        sys.exit(f"{error}")


def _parser() -> argparse.ArgumentParser:
    parser = comparison_parser(__doc__)
    parser.add_argument("--install", action="store_true", help="make pythae's environment")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=["dense"])
    parser.add_argument("--data", type=Path, help="folder with MNIST's four IDX files")
    parser.add_argument("--items", type=int, help="training items an epoch")
    parser.add_argument("--epochs", type=int, default=3, help="timed ones, after one more")
    parser.add_argument("--workers", action="store_true", help="also pythae with a data loader")
    parser.add_argument("--compile", action="store_true", help="also ours with torch.compile")
    parser.add_argument("--compiled", action="store_true", help=argparse.SUPPRESS)
    return parser


def data_folder(given: Path | None) -> Path:
    """Where MNIST is. Raises BenchmarkError where it is not."""
    root = Path(os.environ.get("LATENTSCAPE_DATA", ROOT.parent / "shared" / "data"))
    folder = given if given is not None else root / "mnist"
    if not folder.is_dir():
        raise BenchmarkError(
            f"There is no MNIST in {folder}; give the folder of its four IDX files with --data, or "
            "the one above it in the environment variable LATENTSCAPE_DATA."
        )
    return folder.resolve()


def pictures(folder: Path, items: int) -> torch.Tensor:
    """The first ``items`` of MNIST's training part: uint8 (items, 28, 28)."""
    images = load_mnist(folder).images
    assert images is not None
    return torch.from_numpy(images[:items].copy())


def _install() -> None:
    subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    # The environment sees this one's packages behind its own: both run the same torch.
    here = sysconfig.get_paths()["purelib"]
    names = {"base": str(ENVIRONMENT), "platbase": str(ENVIRONMENT)}
    there = Path(sysconfig.get_path("purelib", scheme="venv", vars=names))
    (there / "latentscape.pth").write_text(f"{here}\n")
    pip = [_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), PYTHAE], check=True)


def _python() -> str:
    """The Python of pythae's environment. Raises BenchmarkError where there is none."""
    for path in (ENVIRONMENT / "bin" / "python", ENVIRONMENT / "Scripts" / "python.exe"):
        if path.is_file():
            return str(path)
    raise BenchmarkError(
        "pythae is not installed: run `python -m benchmarks.train_images --install` first."
    )


def _compare(arguments: argparse.Namespace) -> None:
    python = _python()
    folder = data_folder(arguments.data)
    limits = measure(arguments.device, arguments.threads)
    print(limits.text())
    for model in arguments.models:
        kept = ("device", "batch_size", "epochs", "threads")
        given = {name: getattr(arguments, name) for name in kept}
        items = arguments.items or ITEMS[model]
        shared = options({"models": model, "data": folder, "items": items, **given})
        legs = {
            "pythae": leg("pythae_leg", *shared, python=python),
            "pythae, tuned": leg("pythae_leg", *shared, "--tuned", python=python),
            "ours, float32": leg("train_images", *shared, "--leg", "float32"),
            "ours, bfloat16": leg("train_images", *shared, "--leg", "bfloat16"),
        }
        if arguments.workers:
            command = [*shared, "--tuned", "--workers"]
            legs["pythae, tuned, 1 worker"] = leg("pythae_leg", *command, python=python)
        if arguments.compile:
            command = [*shared, "--leg", "bfloat16", "--compiled"]
            legs["ours, bfloat16, compiled"] = leg("train_images", *command)
        results = alternate(legs, arguments.rounds, arguments.threads)
        _print(model, arguments, results, limits)


def _print(model: str, arguments: argparse.Namespace, results: Results, limits: Any) -> None:
    counts = {result["parameters"] for found in results.values() for result in found}
    if len(counts) != 1:
        raise BenchmarkError(f"The networks differ: {sorted(counts)} parameters; report this.")
    config = MODELS[model]
    flops = flops_per_item(config, arguments.batch_size)
    settings = ", ".join(f"{k} {v}" for k, v in dataclasses.asdict(config).items()
                         if k in ("hidden", "layers", "latent_dim", "width", "depth"))  # fmt: skip
    print(f"\n{model} ({settings}): {counts.pop():,} parameters, {flops / 1e6:.1f} MFLOP an item; "
          f"batch {arguments.batch_size}, {len(results['pythae'])} rounds")  # fmt: skip
    rows = []
    for name in results:
        precision = "bfloat16" if "bfloat16" in name else "float32"
        rows.append([
            name,
            f"{median(results, name):,.0f}",
            spread(results, name, "pythae"),
            spread(results, name, "pythae, tuned"),
            spread(results, name, "pythae", "cpu_speed"),
            spread(results, name, "pythae, tuned", "cpu_speed"),
            f"{limits.share(flops, median(results, name), precision):.0%}",
        ])  # fmt: skip
    heads = ["", "items/s", "÷ pythae", "÷ tuned", "CPU ÷ pythae", "CPU ÷ tuned", "of peak"]
    print_table(heads, rows)
    best = max(ratio(results, name, "pythae")[0] for name in results if name.startswith("ours"))
    print(f"ours is {best:.1f} times as fast as pythae; the aim is {TARGET:.0f} times")


def flops_per_item(config: ImageConfig, batch_size: int) -> float:
    """FLOPs of one training step, an item."""
    model = build_model(config)
    batch = torch.rand(batch_size, *config.item_shape)
    generator = torch.Generator().manual_seed(0)

    def step() -> None:
        value, _ = objective(model, batch, ObjectiveConfig(), 1.0, generator, batch_size)
        value.backward()  # type: ignore[no-untyped-call]

    return training_flops(step) / batch_size


def _ours(arguments: argparse.Namespace) -> dict[str, Any]:
    torch.set_num_threads(arguments.threads)
    (name,) = arguments.models
    model = build_model(MODELS[name]).to(arguments.device)
    images = pictures(data_folder(arguments.data), arguments.items).numpy()
    items = ImageTensors(images, model.device)
    # pythae measures without validation: here it is one batch.
    data = TrainingData(items, items.part(torch.arange(min(len(items), arguments.batch_size))))
    config = TrainConfig(
        epochs=1 + arguments.epochs,
        batch_size=arguments.batch_size,
        learning_rate=LEARNING_RATE,
        precision=arguments.leg,
        compile=arguments.compiled,
    )
    ends, loss = [], 0.0
    for progress in train(model, data, config):
        if progress.validation_elbo is not None:
            ends.append(now())
            loss = -progress.elbo
    return result(model, items, ends, loss)


def now() -> tuple[float, float]:
    """Seconds of the clock, and of the processor for this process."""
    return time.perf_counter(), time.process_time()


def result(model: nn.Module, items: Sized, ends: list[Times], loss: float) -> dict[str, Any]:
    """What a leg prints: ``ends`` is when its epochs ended, the first of which is to warm up."""
    count = (len(ends) - 1) * len(items)
    return {
        "speed": count / (ends[-1][0] - ends[0][0]),
        "cpu_speed": count / (ends[-1][1] - ends[0][1]),
        "loss": loss,
        "parameters": sum(p.numel() for p in model.parameters()),
    }


if __name__ == "__main__":
    main()
