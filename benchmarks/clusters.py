"""Clusters of the latent space beside those of LSA (or of pixels), and the seconds they take.

    python -m benchmarks.clusters [RUN …] [--times] [--seeds 3]

Without runs: m10-titles, trained here first as `benchmarks/recipes.py` says (half a minute), the
WordNet glosses of the test part, encoded by the bundled model, and the bundled digits. Each against
its labels, k-means with k = the number of labels, mean ± standard deviation over seeds. Data come
from LATENTSCAPE_DATA (default ../shared/data). `--times` takes the seconds at 100,000 glosses
instead.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.recipes import RECIPES
from explorer import paths
from explorer.analysis.clusters.agreement import agreement
from explorer.analysis.clusters.choosing import choose_k
from explorer.analysis.clusters.description import describe
from explorer.analysis.clusters.edits import found_by
from explorer.analysis.clusters.fitting import k_means
from explorer.analysis.clusters.keywords import keywords
from explorer.analysis.clusters.spec import ClusterSpec, Vectors, vectors_of
from explorer.analysis.clusters.stability import stability
from explorer.analysis.clusters.terms import count_terms
from vae_core.checkpoint import Run, load_run
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import Dataset
from vae_core.data.text_options import TextOptions
from vae_core.evaluation.baselines import LSA_DIMENSIONS, lsa_features, pca_features
from vae_core.runs import encode_dataset

ROOT = Path(__file__).resolve().parents[1]
_SCORES = ("nmi", "ari", "accuracy")
_TIMED = 100_000


class Items(NamedTuple):
    """Items of a run, or given to its model: their μ (items, width), labels and content."""

    name: str
    mean: Vectors
    labels: Sequence[str]
    texts: Sequence[str] | None
    images: np.ndarray | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="*", metavar="RUN")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    data = Path(os.environ.get("LATENTSCAPE_DATA", ROOT.parent / "shared" / "data")).resolve()
    if options.times:
        _times(data)
        return
    print(f"{'':<40}{'items':>8}{'k':>5}" + "".join(f"{name:>16}" for name in _SCORES))
    with tempfile.TemporaryDirectory() as folder:
        for items in _items(options.runs, data, Path(folder)):
            _compare(items, options.seeds)


def _items(runs: Sequence[Path], data: Path, folder: Path) -> Iterator[Items]:
    if runs:
        yield from (_of_run(load_run(run)) for run in runs)
        return
    recipe = RECIPES["m10"].train.replace("{data}", str(data))
    command = [sys.executable, "-m", "explorer.cli", "train", *shlex.split(recipe)]
    subprocess.run([*command, "--out", str(folder / "m10")], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)  # fmt: skip
    yield _of_run(load_run(folder / "m10"))
    yield _encoded(_glosses(data, "test"), "glosses (test part)")
    yield _of_run(load_run(paths.assets_folder() / "digits"))


def _of_run(run: Run) -> Items:
    assert run.labels is not None, f"{run.path} has no labels"
    images = None if run.images is None else np.asarray(run.images)
    return Items(run.path.name, run.latents.mean, list(run.labels), run.table.texts, images)


def _glosses(data: Path, part: str) -> Dataset:
    file = data / "text" / f"wordnet-glosses-{part}.tsv.gz"
    return read_corpus(file, TextOptions(label_column="label"))


def _encoded(dataset: Dataset, name: str) -> Items:
    run = load_run(paths.assets_folder() / "sentences")
    mean = encode_dataset(run.model, dataset).mean
    return Items(name, mean, list(dataset.labels or ()), dataset.texts, None)


def _compare(items: Items, seeds: int) -> None:
    k, width = len(set(filter(None, items.labels))), items.mean.shape[1]
    ways: dict[str, Vectors] = {
        f"latent ({width})": items.mean,
        f"latent, normalised ({width})": vectors_of("normalised", items.mean),
    }
    # As wide as the latent space, and as wide as it is mostly taken.
    for dimensions in sorted({width, LSA_DIMENSIONS}):
        if items.texts is not None:
            features = lsa_features(items.texts, dimensions=dimensions)[0]
            ways[f"LSA ({dimensions})"] = features.astype(np.float32)
        elif items.images is not None:
            pixels = items.images.reshape(len(items.images), -1).astype(np.float32) / 255
            features = pca_features(pixels, dimensions=dimensions)[0]
            ways[f"PCA of pixels ({features.shape[1]})"] = features.astype(np.float32)
    print(f"{items.name:<40}{len(items.mean):>8,}{k:>5}")
    for name, vectors in ways.items():
        found = [agreement(items.labels, k_means(vectors, k, seed)).scores for seed in range(seeds)]
        cells = [np.array([getattr(scores, score) for scores in found]) for score in _SCORES]
        shown = "".join(f"{f'{cell.mean():.3f} ± {cell.std():.3f}':>16}" for cell in cells)
        print(f"  {name + ' + k-means':<51}{shown}", flush=True)


def _times(data: Path) -> None:
    glosses = _glosses(data, "train")
    rows = np.arange(min(_TIMED, len(glosses)))
    texts = list(glosses.texts or ())[: len(rows)]
    dataset = Dataset(name="glosses", modality="sentences", texts=tuple(texts))
    mean = _encoded(dataset, "glosses").mean
    print(f"{len(mean):,} glosses, {mean.shape[1]} dimensions; seconds")
    found = _timed("k-means, k = 20", lambda: found_by(ClusterSpec(k=20), mean))
    _timed("k-means, k = 20, whole (20,000 of them)", lambda: k_means(mean[:20_000], 20, 0))
    numbers = np.array(found.clusters)
    _timed("typical and borderline items, tightness", lambda: describe(mean, found.assignment))
    _timed("a k chosen out of 2 to 20", lambda: choose_k(mean))
    _timed("stability over 5 seeds", lambda: stability(ClusterSpec(k=20), mean))
    terms = _timed("words counted, once a run", lambda: count_terms(texts))
    _timed("keywords of 20 clusters", lambda: keywords(terms, found.assignment, numbers))
    _timed("a cluster split", lambda: found.split(0, mean))
    _timed("a merge", lambda: found.merged([0, 1]))
    density = ClusterSpec("hdbscan", min_cluster_size=15)
    _timed("HDBSCAN of 10,000 of them", lambda: found_by(density, mean[:10_000]))
    spec = ClusterSpec("hdbscan", min_cluster_size=100, min_samples=10)
    _timed("HDBSCAN of a sample, the rest assigned", lambda: found_by(spec, mean))
    _timed("LSA (32) of them", lambda: lsa_features(texts, dimensions=32))


def _timed(name: str, work: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    found = work()
    print(f"  {name:<44}{time.perf_counter() - begun:>8.2f}", flush=True)
    return found


if __name__ == "__main__":
    main()
