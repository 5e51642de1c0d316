"""`latentscape train`: a data set in, a run folder out."""

from __future__ import annotations

import inspect
import math
import operator
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

from explorer.commands import data_options
from explorer.commands.training_report import print_result, show
from explorer.configurations import (
    ORDINARY_ITEMS,
    check_model,
    model_config,
    train_config,
    usual_vocabulary,
)
from explorer.settings import MODEL, OBJECTIVE, TRAINING
from vae_core.checks import ConfigError, check_range, check_whole
from vae_core.data.dataset import Modality
from vae_core.data.tokenizer import MIN_VOCABULARY
from vae_core.families import data_modality, modality_of

_MODEL = "Model"
_TRAINING = "Training"
_OBJECTIVE = "Objective"
_OUTPUT = "Output"


@data_options.takes_data
def train(
    data: data_options.DataOptions,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write the run to.", rich_help_panel=_OUTPUT)
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="A run folder whose training was interrupted: go on where it stopped.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Model family: dense or conv for images; gru, lstm or transformer for sentences; "
            "bag-of-words for documents.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(help="A pre-set size, such as small or base.", rich_help_panel=_MODEL),
    ] = None,
    tokenizer: Annotated[
        Literal["word", "bpe"],
        typer.Option(help="Sentences: words, or pieces of words.", rich_help_panel=_MODEL),
    ] = "word",
    vocabulary_size: Annotated[
        int | None,
        typer.Option(
            help="Texts: at most this many tokens (default: 10,000; documents 2,000).",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    epochs: Annotated[
        int, typer.Option(help="Times through the data.", rich_help_panel=_TRAINING)
    ] = 20,
    language_model: Annotated[
        bool,
        typer.Option(
            help="Sentences: train the decoder without z as well, to compare with.",
            rich_help_panel=_TRAINING,
        ),
    ] = True,
    save_every: Annotated[
        float,
        typer.Option(
            help="Seconds between saved states, from which --resume goes on.",
            rich_help_panel=_OUTPUT,
        ),
    ] = 30.0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a run.", rich_help_panel=_OUTPUT)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON.", rich_help_panel=_OUTPUT)
    ] = False,
    **settings: Any,
) -> None:
    """Train a model and write a run folder.

    Ctrl+C stops early and keeps the best weights so far; twice, and it ends at once. A training
    that ended in any way goes on, to the same result, with --resume.

    Examples:

      latentscape train --dataset digits --out runs/digits

      latentscape train --text reviews.csv --text-column review --out runs/reviews

      latentscape train --images drawings.zip --side 32 --out runs/drawings

      latentscape train --resume runs/reviews
    """
    if resume is not None:
        _resume(resume, {"out": out, **data.named(), "model": model}, save_every)
        print_result(resume, as_json)
        return
    if out is None:
        raise ConfigError("Give the folder to write to with --out, or go on with --resume FOLDER.")
    from vae_core.run_folder import check_place, recover

    # All that can be refused is refused before torch is imported, which takes seconds.
    check_range("save_every", save_every, 1e-3, math.inf)
    modality = data.check()
    recover(out.resolve())
    check_place(out.resolve(), overwrite)
    family = model or ("dense" if modality == "images" else "gru")
    _check_family(family, modality)
    _check_texts_only(family, tokenizer, vocabulary_size, language_model)
    train_config(family, ORDINARY_ITEMS, epochs, settings)
    if check_model(family, size, settings):
        model_config(family, size, settings)
    dataset = data.load()
    config = train_config(family, len(dataset), epochs, settings)
    from vae_core.run_training import train_run

    with _stop_on_signal() as should_stop:
        show(
            train_run(
                dataset,
                model_config(family, size, settings),
                config,
                out,
                tokenizer_kind=tokenizer,
                vocabulary_size=(
                    usual_vocabulary(family) if vocabulary_size is None else vocabulary_size
                ),
                language_model=language_model,
                overwrite=overwrite,
                command=shlex.join(["latentscape", *sys.argv[1:]]),
                should_stop=should_stop,
                save_seconds=save_every,
            )
        )
    print_result(out, as_json)


def _check_family(family: str, held: Modality) -> None:
    modality = modality_of(family)
    if data_modality(modality) != held:
        raise ConfigError(
            f"The model {family} is for {modality}, but {held} are given; choose another model."
        )


def _check_texts_only(
    family: str, tokenizer: str, vocabulary_size: int | None, language_model: bool
) -> None:
    """Refuse what the family would not look at."""
    modality = modality_of(family)
    without = {
        "--tokenizer bpe": tokenizer != "word" and modality != "sentences",
        "--no-language-model": not language_model and modality != "sentences",
        "--vocabulary-size": vocabulary_size is not None and modality == "images",
    }
    for option, useless in without.items():
        if useless:
            raise ConfigError(f"{option} does nothing for the model {family}; leave it out.")
    if vocabulary_size is not None:
        check_whole("vocabulary_size", vocabulary_size, MIN_VOCABULARY, 10_000_000)


def _resume(folder: Path, others: dict[str, Any], save_seconds: float) -> None:
    from vae_core.run_config import read_config
    from vae_core.run_folder import check_resumable

    if not folder.is_dir():
        raise ConfigError(f"There is no run folder {folder}; check the path.")
    for name, value in others.items():
        if value is not None:
            raise ConfigError(
                f"--resume goes on with the settings of {folder}; leave --{name} out."
            )
    check_range("save_every", save_seconds, 1e-3, math.inf)
    read_config(folder)
    check_resumable(folder)
    from vae_core.run_training import resume_run

    with _stop_on_signal() as should_stop:
        show(resume_run(folder, should_stop=should_stop, save_seconds=save_seconds))


def _add_settings(command: Callable[..., None]) -> None:
    """Give the command one option for each field of the configurations, empty by default."""
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    hints.pop("settings")
    parameters = [
        parameter.replace(annotation=hints[name])
        for name, parameter in signature.parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    for panel, settings in ((_MODEL, MODEL), (_TRAINING, TRAINING), (_OBJECTIVE, OBJECTIVE)):
        for setting in settings:
            kind: Any = setting.kind | None
            flag = f"--{setting.option.replace('_', '-')}"
            option = typer.Option(flag, help=setting.text, rich_help_panel=panel)
            # What Annotated[kind, option] means, where the kind is known only at run time.
            hint = operator.getitem(Annotated, (kind, option))
            hints[setting.option] = hint
            parameters.append(
                inspect.Parameter(
                    setting.option,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=None,
                    annotation=hint,
                )
            )
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = hints


_add_settings(train)


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
