"""`latentscape export` and `import`: a finished run taken away, and brought in again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from explorer import paths, wording
from explorer.commands.using import AsJson, RunFolder, find_run, open_run
from explorer.html_export.writing import FORMAT, HtmlOptions, check_html, export_html
from vae_core.export.errors import ExportError
from vae_core.export.formats import Exported

_FORMATS = "zip, parquet, csv, npz, npy, projector, safetensors, onnx or html"


def export(
    run: RunFolder,
    to: Annotated[str, typer.Option(help=f"What to write: {_FORMATS}.")],
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier export there.")
    ] = False,
    view: Annotated[
        str | None, typer.Option(help="html: the map, as ?view= names it, or how that begins.")
    ] = None,
    colour: Annotated[
        str | None, typer.Option(help='html: as "Colour by" of the Map page (default: its first).')
    ] = None,
    most: Annotated[
        int | None, typer.Option(help="html: a fair sample of so many items (default: all).")
    ] = None,
    only: Annotated[
        Path | None,
        typer.Option(help="html: text file with the numbers of the items to take, one a line."),
    ] = None,
    pins: Annotated[
        Path | None, typer.Option(help="html: pins to show, a file saved on the Map page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a finished run in a format that others read.

    zip: the whole run, for `latentscape import` elsewhere. parquet, csv, npz, npy: texts, labels,
    metadata, each item's mu and sigma, and the number and name of its cluster in every clustering
    that is kept (`latentscape cluster`; noise is -1). projector: a folder for TensorBoard's
    Embedding Projector. npy, projector, safetensors and onnx make a folder of several files.
    safetensors: the weights alone. onnx: encoder and decoder, checked against
    the model (needs the extra "onnx", see the README). html: one file with the map and a decoder
    that works in any browser, from disk and without a network.

    Examples:

      latentscape export runs/reviews --to parquet --out reviews.parquet

      latentscape export digits --to onnx --out digits-onnx

      latentscape export runs/reviews --to html --out reviews.html --colour stars
    """
    options = HtmlOptions(view, colour, most)
    if to == FORMAT:
        done = _html(run, out.expanduser(), options, only, pins, overwrite)
    elif options != HtmlOptions() or only is not None or pins is not None:
        raise ExportError(
            "--view, --colour, --most, --only and --pins are of --to html; leave them out."
        )
    else:
        done = _others(run, to, out.expanduser(), overwrite)
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
    if (told := wording.differences(done.differences)) is not None:
        typer.echo(told)


def _html(
    run: Path,
    out: Path,
    options: HtmlOptions,
    only: Path | None,
    pins: Path | None,
    overwrite: bool,
) -> Exported:
    from explorer import item_numbers, pin_files, share_home

    check_html(out, find_run(run), overwrite=overwrite)
    if only is not None:
        options = replace(options, only=tuple(item_numbers.numbers_in(only.expanduser())))
    opened = open_run(run, "cpu")
    if pins is not None:
        raw = _content(pins.expanduser())
        identity = share_home.identity_of(opened)
        held = pin_files.read(raw, identity, len(opened), opened.latent_dim)
        options = replace(options, pins=held)
    return export_html(opened, out, options, overwrite=overwrite)


def _content(file: Path) -> bytes:
    from explorer.pin_files import MOST_BYTES

    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ExportError(f"{file} cannot be read: {error.strerror}.") from error


def _others(run: Path, to: str, out: Path, overwrite: bool) -> Exported:
    from explorer import cluster_place, kept_clusters
    from vae_core.export import FORMATS, export_run
    from vae_core.export.formats import check_export

    if to not in FORMATS:
        known = ", ".join((*FORMATS, FORMAT))
        raise ExportError(f"There is no format {to!r}; choose one of {known}.")
    check_export(to, out, find_run(run), overwrite=overwrite)
    opened = open_run(run, "cpu")
    kept = cluster_place.read_all(opened)
    opened = kept_clusters.with_columns(opened, kept)
    for problem in kept.problems:
        typer.echo(problem, err=True)
    return export_run(opened, to, out, overwrite=overwrite)


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
