"""`latentscape prepare`: what pages show of a run, computed ahead and kept beside it."""

from __future__ import annotations

import json

import typer

from explorer.commands.using import AsJson, RunFolder, open_run

_WORDS = {
    "written": "written",
    "there": "already there",
    "none": "not needed for this run",
}


def prepare(run: RunFolder, as_json: AsJson = False) -> None:
    """Compute what the pages show of a run, and keep it in the run's folder.

    The map's projection and the clusters are then there at once, and a UMAP of more than two
    dimensions. The explorer does this by itself after each training. What does not fit the run any
    more is computed anew.

    Examples:

      latentscape prepare runs/reviews
    """
    from explorer import prepared

    opened = open_run(run, "cpu")
    done = prepared.prepare(opened)
    if as_json:
        typer.echo(json.dumps({"run": str(opened.path), "prepared": done}))
        return
    for name, what in done.items():
        typer.echo(f"{name}: {_WORDS[what]}.")
