"""`latentscape evaluate`: everything that can be measured of a finished run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from explorer.commands.evaluation_table import printed
from explorer.commands.using import (
    AsJson,
    Device,
    LabelColumn,
    RunFolder,
    Seed,
    TextColumn,
    find_run,
    load_data,
    open_run,
)
from explorer.measuring import PICTURE_SAMPLES, TEXT_SAMPLES
from explorer.remarks import unknown_words
from vae_core.checks import check_whole
from vae_core.config import MAX_SAMPLES, ConfigError

_WITHOUT_ITEMS = (
    "This run was published without its data, so what needs them is left out: how likely they are, "
    "how well they are rebuilt, and what stands beside a probe. Give the data with --data to have "
    "it all."
)


def evaluate(
    run: RunFolder,
    data: Annotated[
        Path | None,
        typer.Option(help="Other data of the same kind: a file, a data set's name, a folder."),
    ] = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    samples: Annotated[
        int | None,
        typer.Option(
            help=f"Draws of z an item for its likelihood (default: pictures {PICTURE_SAMPLES}, "
            f"texts {TEXT_SAMPLES}); more are tighter and slower.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the ELBO, its terms, and what z keeps.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep it with the run, for the Evaluate page.")
    ] = False,
    seed: Seed = 0,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a run on its held-out items, or on other data; nats per item.

    The whole takes minutes for thousands of items; --quick takes seconds.
    """
    if keep and (quick or data is not None):
        raise ConfigError(
            "--keep keeps the whole of a run measured on its own items; leave --quick and --data "
            "out."
        )
    if samples is not None:
        check_whole("samples", samples, 1, MAX_SAMPLES)
    find_run(run, device)
    other = None if data is None else load_data(data, text_column, label_column)
    opened = open_run(run, device)
    from explorer import kept_evaluations, measuring

    if samples is None:
        samples = measuring.usual_samples(opened.modality)
    if other is None:
        parts = measuring.own_parts(opened)
    else:
        parts = measuring.parts_of(opened, other, seed)
    of_items: measuring.OfItems = {}
    draws = 0 if quick else samples
    result = measuring.measured(opened, parts, draws, seed, _Teller().tell, of_items)
    if keep:
        kept_evaluations.keep(opened, samples, seed, result, of_items, parts.rows)
    if "without_items" in result:
        typer.echo(_WITHOUT_ITEMS, err=True)
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    for line in printed(result):
        typer.echo(line)
    if told := unknown_words(result):
        typer.echo(told, err=True)


class _Teller:
    """Says on standard error what is measured: each part once, and its share.

    On a terminal the share stands in one line, elsewhere in a line for each tenth.
    """

    def __init__(self) -> None:
        self._last = ""
        self._tenth = 0

    def tell(self, what: str, done: int, of: int) -> None:
        if sys.stderr.isatty():
            end = "\r" if done < of else "\n"
            typer.echo(f"  {what}: {done / max(of, 1):.0%}  ", err=True, nl=False)
            typer.echo(end, err=True, nl=False)
        elif what != self._last:
            typer.echo(f"measuring: {what}", err=True)
            self._tenth = 0
        elif (tenth := 10 * done // max(of, 1)) > self._tenth:
            typer.echo(f"measuring: {what} {10 * tenth}%", err=True)
            self._tenth = tenth
        self._last = what
