"""`latentscape train`: a data set in, a run folder out."""

from __future__ import annotations

import dataclasses
import json
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vae_core.config import ConfigError

if TYPE_CHECKING:
    from vae_core.config import ModelConfig, TrainConfig
    from vae_core.data.dataset import Dataset
    from vae_core.training import TrainProgress

_DATA = "Data"
_MODEL = "Model"
_TRAINING = "Training"
_OUTPUT = "Output"


def train(
    out: Annotated[Path, typer.Option(help="Folder to write the run to.", rich_help_panel=_OUTPUT)],
    dataset: Annotated[
        str | None,
        typer.Option(
            help="A named data set: digits, mnist, toy-sentences, python-docs.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            help="A text file: .txt (one item a line), .tsv or .csv; also .gz.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Folder of the MNIST IDX files.", rich_help_panel=_DATA)
    ] = None,
    text_column: Annotated[
        str | None,
        typer.Option(help="Column with the texts (default: text).", rich_help_panel=_DATA),
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Column with the labels, if any.", rich_help_panel=_DATA)
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="dense (images) or gru (sentences).", rich_help_panel=_MODEL),
    ] = None,
    latent_dim: Annotated[
        int | None,
        typer.Option(help="Latent dimensions (dense 2, gru 16).", rich_help_panel=_MODEL),
    ] = None,
    hidden: Annotated[
        int | None, typer.Option(help="dense: width of the hidden layers.", rich_help_panel=_MODEL)
    ] = None,
    embedding: Annotated[
        int | None, typer.Option(help="gru: width of a word.", rich_help_panel=_MODEL)
    ] = None,
    encoder_hidden: Annotated[
        int | None, typer.Option(help="gru: encoder units, each way.", rich_help_panel=_MODEL)
    ] = None,
    decoder_hidden: Annotated[
        int | None, typer.Option(help="gru: decoder units.", rich_help_panel=_MODEL)
    ] = None,
    dropout: Annotated[
        float | None, typer.Option(help="gru: share of units dropped.", rich_help_panel=_MODEL)
    ] = None,
    word_dropout: Annotated[
        float | None,
        typer.Option(help="gru: share of words hidden from the decoder.", rich_help_panel=_MODEL),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(help="gru: longer texts are cut to this.", rich_help_panel=_MODEL),
    ] = None,
    tokenizer: Annotated[
        Literal["word", "bpe"],
        typer.Option(help="gru: words, or pieces of words.", rich_help_panel=_MODEL),
    ] = "word",
    vocabulary_size: Annotated[
        int, typer.Option(help="gru: at most this many tokens.", rich_help_panel=_MODEL)
    ] = 10_000,
    epochs: Annotated[
        int, typer.Option(help="Times through the data.", rich_help_panel=_TRAINING)
    ] = 20,
    batch_size: Annotated[
        int | None,
        typer.Option(
            help="Items a step (default: 32 for small sets, else 128).", rich_help_panel=_TRAINING
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            help="Adam's step (default: 0.001; sentences 0.002).", rich_help_panel=_TRAINING
        ),
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option(
            help="Learning rate: constant, or cosine (default for sentences).",
            rich_help_panel=_TRAINING,
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(help="float32 (default) or bfloat16.", rich_help_panel=_TRAINING),
    ] = None,
    beta: Annotated[
        float | None,
        typer.Option(help="Weight of the KL term (default: 1).", rich_help_panel=_TRAINING),
    ] = None,
    warmup_epochs: Annotated[
        float | None,
        typer.Option(help="Epochs over which β rises from 0.", rich_help_panel=_TRAINING),
    ] = None,
    free_bits: Annotated[
        float | None,
        typer.Option(help="Nats each dimension may keep for free.", rich_help_panel=_TRAINING),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every draw.", rich_help_panel=_TRAINING)] = 0,
    device: Annotated[
        str, typer.Option(help="auto, cpu, cuda or mps.", rich_help_panel=_TRAINING)
    ] = "auto",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a run.", rich_help_panel=_OUTPUT)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON.", rich_help_panel=_OUTPUT)
    ] = False,
) -> None:
    """Train a model and write a run folder.

    Ctrl+C stops early and keeps the best weights so far; twice, and nothing is kept.

    Examples:

      latentscape train --dataset digits --out runs/digits

      latentscape train --text reviews.csv --text-column review --out runs/reviews
    """
    from vae_core.runs import train_run

    data = _load(dataset, text, folder, text_column, label_column)
    model_config = _model_config(
        model or ("dense" if data.modality == "images" else "gru"),
        latent_dim=latent_dim,
        hidden=hidden,
        embedding=embedding,
        encoder_hidden=encoder_hidden,
        decoder_hidden=decoder_hidden,
        dropout=dropout,
        word_dropout=word_dropout,
        max_tokens=max_tokens,
    )
    config = _train_config(
        data,
        epochs,
        {
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "schedule": schedule,
            "precision": precision,
            "seed": seed,
            "device": device,
        },
        {"beta": beta, "warmup_epochs": warmup_epochs, "free_bits": free_bits},
    )
    with _stop_on_signal() as should_stop:
        reports = train_run(
            data,
            model_config,
            config,
            out,
            tokenizer_kind=tokenizer,
            vocabulary_size=vocabulary_size,
            overwrite=overwrite,
            command=shlex.join(["latentscape", *sys.argv[1:]]),
            should_stop=should_stop,
        )
        _show(reports)
    _print_result(out, as_json)


