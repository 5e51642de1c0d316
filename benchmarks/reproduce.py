"""Train the models of the table of results, measure them, and write the table (README too).

    python -m benchmarks.reproduce [NAME …] [--runs FOLDER] [--table]

Data come from LATENTSCAPE_DATA (default ../shared/data). A training that was interrupted goes on
where it stopped, and a finished one is not made again; the figures go to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.hardware import device_name
from benchmarks.recipes import RECIPES, Recipe
from vae_core.checkpoint import read_config, read_summary
from vae_core.files import write_whole

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
TABLE = RESULTS / "README.md"
README = ROOT / "README.md"
_FROM, _TO = "<!-- results: written by make reproduce -->", "<!-- end of results -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "reproduce")
    parser.add_argument("--table", action="store_true", help="only write the table again")
    options = parser.parse_args()
    for name in options.names:
        if name not in RECIPES:
            parser.error(f"there is no recipe {name!r}; choose from {', '.join(RECIPES)}")
    data = Path(os.environ.get("LATENTSCAPE_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not options.table and not data.is_dir():
        parser.error(f"there is no folder {data}; name the one with the data in LATENTSCAPE_DATA")
    for name in [] if options.table else options.names or RECIPES:
        _reproduce(RECIPES[name], data, options.runs)
        _write_table()
    if options.table:
        _write_table()


def _reproduce(recipe: Recipe, data: Path, runs: Path) -> None:
    folders = [runs / f"{recipe.name}-{seed}" for seed in recipe.seeds]
    for seed, folder in zip(recipe.seeds, folders, strict=True):
        _train(recipe, seed, folder, data)
    print(f"{recipe.name}: measuring", flush=True)
    began = time.perf_counter()
    figures = recipe.measure(folders, data)
    examples = figures.pop("examples", None)
    content = {
        "name": recipe.name,
        "command": f"latentscape train {recipe.train}",
        "seeds": list(recipe.seeds),
        "figures": figures,
        "training_minutes": [_minutes(folder) for folder in folders],
        "measuring_minutes": (time.perf_counter() - began) / 60,
        "hardware": _hardware(folders[0]),
    }
    if examples is not None:
        content["examples"] = examples
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{recipe.name}.json"
    write_whole(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
    print(f"{recipe.name}: {_words(figures)}", flush=True)


def _train(recipe: Recipe, seed: int, folder: Path, data: Path) -> None:
    if (folder / "config.json").is_file():
        if read_summary(folder).finished:
            return
        arguments = ["--resume", str(folder)]
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
        arguments = [*shlex.split(recipe.train.replace("{data}", str(data)))]
        arguments += ["--seed", str(seed), "--out", str(folder)]
    print(f"{recipe.name}: latentscape train {shlex.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", "explorer.cli", "train", *arguments], check=True)


def _minutes(folder: Path) -> float:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return float(json.loads(lines[-1])["elapsed_seconds"]) / 60


def _hardware(folder: Path) -> dict[str, Any]:
    config = read_config(folder)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return {
        "device": device_name(device),
        "threads": config.get("threads"),
        "torch": config["versions"]["torch"],
        "python": platform.python_version(),
    }


def _write_table() -> None:
    """The whole table beside the results, and what was reached in the README."""
    whole = [
        "# Results",
        "",
        "Made by `make reproduce` (`python -m benchmarks.reproduce`); each row's file beside this "
        "one has the command, the seeds and the hardware. Nothing was chosen by test items or by "
        "labels unless a row says so. NLL and ELBO are nats per item.",
        "",
        "| what | held to | others | here | seeds | minutes each | on |",
        "|---|---|---|---|---|---|---|",
    ]
    short = ["| what | held to | reached |", "|---|---|---|"]
    for name, recipe in RECIPES.items():
        path = RESULTS / f"{name}.json"
        held = f"| {recipe.what} | {recipe.at_least} | {recipe.beside} |"
        if not path.is_file():
            whole.append(f"{held} not made yet | | | |")
            continue
        found = json.loads(path.read_text())
        minutes = max(found["training_minutes"])
        hardware = found["hardware"]
        threads = hardware["threads"]
        where = f"{hardware['device']}, {threads} thread{'s' * (threads != 1)}"
        words = _words(found["figures"])
        seeds = ", ".join(map(str, found["seeds"]))
        whole.append(f"{held} {words} | {seeds} | {minutes:.0f} | {where} |")
        short.append(f"| {recipe.what} | {recipe.at_least} | {words} |")
    RESULTS.mkdir(exist_ok=True)
    write_whole(TABLE, ("\n".join(whole) + "\n").encode())
    before, _, rest = README.read_text(encoding="utf-8").partition(_FROM)
    _, _, after = rest.partition(_TO)
    written = "\n".join([before + _FROM, "", *short, "", _TO + after])
    write_whole(README, written.encode())


def _words(figures: dict[str, Any]) -> str:
    return "; ".join(f"{name} {_number(value)}" for name, value in figures.items())


def _number(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    mean, sd = value["mean"], value.get("sd")
    digits = 3 if abs(mean) < 2 else 2 if abs(mean) < 1000 else 0
    shown = f"{mean:.{digits}f}".removesuffix(".00")
    return shown if sd is None else f"{shown} ± {sd:.{digits}f}"


if __name__ == "__main__":
    main()
