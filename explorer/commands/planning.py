"""`latentscape plan`: what a corpus is like, what to train on it, and how long that takes here."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands import data_options

if TYPE_CHECKING:
    from vae_core.data.dataset import Dataset
    from vae_core.planning import Proposal

_SHOWN_LABELS, _SHOWN_SCRIPTS = 5, 3


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
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print(found)


def examine(data: Dataset, *, trial: bool = True) -> dict[str, Any]:
    """Return what `plan` prints, as JSON values: notes, profile, proposal and seconds."""
    from explorer.configurations import model_config, train_config
    from vae_core.data.profile import profile
    from vae_core.planning import fitted_to_time, propose, propose_for_pictures, seconds_for

    looked = None if data.modality == "images" else profile(data)
    proposal = propose_for_pictures(data) if looked is None else propose(looked)
    found: dict[str, Any] = {
        "name": data.name,
        "items": len(data),
        "notes": list(data.notes),
        "profile": None if looked is None else looked.to_json(),
        "proposal": proposal.to_json(),
        "seconds": None,
    }
    if trial:
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
        proposal = fitted_to_time(proposal, seconds, len(data))
        found |= {
            "proposal": proposal.to_json(),
            "seconds": seconds * proposal.epochs / found["proposal"]["epochs"],
        }
    return found


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
        typer.echo(f"{title:<14} {words}")
    proposal = Proposal.from_json(found["proposal"])
    for reason in proposal.reasons:
        typer.echo(reason)
    if found["seconds"] is not None:
        typer.echo(f"Takes about {_duration(found['seconds'])} on this machine.")
    # What was given to `plan` says what to learn from; the rest is what was found.
    given = [word for word in sys.argv[2:] if word not in ("--no-trial", "--trial")]
    name = found["name"].split(".")[0] or "run"
    command = ["train", *given, *proposed_options(proposal), "--out", f"runs/{name}"]
    typer.echo(f"\n{shlex.join(['latentscape', *command])}")


def _facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    facts = [("items", f"{found['items']:,}")]
    profile = found["profile"]
    if profile is None:
        return facts
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
        shown = ", ".join(f"{name or 'none'} {count:,}" for name, count in labels)
        facts.append(("labels", shown + (f" and {more} more" if more > 0 else "")))
    return facts


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
