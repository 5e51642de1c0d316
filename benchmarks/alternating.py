"""Legs of a benchmark in processes of their own, turn by turn, and the ratio between two of them.

Other work on the machine slows neighbouring legs alike, so ratios are taken within each turn.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Idle OpenMP threads that spin would take the other legs' time.
ENVIRONMENT = {"OMP_WAIT_POLICY": "PASSIVE", "PYTHONWARNINGS": "ignore"}

# Load average above which the clock tells little.
BUSY = 0.5

Results = dict[str, list[dict[str, Any]]]


class BenchmarkError(Exception):
    """The benchmark cannot run; the message is one sentence that says what to do."""


def comparison_parser(description: str | None) -> argparse.ArgumentParser:
    """The options that every comparison of trainings has; --leg is for its own subprocesses."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--leg", help=argparse.SUPPRESS)
    return parser


def run_leg(command: Sequence[str], threads: int) -> dict[str, Any]:
    """The JSON object that ``command`` prints on its last line."""
    environment = {**os.environ, **ENVIRONMENT, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BenchmarkError(f"The leg {' '.join(command[1:])} failed: {last}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def alternate(legs: Mapping[str, Sequence[str]], rounds: int, threads: int) -> Results:
    """Every leg once, every leg again, …: the results of each leg, a round each."""
    results: Results = {name: [] for name in legs}
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > BUSY:
        print("Other programs are running: trust the CPU ratios, or wait.", file=sys.stderr)
    for number in range(1, rounds + 1):
        for name, command in legs.items():
            print(f"round {number} of {rounds}: {name} …", file=sys.stderr, flush=True)
            results[name].append(run_leg(command, threads))
    return results


def ratio(results: Results, name: str, base: str, key: str = "speed") -> tuple[float, float, float]:
    """How much faster ``name`` is than ``base``: median, lowest and highest of the rounds."""
    pairs = zip(results[name], results[base], strict=True)
    found = [ours[key] / theirs[key] for ours, theirs in pairs]
    return statistics.median(found), min(found), max(found)


def median(results: Results, name: str, key: str = "speed") -> float:
    return float(statistics.median(result[key] for result in results[name]))


def leg(module: str, *arguments: str, python: str = sys.executable) -> list[str]:
    """The command of a leg that is a module of this folder."""
    return [python, "-m", f"benchmarks.{module}", *arguments]


def options(values: Mapping[str, object]) -> list[str]:
    """Settings as a leg takes them on its command line."""
    pairs = ((f"--{name.replace('_', '-')}", str(value)) for name, value in values.items())
    return [word for pair in pairs for word in pair]


def spread(results: Results, name: str, base: str, key: str = "speed") -> str:
    """The ratio as text: its median, and in brackets the lowest and highest."""
    middle, low, high = ratio(results, name, base, key)
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns side by side, the first to the left and the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    for row in [heads, *rows]:
        first, *others = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([row[0].ljust(len(first)), *others]))
