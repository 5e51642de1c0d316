"""`latentscape export` and `import`: a finished run taken away, and brought in again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from explorer import paths, wording
from explorer.commands.using import AsJson, RunFolder, find_run, open_run

_FORMATS = "zip, parquet, csv, npz, npy, projector, safetensors or onnx"


def export(
    run: RunFolder,
    to: Annotated[str, typer.Option(help=f"What to write: {_FORMATS}.")],
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier export there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a finished run in a format that others read.

    zip: the whole run, for `latentscape import` elsewhere. parquet, csv, npz, npy: texts, labels,
    metadata, each item's mu and sigma, and the number and name of its cluster in every clustering
    that is kept (`latentscape cluster`; noise is -1). projector: a folder for TensorBoard's
    Embedding Projector. npy, projector, safetensors and onnx make a folder of several files.
    safetensors: the weights alone. onnx: encoder and decoder, checked against
    the model (needs the extra "onnx", see the README).

    Examples:

      latentscape export runs/reviews --to parquet --out reviews.parquet

      latentscape export digits --to onnx --out digits-onnx
    """
    from explorer import cluster_place, kept_clusters
    from vae_core.export import export_run
    from vae_core.export.formats import check_export

    check_export(to, out.expanduser(), find_run(run), overwrite=overwrite)
    opened = open_run(run, "cpu")
    kept = cluster_place.read_all(opened)
    opened = kept_clusters.with_columns(opened, kept)
    for problem in kept.problems:
        typer.echo(problem, err=True)
    done = export_run(opened, to, out.expanduser(), overwrite=overwrite)
    if as_json:
        typer.echo(json.dumps({
            "out": str(done.path),
            "format": done.format,
            "items": done.items,
            "files": done.files,
            "differences": done.differences,
        }, ensure_ascii=False))  # fmt: skip
        return
    size = sum(done.files.values())
    typer.echo(f"{out}: {done.items:,} items, {wording.size(size)}.")
    if done.differences:
        worst = max(done.differences.values())
        typer.echo(f"Checked against the model: the largest difference is {worst:.1g}.")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="What export --to zip wrote.")],
    runs: Annotated[
        Path | None, typer.Option(help="Folder of the runs (default: where the app looks).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run (default: its own).")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a run in that somebody exported as a .zip, after checking all of it.

    Nothing in the file is run; what is no run, or damaged, is refused and leaves nothing behind.
    """
    from vae_core.export import import_run
    from vae_core.run_config import read_summary

    folder = import_run(file.expanduser(), (runs or paths.runs_folder()).expanduser(), name=name)
    summary = read_summary(folder)
    if as_json:
        typer.echo(json.dumps({
            "run": str(folder),
            "modality": summary.modality,
            "family": summary.family,
            "items": summary.items,
        }, ensure_ascii=False))  # fmt: skip
        return
    typer.echo(f"{folder}: {summary.items:,} {summary.modality}, {summary.family}.")
