"""From finished runs to the figures of the table."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from vae_core.checkpoint import load_run
from vae_core.evaluation import active_units, encode_items
from vae_core.evaluation.likelihood import importance_weighted_nll
from vae_core.runs import held_out, item_tensors

LIKELIHOOD_SAMPLES = 5000


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean and, for two values or more, the standard deviation."""
    found = {"mean": statistics.fmean(values)}
    if len(values) > 1:
        found["sd"] = statistics.stdev(values)
    return found


def over_runs(runs: list[Path], figures: Callable[[Path], dict[str, float]]) -> dict[str, Any]:
    """Every figure of every run, as mean and spread."""
    each = [figures(run) for run in runs]
    return {name: spread([found[name] for found in each]) for name in each[0]}


def likelihood(runs: list[Path], data: Path) -> dict[str, Any]:
    """IW-NLL of the test items with K = 5000, the −ELBO beside it, and the active units."""

    def figures(folder: Path) -> dict[str, float]:
        run = load_run(folder, _device())
        items = item_tensors(run.model, held_out(run))
        nll = importance_weighted_nll(run.model, items, LIKELIHOOD_SAMPLES, rows=20_000)
        bound = importance_weighted_nll(run.model, items, 1)
        return {
            f"IW-NLL (K = {LIKELIHOOD_SAMPLES})": float(nll.mean()),
            "−ELBO": float(bound.mean()),
            "active units": active_units(encode_items(run.model, items).mean),
        }

    return over_runs(runs, figures)


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
