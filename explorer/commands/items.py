"""`latentscape items`: some items of a run as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from explorer.commands.using import AsJson, RunFolder, find_run, open_run
from vae_core.data.dataset import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vae_core.checkpoint import Run


def items(
    run: RunFolder,
    out: Annotated[Path, typer.Option(help="File to write; it ends in .csv or .parquet.")],
    only: Annotated[
        Path | None, typer.Option(help="Text file with the numbers of the items, one a line.")
    ] = None,
    view: Annotated[
        str | None, typer.Option(help="Map whose places to write, as in ?view= (default: PCA).")
    ] = None,
    decode: Annotated[
        bool, typer.Option("--decode", help="Write what the model makes of each text.")
    ] = False,
    pinned: Annotated[list[int] | None, typer.Option(help="An item that is pinned.")] = None,
    progress: Annotated[
        Path | None, typer.Option(hidden=True, help="File to write the number of rows done to.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write items as a table, a row each: texts, labels, columns, clusters, places, mu and sigma.

    Every kept clustering gives two columns, the number and the name of each item's cluster; noise
    is -1. Texts are written as they are: open a CSV of strangers' texts as text, not as formulas.

    Examples:

      latentscape items runs/reviews --out reviews.csv

      latentscape items runs/reviews --only numbers.txt --decode --out some.parquet
    """
    from explorer import cluster_place, item_numbers, item_table, kept_clusters
    from vae_core.export.destination import check_file, file_at

    if out.suffix not in item_table.FORMATS:
        raise DataError(f"The name of a table must end in .csv or .parquet, but is {out.name}.")
    out = out.expanduser()
    find_run(run)
    check_file(out, overwrite=overwrite)
    numbers = None if only is None else item_numbers.numbers_in(only.expanduser())
    opened = open_run(run, "cpu")
    kept = cluster_place.read_all(opened)
    for problem in kept.problems:
        typer.echo(problem, err=True)
    wanted = item_table.Wanted(
        item_numbers.chosen(numbers, len(opened)),
        _places(opened, view),
        frozenset(pinned or ()),
        decode,
    )
    with_clusters = kept_clusters.with_columns(opened, kept)
    with file_at(out, overwrite=overwrite) as aside:
        # The writers tell by its ending what it is to be.
        named = aside.with_name(f"{aside.name}{out.suffix}")
        try:
            item_table.write(with_clusters, wanted, named, lambda done: _tell(progress, done))
            named.replace(aside)
        finally:
            named.unlink(missing_ok=True)
    count = len(wanted.items)
    if as_json:
        typer.echo(json.dumps({"out": str(out), "items": count}, ensure_ascii=False))
        return
    typer.echo(f"{out}: {count:,} {'item' if count == 1 else 'items'}.")


def _places(run: Run, view: str | None) -> NDArray[np.floating]:
    from explorer import prepared, projections
    from explorer.analysis.projection.spec import ProjectionSpec

    if view is None:
        return prepared.PROJECTION.get(run, {}).points
    spec = ProjectionSpec.from_id(view)
    found = projections.find(run, spec)
    if found is None:
        raise DataError(
            f"The map {view} is not computed yet; `latentscape project {run.path.name} "
            f"{' '.join(spec.arguments)}` does so."
        )
    return found.points


def _tell(file: Path | None, done: int) -> None:
    if file is None:
        return
    from vae_core.files import write_whole

    write_whole(file, str(done).encode())