def _load(
    dataset: str | None,
    text: Path | None,
    folder: Path | None,
    text_column: str | None,
    label_column: str | None,
) -> Dataset:
    from vae_core.data.registry import load_dataset
    from vae_core.data.text import read_text_file

    if (dataset is None) == (text is None):
        given = "neither" if dataset is None else "both"
        raise ConfigError(f"Give either --dataset NAME or --text FILE; {given} came.")
    if text is not None:
        if folder is not None:
            raise ConfigError("--folder goes with --dataset mnist, not with --text.")
        return read_text_file(text, text_column=text_column, label_column=label_column)
    if text_column or label_column:
        raise ConfigError("--text-column and --label-column go with --text FILE.")
    return load_dataset(str(dataset), folder)


def _model_config(family: str, **settings: Any) -> ModelConfig:
    from vae_core.models import model_class

    config_class = model_class(family).config_class
    known = {field.name for field in dataclasses.fields(config_class)}
    chosen = {name: value for name, value in settings.items() if value is not None}
    for name in chosen:
        if name not in known:
            raise ConfigError(
                f"The model {family} has no --{name.replace('_', '-')}; leave it out."
            )
    return config_class(**chosen)


def _train_config(
    data: Dataset, epochs: int, training: dict[str, Any], objective: dict[str, Any]
) -> TrainConfig:
    from vae_core.presets import recommended

    preset = recommended(data.modality, len(data), epochs)
    weights = {name: value for name, value in objective.items() if value is not None}
    return dataclasses.replace(
        preset,
        **{name: value for name, value in training.items() if value is not None},
        objective=dataclasses.replace(preset.objective, **weights),
    )


@contextmanager
def _stop_on_signal() -> Iterator[Callable[[], bool]]:
    """The first SIGINT or SIGTERM asks training to end; a second one ends the process."""
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        typer.echo("Stopping: keeping the best weights so far…", err=True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(reports: Iterator[TrainProgress]) -> None:
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
    held_out = report.validation_elbo
    shown = f"validation {held_out:.2f}" if held_out is not None else f"training {report.elbo:.2f}"
    return (
        f"epoch {report.epoch:.1f}/{report.epochs}  ELBO {shown}  KL {report.kl:.2f}  "
        f"{report.items_per_second:,.0f} items/s"
    )


def _print_result(out: Path, as_json: bool) -> None:
    from vae_core.checkpoint import read_config

    result = read_config(out)["result"]
    if as_json:
        typer.echo(json.dumps({"run": str(out), **result}))
        return
    typer.echo(
        f"{out}: validation ELBO {result['elbo']:.2f} nats per item "
        f"(reconstruction {result['reconstruction']:.2f}, KL {result['kl']:.2f}), "
        f"{result['active_units']} of {result['latent_dim']} dimensions active."
    )
    if result.get("collapsed"):
        typer.echo(
            "This model has collapsed: its sentences hardly depend on z. Train longer, or raise "
            "--free-bits or --warmup-epochs.",
            err=True,
        )
