"""`latentscape check`: duplicates and outliers of a run, computed and kept for the pages."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands.using import AsJson, RunFolder, open_run

if TYPE_CHECKING:
    from explorer.analysis.oddities import Oddities
    from vae_core.checkpoint import Run


def check(
    run: RunFolder,
    limit: Annotated[int, typer.Option(min=1, help="How many outliers to list.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Look for items that are there twice, and for those unlike all others; keep what is found.

    Duplicates: texts that are the same but for case and spaces, pictures that are the same in every
    pixel, and items whose places nearly coincide. Outliers: items that come back worst from where
    they lie (where the run has its data), and items where the space is emptiest: the largest mean
    distance to the 15 nearest. The Map page shows them under Search.

    Examples:

      latentscape check runs/reviews
    """
    from explorer import kept_oddities

    opened = open_run(run, "cpu")
    began = time.monotonic()
    found = kept_oddities.find(opened)
    there = found is not None
    if found is None:
        found, _ = kept_oddities.make(opened, lambda what: typer.echo(f"{what} …", err=True))
    seconds = time.monotonic() - began
    said = _said(opened, found, limit)
    if as_json:
        done = "there" if there else "written"
        head = {"run": str(opened.path), "done": done, "seconds": round(seconds, 3)}
        typer.echo(json.dumps(head | said, ensure_ascii=False))
        return
    for name, title in (("same", "The same"), ("alike", "Nearly in one place")):
        if said[name] is not None:
            typer.echo(
                f"{title}: {said[name]['items']:,} items in {said[name]['groups']:,} groups."
            )
    for name, title in (("bad", "Worst rebuilt"), ("alone", "Farthest from others")):
        if said[name] is not None:
            items = ", ".join(f"{one['item']} ({one['value']:.3g})" for one in said[name])
            typer.echo(f"{title}: {items}.")


def _said(run: Run, found: Oddities, limit: int) -> dict[str, Any]:
    from explorer.analysis.oddities import ALONE
    from explorer.analysis.ranking import highest

    said: dict[str, Any] = {}
    for name, numbers in (("same", found.same), ("alike", found.alike)):
        said[name] = None if numbers is None else {
            "items": int((numbers != ALONE).sum()), "groups": int(numbers.max(initial=-1)) + 1,
        }  # fmt: skip
    for name, values in (("bad", found.error), ("alone", found.alone)):
        ranked = None if values is None else highest(values, limit, name)
        said[name] = None if ranked is None else [
            {"item": int(item), "value": float(f"{value:.6g}")}
            for item, value in zip(ranked.items, ranked.values, strict=True)
        ]  # fmt: skip
    return said
