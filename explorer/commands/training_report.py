"""What `latentscape train` says while it goes on, and when it has ended."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from explorer.gate import gate_of
from explorer.remarks import remarks

if TYPE_CHECKING:
    from vae_core.training import TrainProgress


def show(reports: Iterator[TrainProgress]) -> None:
    """A progress bar in a terminal, else one line an epoch; always on standard error."""
    if not sys.stderr.isatty():
        for report in reports:
            if report.validation_elbo is not None:
                typer.echo(_line(report), err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)
        for report in reports:
            bar.update(task, total=report.steps, completed=report.step, description=_line(report))


def _line(report: TrainProgress) -> str:
    elbo, kl, of = report.elbo, report.kl, "training"
    if report.validation_elbo is not None and report.validation_kl is not None:
        elbo, kl, of = report.validation_elbo, report.validation_kl, "validation"
    return (
        f"epoch {report.epoch:.1f}/{report.epochs}  {of} ELBO {elbo:.2f}  KL {kl:.2f}  "
        f"{report.items_per_second:,.0f} items/s"
    )


def print_result(out: Path, as_json: bool) -> None:
    from vae_core.checkpoint import has_state, read_config

    config = read_config(out)
    result = config["result"]
    if as_json:
        typer.echo(json.dumps({"run": str(out), **result}))
        return
    typer.echo(
        f"{out}: validation ELBO {result['elbo']:.2f} nats per item{_pixels(result)} "
        f"(reconstruction {result['reconstruction']:.2f}, KL {result['kl']:.2f}), "
        f"{result['active_units']} of {result['latent_dim']} dimensions active."
    )
    if has_state(out):
        again = shlex.join(["latentscape", "train", "--resume", str(out)])
        typer.echo(f"It was stopped before its end; go on with: {again}", err=True)
    for line in remarks(config):
        typer.echo(line, err=True)
    if (gate := gate_of(config)) is None:
        return
    meaning = ": this does not count as a trained text model" if gate.light == "failed" else ""
    typer.echo(f"Collapse gate: {gate.words}{meaning}.", err=True)
    for check in gate.checks:
        typer.echo(f"  {check.title}: {check.number}", err=True)
    for line in gate.advice:
        typer.echo(f"  → {line}", err=True)


def _pixels(result: dict[str, Any]) -> str:
    """What the pixels were: an ELBO of grey ones does not compare with one of black and white."""
    kind = result.get("binarisation")
    if kind is None:
        return ""
    return " of grey pixels" if kind == "none" else f" of pixels in {kind} binarisation"
