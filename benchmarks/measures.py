"""From finished runs to the figures of the table."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vae_core.checkpoint import Run, load_run
from vae_core.evaluation import active_units, encode_items
from vae_core.evaluation.baselines import lsa_features
from vae_core.evaluation.clustering import cluster_scores, k_means
from vae_core.evaluation.likelihood import importance_weighted_nll
from vae_core.runs import held_out, item_tensors

Figures = dict[str, Any]
LIKELIHOOD_SAMPLES = 5000
PLANE_SAMPLES = 500


def likelihood(folders: list[Path], data: Path) -> Figures:
    """IW-NLL of the test items with K = 5000, the −ELBO beside it, and the active units."""

    def figures(folder: Path) -> dict[str, float]:
        run = load_run(folder, device())
        return {**_weighted(run, LIKELIHOOD_SAMPLES), **_bound(run)}

    return _over_runs(folders, figures)


def plane(folders: list[Path], data: Path) -> Figures:
    """−ELBO of the test items, and their IW-NLL with K = 500."""

    def figures(folder: Path) -> dict[str, float]:
        run = load_run(folder, device())
        return {**_bound(run), **_weighted(run, PLANE_SAMPLES)}

    return _over_runs(folders, figures)


def picture_clusters(folders: list[Path], data: Path) -> Figures:
    """k-means of the test items against their labels: on μ, and on the UMAP of all items' μ.

    UMAP has the settings of McConville et al. 2021 (N2D), taken as they are: as many dimensions as
    clusters, 20 neighbours, distance 0. k-means sees all items, the scores are of the test items.
    """
    from umap import UMAP

    def figures(folder: Path) -> dict[str, float]:
        run = load_run(folder)
        labels = _labels(run)
        test = np.flatnonzero(np.array(run.split) == "test")
        k, seed = len(set(labels)), _seed(run)
        umap = UMAP(n_components=k, n_neighbors=20, min_dist=0.0, random_state=seed)
        found = {}
        spaces = {"": run.latents.mean, "UMAP: ": umap.fit_transform(run.latents.mean)}
        for name, space in spaces.items():
            clusters = k_means(space, k, seed=seed)[test]
            scores = cluster_scores([labels[item] for item in test], clusters)
            found |= {f"{name}ACC": scores.accuracy, f"{name}NMI": scores.nmi}
        return found

    return _over_runs(folders, figures)


def document_clusters(folders: list[Path], data: Path) -> Figures:
    """k-means on μ of all items against their labels, and LSA + k-means on the same texts."""

    def figures(folder: Path) -> dict[str, float]:
        run = load_run(folder)
        return _agreement(run.latents.mean, _labels(run), _seed(run))

    found = _over_runs(folders, figures)
    run = load_run(folders[0])
    features = lsa_features(run.table.texts or ())[0]
    seeds = [_seed(load_run(folder)) for folder in folders]
    plain = [_agreement(features, _labels(run), seed) for seed in seeds]
    return found | {f"LSA {name}": _spread([one[name] for one in plain]) for name in plain[0]}


def factors(folders: list[Path], data: Path) -> Figures:
    """A linear probe of each known factor on μ: macro-F1 on the test items."""

    def figures(folder: Path) -> dict[str, float]:
        found = evaluated(folder, "--samples", "1")
        named = found["factors"]["probe_of"]
        return {name: scores["f1"] for name, scores in named.items()}

    return _over_runs(folders, figures)


def evaluated(folder: Path, *options: str) -> dict[str, Any]:
    """What `latentscape evaluate --json` says of a run."""
    command = [sys.executable, "-m", "explorer.cli", "evaluate", str(folder), "--json", *options]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(answer))


def _weighted(run: Run, samples: int) -> dict[str, float]:
    items = item_tensors(run.model, held_out(run))
    nll = importance_weighted_nll(run.model, items, samples, rows=20_000)
    return {f"IW-NLL (K = {samples})": float(nll.mean())}


def _bound(run: Run) -> dict[str, float]:
    items = item_tensors(run.model, held_out(run))
    posterior = encode_items(run.model, items)
    return {
        "−ELBO": float(importance_weighted_nll(run.model, items, 1).mean()),
        "KL": float(posterior.kl().sum(dim=1).mean()),
        "active units": active_units(posterior.mean),
    }


def _agreement(features: np.ndarray[Any, Any], labels: list[str], seed: int) -> dict[str, float]:
    scores = cluster_scores(labels, k_means(features, len(set(labels)), seed=seed))
    return {"NMI": scores.nmi, "ARI": scores.ari, "ACC": scores.accuracy}


def _labels(run: Run) -> list[str]:
    return list(run.labels or ())


def _seed(run: Run) -> int:
    return int(run.config["training"]["seed"])


def _over_runs(folders: list[Path], figures: Callable[[Path], dict[str, float]]) -> Figures:
    """Every figure of every run, as mean and spread."""
    each = [figures(folder) for folder in folders]
    return {name: _spread([found[name] for found in each]) for name in each[0]}


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Mean and, for two values or more, the standard deviation."""
    found = {"mean": statistics.fmean(values)}
    if len(values) > 1:
        found["sd"] = statistics.stdev(values)
    return found


def device() -> str:
    """Where measuring is done: the GPU where there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"
