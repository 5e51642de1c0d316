"""The figures that Latentscape is held to: how each model is trained, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import measures

Figures = dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """One row of the table.

    ``train``: arguments of `latentscape train`, with {data} for the folder of the data; each seed
    trains a model of its own. ``measure`` takes the finished run folders, one a seed, and the
    folder of the data. ``at_least`` and ``beside`` say in words what it is held to and who
    published what.
    """

    name: str
    what: str
    train: str
    measure: Callable[[list[Path], Path], Figures]
    at_least: str
    beside: str
    seeds: tuple[int, ...] = (0,)


_MNIST = "--dataset mnist --folder {data}/mnist --binarisation dynamic --schedule cosine"
_BURDA = f"{_MNIST} --model dense --size burda --batch-size 100 --held-out 0.01"
_TITLES = "--text {data}/text/NAME-titles.tsv.gz --label-column label --model bag-of-words"

_ALL = (
    Recipe(
        "mnist-vae",
        "MNIST, dynamic binarisation, 2 × 200 tanh, z = 50: VAE",
        f"{_BURDA} --epochs 1000 --warmup-epochs 100",
        measures.likelihood,
        "NLL ≤ 87.0",
        "86.76 (Burda et al. 2016)",
    ),
    Recipe(
        "mnist-iwae",
        "the same: IWAE with 5 samples",
        f"{_BURDA} --epochs 1000 --warmup-epochs 100 --objective iwae --samples 5",
        measures.likelihood,
        "NLL ≤ 85.6",
        "85.54 (Burda et al. 2016)",
    ),
    Recipe(
        "m10",
        "m10-titles (8,355 of 10 fields), bag-of-words: k-means on μ",
        f"{_TITLES.replace('NAME', 'm10')} --epochs 40",
        measures.document_clusters,
        "NMI clearly above LSA's .324",
        "LSA .324, NMF .290, LDA .226",
        seeds=(0, 1, 2, 3, 4),
    ),
    Recipe(
        "dblp",
        "dblp-titles (54,595 of 4 fields), bag-of-words: k-means on μ",
        f"{_TITLES.replace('NAME', 'dblp')} --epochs 20",
        measures.document_clusters,
        "NMI ≥ .152, twice LSA's",
        "LSA .076",
        seeds=(0, 1, 2, 3, 4),
    ),
    Recipe(
        "toy-sentences",
        "toy-sentences, gru: a linear probe of each factor on μ",
        "--dataset toy-sentences --model gru --latent-dim 32 --word-dropout 0.5 --epochs 40",
        measures.factors,
        "macro-F1 ≥ .95",
        "–",
    ),
)
RECIPES = {recipe.name: recipe for recipe in _ALL}
