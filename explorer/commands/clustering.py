"""`latentscape cluster`: the items of a finished run in groups, described, judged and kept."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from explorer.commands.using import AsJson, RunFolder, Seed, open_run
from vae_core.checks import check_choice
from vae_core.config import ConfigError

if TYPE_CHECKING:
    from explorer.analysis.clusters.choosing import KChoice
    from explorer.analysis.clusters.edits import Clustering
    from explorer.analysis.clusters.spec import ClusterSpec, Vectors
    from vae_core.checkpoint import Run

_AUTO = "auto"
# The parts of the work that can be asked for alone.
PROPOSAL, CLUSTERS, MEASURES = "proposal", "clusters", "measures"


def cluster(
    run: RunFolder,
    method: Annotated[str, typer.Option(help="kmeans, or hdbscan with noise.")] = "kmeans",
    k: Annotated[
        str | None, typer.Option(help="k-means: how many clusters, or auto (the default).")
    ] = None,
    min_cluster_size: Annotated[
        int | None, typer.Option(help="hdbscan: fewer items are noise (default: 15).")
    ] = None,
    min_samples: Annotated[
        int | None,
        typer.Option(help="hdbscan: neighbours of a dense place (default: as the size)."),
    ] = None,
    space: Annotated[
        str,
        typer.Option(
            help="latent, normalised (all dimensions scaled alike) or the id of a projection."
        ),
    ] = "latent",
    seed: Seed = 0,
    name: Annotated[str, typer.Option(help="What to call this clustering.")] = "",
    themes: Annotated[
        int | None, typer.Option(help="Also gather the clusters in so many larger themes.")
    ] = None,
    compare_lsa: Annotated[
        bool,
        typer.Option(
            "--compare-lsa",
            help="Compare with k-means of LSA (texts) or of the pixels' PCA (pictures).",
        ),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a kept clustering that was changed.")
    ] = False,
    only: Annotated[
        str | None,
        typer.Option(
            help="proposal: say which k the items speak for, keep nothing; clusters: find and keep "
            "them, say nothing of them; measures: judge those that are kept, as they are now."
        ),
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="Folder to keep them in (default: the run's clusters/).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Divide the items of a run into clusters, and keep them with the run.

    It says of each cluster how many items it has, its keywords, its centre decoded, and its most
    typical and most borderline items; and of all, whether they come again from other seeds, and
    how well they meet the labels.

    Examples:

      latentscape cluster runs/reviews --k 10 --name topics

      latentscape cluster runs/titles --compare-lsa

      latentscape cluster runs/titles --method hdbscan --min-cluster-size 50
    """
    if only is not None:
        check_choice("--only", only, (PROPOSAL, CLUSTERS, MEASURES))
    if only == PROPOSAL and (k not in (None, _AUTO) or method != "kmeans"):
        raise ConfigError("--only proposal proposes a k for kmeans: leave --k and --method out.")
    spec = _asked(method, k, (min_cluster_size, min_samples), space, seed)
    opened = open_run(run, "cpu")
    from explorer import cluster_spaces
    from explorer.analysis.clusters.edits import found_by
    from explorer.cluster_report import report
    from explorer.commands.cluster_table import printed

    folder = _folder(opened) if into is None else into.expanduser()
    vectors = cluster_spaces.vectors(opened, space)
    choice = None
    if method == "kmeans" and k in (None, _AUTO):
        choice = _choice(opened, vectors, seed)
        spec = dataclasses.replace(spec, k=choice.k)
    if choice is not None and only == PROPOSAL:
        _print(_told(choice), as_json, choice.words())
        return
    if only == MEASURES:
        _measure(opened, spec, vectors, folder, compare_lsa, as_json)
        return
    if not overwrite:
        _check_unchanged(opened, spec, folder)
    clustering = found_by(spec, vectors).titled(name)
    said: dict[str, Any] = {"run": str(opened.path), "id": spec.id}
    told = None if choice is None else _told(choice)
    if only == CLUSTERS:
        kept = _kept(opened, clustering, folder)
        _print({**said, "kept": kept, "choice": told}, as_json, f"Kept as {kept}.")
        return
    found = report(opened, clustering, vectors, themes=themes, compare=compare_lsa)
    result = {**said, "kept": _kept(opened, clustering, folder), "choice": told, **found}
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    for line in printed(result):
        typer.echo(line)


