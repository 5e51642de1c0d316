"""`latentscape evaluate`: everything that can be measured of a finished run."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

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
from explorer.remarks import unknown_words
from vae_core.checks import check_whole
from vae_core.config import MAX_SAMPLES

if TYPE_CHECKING:
    from vae_core.checkpoint import Run
    from vae_core.data.dataset import Dataset
    from vae_core.evaluation import DescribedItems

# A test set of 5,000 takes a few minutes on two cores with so many.
_PICTURE_SAMPLES, _TEXT_SAMPLES = 100, 50


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
            help=f"Draws of z an item for its likelihood (default: pictures {_PICTURE_SAMPLES}, "
            f"texts {_TEXT_SAMPLES}); more are tighter and slower.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the ELBO, its terms, and what z keeps.")
    ] = False,
    seed: Seed = 0,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a run on its held-out items, or on other data; nats per item.

    The whole takes minutes for thousands of items; --quick takes seconds.
    """
    if samples is not None:
        check_whole("samples", samples, 1, MAX_SAMPLES)
    find_run(run, device)
    other = None if data is None else load_data(data, text_column, label_column)
    opened = open_run(run, device)
    if samples is None:
        samples = _PICTURE_SAMPLES if opened.model.modality == "images" else _TEXT_SAMPLES
    parts = _own_parts(opened) if other is None else _parts_of(opened, other, seed)
    measured = _measure(opened, parts, 0 if quick else samples, seed)
    result = {"run": opened.summary.name, "data": parts.name, "split": parts.split, **measured}
    if as_json:
        typer.echo(json.dumps(_finite(result), ensure_ascii=False))
        return
    for line in printed(result):
        typer.echo(line)
    if told := unknown_words(result):
        typer.echo(told, err=True)


def _measure(run: Run, parts: _Parts, samples: int, seed: int) -> dict[str, Any]:
    """All that can be measured with ``samples`` draws; 0: what takes seconds."""
    from vae_core.checkpoint import load_language_model
    from vae_core.evaluation import evaluate as measure

    test = _described(run, parts.test)
    if samples == 0:
        return measure(run.model, test.items, seed=seed)
    return measure(
        run.model,
        test.items,
        labels=test.labels,
        texts=test.texts,
        factors=test.factors,
        train=None if parts.train is None else _described(run, parts.train),
        validation=None if parts.validation is None else _described(run, parts.validation),
        samples=samples,
        language_model=load_language_model(run.path, run.model.device),
        seed=seed,
        progress=_Teller().tell,
    )


def _finite(value: Any) -> Any:
    """JSON has no word for what is no number: null."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class _Parts(NamedTuple):
    """What is measured, and what the probe is fitted on and picks its C on, where there is such."""

    test: Dataset
    train: Dataset | None
    validation: Dataset | None
    name: str
    split: str


def _own_parts(run: Run) -> _Parts:
    from vae_core.runs import held_out, part_of

    return _Parts(
        held_out(run),
        part_of(run, "train"),
        part_of(run, "validation"),
        run.summary.dataset,
        "test",
    )


def _parts_of(run: Run, data: Dataset, seed: int) -> _Parts:
    """Other data: its own test part where it names one, else all of it."""
    if data.test_indices is not None:
        splits = data.split(seed)
        test, rest = data.subset(splits.test), data.subset(splits.train)
        return _Parts(test, rest, data.subset(splits.validation), data.name, "test")
    from vae_core.runs import part_of

    train = part_of(run, "train")
    if train is None or not _same_labels(train, data):
        return _Parts(data, None, None, data.name, "all items")
    return _Parts(data, train, part_of(run, "validation"), data.name, "all items")


def _same_labels(train: Dataset, data: Dataset) -> bool:
    """Whether what a probe learns on ``train`` can be asked of ``data``."""
    known = {label for label in data.labels or () if label}
    return bool(known) and known <= set(train.labels or ())


def _described(run: Run, data: Dataset) -> DescribedItems:
    from vae_core.evaluation import DescribedItems
    from vae_core.runs import item_tensors

    items = item_tensors(run.model, data)
    return DescribedItems(items, data.labels, data.texts, data.metadata)


class _Teller:
    """Says on standard error what is measured: each part once, and its share on a terminal."""

    def __init__(self) -> None:
        self._last = ""

    def tell(self, what: str, done: int, of: int) -> None:
        if sys.stderr.isatty():
            end = "\r" if done < of else "\n"
            typer.echo(f"  {what}: {done / max(of, 1):.0%}  ", err=True, nl=False)
            typer.echo(end, err=True, nl=False)
        elif what != self._last:
            typer.echo(f"measuring: {what}", err=True)
        self._last = what
