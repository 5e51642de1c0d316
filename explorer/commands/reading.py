"""`latentscape read`: what a model has learned, the holes of its space and what dimensions do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands.using import AsJson, RunFolder, open_run

if TYPE_CHECKING:
    from explorer.analysis.aggregate import Holes
    from explorer.analysis.dimensions import Dimension


def read(
    run: RunFolder,
    most: Annotated[int, typer.Option(min=1, help="How many dimensions to list.")] = 16,
    as_json: AsJson = False,
) -> None:
    """Say how much of the prior no item uses, and what each latent dimension does.

    Dimensions are listed by how much they are used (KL). What goes with one is told only where it
    is more than chance. The Read page shows the same, and more.

    Examples:

      latentscape read sentences
    """
    from explorer import reading_words
    from explorer.analysis.aggregate import FEWEST_ITEMS, aggregate_of, holes
    from explorer.analysis.dimensions import read_dimensions

    opened = open_run(run, "cpu")
    found = None
    if len(opened) >= FEWEST_ITEMS:
        items = aggregate_of(opened.latents.mean, opened.latents.log_variance)
        found = holes(items, opened.model, len(opened))
    dimensions = read_dimensions(opened)
    if as_json:
        said = {
            "run": str(opened.path),
            "holes": None if found is None else _holes(found),
            "dimensions": [_dimension(one) for one in dimensions],
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    if found is None:
        typer.echo(
            f"{len(opened)} items are too few to say where none is; {FEWEST_ITEMS} are needed."
        )
    else:
        typer.echo(reading_words.holes(found))
        typer.echo(f"All items against the prior: {reading_words.kl(found)}.")
    for one in dimensions[:most]:
        typer.echo(f"{one.name:>5}  {one.usage:5.2f} nats  {reading_words.headline(one)}")
    if len(dimensions) > most:
        typer.echo(f"{len(dimensions) - most} more: --most {len(dimensions)} lists them.")


def _holes(found: Holes) -> dict[str, Any]:
    return {
        "mass": found.mass,
        "error": found.error,
        "beyond_prior": found.outside,
        "kl": [found.least, found.kl],
        "information": found.information,
        "information_cap": found.cap,
        "draws": len(found.points),
        "items": found.items,
    }


def _dimension(one: Dimension) -> dict[str, Any]:
    words = one.words
    return {
        "dimension": one.dimension,
        "kl": one.usage,
        "effects": [
            {
                "name": effect.name,
                "measure": "eta" if effect.of_categories else "rho",
                "value": effect.value,
                "items": effect.items,
                "low": effect.low,
                "high": effect.high,
                "clear": effect.clear,
            }
            for effect in one.effects
        ],
        "words": None
        if words is None
        else {
            "come": [[word.word, word.low, word.high] for word in words.come],
            "go": [[word.word, word.low, word.high] for word in words.go],
            "bases": words.bases,
        },
    }