def _asked(
    method: str, k: str | None, sizes: tuple[int | None, int | None], space: str, seed: int
) -> ClusterSpec:
    """How to divide; where k is left to us, with the fewest there can be."""
    from explorer.analysis.clusters.spec import FEWEST_K, ClusterSpec

    values: dict[str, Any] = {"method": method, "space": space, "seed": seed}
    size, samples = sizes
    if method == "hdbscan":
        size = 15 if size is None else size
        number = None if k in (None, _AUTO) else _whole(k)
    else:
        number = FEWEST_K if k in (None, _AUTO) else _whole(k)
    return ClusterSpec(**values, k=number, min_cluster_size=size, min_samples=samples)


def _choice(run: Run, vectors: Vectors, seed: int) -> KChoice:
    """What speaks for k."""
    from explorer.analysis.clustering import natural_k
    from explorer.analysis.clusters.choosing import choose_k

    if sys.stderr.isatty():
        typer.echo("Trying several numbers of clusters …", err=True)
    return choose_k(vectors, start=natural_k(run.labels, len(run)), seed=seed)


def _whole(k: str | None) -> int:
    try:
        return int(k or "")
    except ValueError as error:
        raise ConfigError(f"--k takes a whole number or {_AUTO}, but {k!r} came.") from error


def _measure(
    run: Run, spec: ClusterSpec, vectors: Vectors, folder: Path | None, compare: bool, as_json: bool
) -> None:
    """Judge what is kept of this spec, with its changes; where nothing is, what would be found."""
    from explorer import kept_clusters
    from explorer.analysis.clusters.edits import found_by
    from explorer.cluster_report import measures
    from explorer.commands.cluster_table import measured

    folders = dict.fromkeys((folder, kept_clusters.folder_of(run)))
    kept = (kept_clusters.read(one, run, spec.id) for one in folders if one is not None)
    clustering = next((one for one in kept if one is not None), None) or found_by(spec, vectors)
    found = measures(run, clustering, vectors, compare=compare)
    noise = int((clustering.assignment < 0).sum())
    told = {"run": str(run.path), "id": spec.id, "noise": noise, **found}
    _print(told, as_json, "\n".join(measured(told)))


def _print(result: dict[str, Any], as_json: bool, words: str) -> None:
    typer.echo(json.dumps(result, ensure_ascii=False) if as_json else words)


def _check_unchanged(run: Run, spec: ClusterSpec, folder: Path | None) -> None:
    from explorer import kept_clusters

    if folder is None:
        return
    try:
        earlier = kept_clusters.read(folder, run, spec.id)
    except kept_clusters.KeptError:  # of no use to anybody any more
        return
    if earlier is not None and earlier.edits:
        changes = f"{len(earlier.edits)} change{'s' if len(earlier.edits) > 1 else ''}"
        raise ConfigError(
            f"{spec.id} is kept already, with {changes} by hand: add --overwrite to begin anew, "
            "or give another --seed."
        )


def _kept(run: Run, clustering: Clustering, folder: Path | None) -> str | None:
    """Where it was kept; None for nowhere."""
    from explorer import kept_clusters

    return None if folder is None else str(kept_clusters.keep(folder, run, clustering))


def _folder(run: Run) -> Path | None:
    """Where to keep clusters of a run; nowhere for a bundled model, which belongs to everybody."""
    from explorer import cluster_place, kept_clusters

    return None if cluster_place.is_bundled(run) else kept_clusters.folder_of(run)


def _told(choice: KChoice) -> dict[str, Any]:
    values = dataclasses.asdict(choice)
    for name in ("ks", "silhouette", "cloud", "inertia"):
        values[name] = values[name].tolist()
    return {**values, "said": choice.words()}
