"""Runs that were measured, as tests of the Evaluate page want them."""

from __future__ import annotations

from typing import Any

from explorer import catalogue, kept_evaluations, measuring
from explorer.kept_evaluations import Evaluation
from vae_core.checkpoint import Run


def opened(name: str = "a") -> Run:
    return catalogue.open_run(f"run:{name}")


def measure(run: Run, samples: int = 2, seed: int = 0) -> dict[str, Any]:
    """Measure a run and keep it, as the command does with --keep."""
    of_items: measuring.OfItems = {}
    parts = measuring.own_parts(run)
    result = measuring.measured(run, parts, samples, seed, lambda *_: None, of_items)
    kept_evaluations.keep(run, samples, seed, result, of_items, parts.rows)
    return result


def measured(run: Run, samples: int = 2, seed: int = 0) -> Evaluation:
    """Measure a run, and read what was kept."""
    measure(run, samples, seed)
    found = kept_evaluations.find(run, samples, seed)
    assert found is not None
    return found
