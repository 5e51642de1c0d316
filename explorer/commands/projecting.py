"""`latentscape project`: a projection of a run's latent space, computed and kept for the pages."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer

from explorer.commands.using import AsJson, RunFolder, open_run


def project(
    run: RunFolder,
    method: Annotated[str, typer.Option(help="raw, pca, umap, tsne or pacmap.")] = "umap",
    dimensions: Annotated[int, typer.Option(help="2 or 3.")] = 2,
    neighbours: Annotated[
        int | None, typer.Option(help="UMAP, PaCMAP: nearest items that count (default: 15).")
    ] = None,
    min_dist: Annotated[
        float | None, typer.Option(help="UMAP: how close points may come (default: 0.1).")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Distance: euclidean (default) or cosine.")
    ] = None,
    supervised: Annotated[
        bool, typer.Option("--supervised", help="UMAP: draw items of one label together.")
    ] = False,
    perplexity: Annotated[
        float | None, typer.Option(help="t-SNE: about how many items count (default: 30).")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of every draw (default: 0).")] = None,
    as_json: AsJson = False,
) -> None:
    """Compute a projection of a run, measure what it is worth, and keep it with the run.

    The pages then have it at once. The same seed gives the same points again on the same machine.
    What is there already and fits is not computed again.

    Examples:

      latentscape project runs/reviews

      latentscape project runs/reviews --method umap --neighbours 50 --dimensions 3
    """
    from explorer import projections
    from explorer.analysis.projection import ProjectionSpec

    given: dict[str, Any] = {
        "neighbours": neighbours,
        "min_dist": min_dist,
        "metric": metric,
        "perplexity": perplexity,
        "seed": seed,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    spec = ProjectionSpec(method, dimensions, supervised=supervised, **chosen)
    opened = open_run(run, "cpu")
    began = time.monotonic()
    found, file = projections.find(opened, spec), projections.file_of(opened, spec)
    there = found is not None and file is not None
    if found is None or file is None:
        found, file = projections.make(opened, spec)
    seconds = time.monotonic() - began
    quality = found.quality
    if as_json:
        said = {
            "run": str(opened.path),
            "id": spec.id,
            "file": str(file),
            "done": "there" if there else "written",
            "seconds": round(seconds, 3),
            "spec": spec.to_json(),
            "note": found.note,
            "warning": found.warning,
            "quality": None if quality is None else quality.to_json(),
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    done = "already there" if there else f"written in {seconds:.0f} s"
    typer.echo(f"{spec.id}: {done} ({file}).")
    for sentence in (found.note, quality and quality.words, found.warning):
        if sentence:
            typer.echo(sentence)
