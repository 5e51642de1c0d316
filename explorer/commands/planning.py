"""`latentscape plan`: what a corpus is like, what to train on it, and how long that takes here."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands import data_options
from explorer.commands.plain import plain
from explorer.progress_words import time_words

if TYPE_CHECKING:
    from vae_core.data.dataset import Dataset
    from vae_core.planning import Proposal

_SHOWN_LABELS, _SHOWN_SCRIPTS = 5, 3
_GUESSED_BY = 1000


@data_options.takes_data
def plan(
    data: data_options.DataOptions,
    trial: Annotated[
        bool, typer.Option(help="Measure by a few steps how long the training takes here.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Look at data before training on them: what is in them, and what to train.

    Example:

      latentscape plan --text reviews.csv --text-column review
    """
    dataset = data.load(quietly=as_json)
    found = examine(dataset, trial=trial)
    if data.label_column == "":  # said to be none
        found["label_guess"] = None
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print(found)


def examine(data: Dataset, *, trial: bool = True) -> dict[str, Any]:
    """Return what `plan` prints, as JSON values: columns, profile, proposal and times."""
    from vae_core.data.picture_profile import profile_pictures
    from vae_core.data.profile import profile
    from vae_core.planning import propose, propose_for_pictures

    looked = None if data.modality == "images" else profile(data)
    proposal = propose_for_pictures(data) if looked is None else propose(looked)
    return {
        "name": data.name,
        "items": len(data),
        "notes": list(data.notes),
        "text_column": data.source.get("text_column"),
        "label_column": data.source.get("label_column"),
        "label_guess": _label_guess(data),
        "profile": None if looked is None else looked.to_json(),
        "pictures": None if data.images is None else profile_pictures(data).to_json(),
        "proposal": proposal.to_json(),
        **(_times(data, proposal) if trial else {"seconds": None, "shorter": None}),
    }


def _times(data: Dataset, proposal: Proposal) -> dict[str, Any]:
    """Of the whole training, and of one that fits in an hour, where the whole does not."""
    from explorer.configurations import model_config, train_config
    from vae_core.planning import fewer_epochs
    from vae_core.timing import seconds_for

    given = {"latent_dim": proposal.latent_dim}
    if proposal.max_tokens is not None:
        given["max_tokens"] = proposal.max_tokens
    seconds = seconds_for(
        data,
        model_config(proposal.model, None, given),
        train_config(proposal.model, len(data), proposal.epochs, {}),
        tokenizer_kind=proposal.tokenizer or "word",
        vocabulary_size=proposal.vocabulary_size or 10_000,
    )
    fewer = fewer_epochs(proposal.epochs, seconds.low)
    shorter = None
    if fewer is not None:
        shorter = {"epochs": fewer, "seconds": seconds.times(fewer / proposal.epochs)}
    return {"seconds": seconds, "shorter": shorter}


def _label_guess(data: Dataset) -> str | None:
    """The column that looks like labels, where none was taken."""
    from vae_core.data.column_guess import guess_label_column, look_at_column

    if data.labels is not None:
        return None
    looks = [look_at_column(name, column[:_GUESSED_BY]) for name, column in data.metadata.items()]
    found = guess_label_column(looks, None)
    # It comes into a command to copy: no sign that a terminal would act on.
    return found if found and plain(found) == found else None


def proposed_options(proposal: Proposal) -> list[str]:
    """Return the options of `latentscape train` that a proposal comes to."""
    options: dict[str, Any] = {
        "model": proposal.model,
        "latent-dim": proposal.latent_dim,
        "epochs": proposal.epochs,
        "tokenizer": proposal.tokenizer if proposal.tokenizer == "bpe" else None,
        "vocabulary-size": proposal.vocabulary_size,
        "max-tokens": proposal.max_tokens,
    }
    given = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    return [word for pair in given for word in pair]


def _print(found: dict[str, Any]) -> None:
    from vae_core.planning import Proposal

    for title, words in _facts(found):
        typer.echo(f"{title:<16} {words}")
    proposal = Proposal.from_json(found["proposal"])
    for reason in proposal.reasons:
        typer.echo(reason)
    for sentence in time_words(found):
        typer.echo(sentence)
    # What was given to `plan` says what to learn from; the rest is what was found.
    given = [word for word in sys.argv[2:] if word not in ("--no-trial", "--trial")]
    name = found["name"].split(".")[0] or "run"
    if found["label_guess"] is not None:
        given += ["--label-column", found["label_guess"]]
    command = ["train", *given, *proposed_options(proposal), "--out", f"runs/{name}"]
    typer.echo(f"\n{shlex.join(['latentscape', *command])}")


def _facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    facts = [("items", f"{found['items']:,}")]
    profile = found["profile"]
    if profile is None:
        return facts
    facts += _columns(found)
    scripts = list(profile["scripts"].items())[:_SHOWN_SCRIPTS]
    facts += [
        ("without text", f"{profile['empty']:,}"),
        ("repeated", f"{profile['repeated']:,} of the {profile['looked_at']:,} looked at"),
        ("words", f"half have up to {profile['median_words']}, 95 % up to {profile['most_words']}"),
        ("scripts", ", ".join(f"{name} {share:.0%}" for name, share in scripts) or "no letters"),
        ("different words", f"{profile['words']:,}"),
    ]
    if profile["labels"]:
        labels = list(profile["labels"].items())[:_SHOWN_LABELS]
        more = profile["different_labels"] - len(labels)
        shown = ", ".join(f"{name or 'no label'} {count:,}" for name, count in labels)
        facts.append(("labels", shown + (f" and {more} more" if more > 0 else "")))
    return facts


def _columns(found: dict[str, Any]) -> list[tuple[str, str]]:
    text, label, guess = (found[name] for name in ("text_column", "label_column", "label_guess"))
    facts = [] if text is None else [("text column", plain(text))]
    if label is not None:
        facts.append(("label column", plain(label)))
    elif guess is not None:
        facts.append(("label column", f"none given; {guess} looks like one"))
    return facts
