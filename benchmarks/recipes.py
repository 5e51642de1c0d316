"""The figures that Latentscape is held to: how each model is trained, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import measures, text_measures

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


_MNIST = "--dataset mnist --folder {data}/mnist --schedule cosine"
_BINARISED = f"{_MNIST} --binarisation dynamic"
_BURDA = (
    f"{_BINARISED} --model dense --size burda --batch-size 100 --held-out 0.01 "
    "--learning-rate 0.002 --warmup-epochs 50"
)
_GLOSSES = (
    "--text {data}/text/wordnet-glosses-train.tsv.gz --label-column label --latent-dim 32 "
    "--vocabulary-size 7000 --max-tokens 20 --precision bfloat16"
)
_TITLES = "--text {data}/text/NAME-titles.tsv.gz --label-column label --model bag-of-words"

_ALL = (
    Recipe(
        "mnist-vae",
        "MNIST, dynamic binarisation, 2 × 200 tanh, z = 50: VAE",
        f"{_BURDA} --epochs 800",
        measures.likelihood,
        "NLL ≤ 87.0",
        "86.76 (Burda et al. 2016)",
    ),
    Recipe(
        "mnist-iwae",
        "the same: IWAE with 5 samples, 240,000 steps (the paper: 9.8 million)",
        f"{_BURDA} --epochs 400 --objective iwae --samples 5",
        measures.likelihood,
        "NLL ≤ 85.6",
        "85.54 (Burda et al. 2016)",
    ),
    Recipe(
        "mnist-2d",
        "MNIST, dynamic binarisation, z = 2, dense 3 × 512",
        f"{_BINARISED} --model dense --latent-dim 2 --hidden 512 --layers 3 --batch-size 128 "
        "--held-out 0.02 --precision bfloat16 --epochs 110",
        measures.plane,
        "−ELBO below every published figure for z = 2",
        "−ELBO/NLL: normal 137.1/135.7, von Mises-Fisher 133.7/132.5 (Davidson et al. 2018); "
        "hyperbolic NLL 138.6 (Nagano et al. 2019)",
    ),
    Recipe(
        "mnist-clusters",
        "MNIST, z = 10, no labels: k-means of the test items",
        f"{_MNIST} --model dense --latent-dim 10 --hidden 512 --layers 2 --batch-size 128 "
        "--augment-shift 2 --augment-rotation 10 --precision bfloat16 --epochs 40",
        measures.picture_clusters,
        "accuracy ≥ .945",
        "VaDE .945 (Jiang et al. 2017), N2D .979 (McConville et al. 2021)",
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
        "glosses-gru",
        "WordNet glosses, gru (the bundled model): its test items",
        f"{_GLOSSES} --model gru --encoder-hidden 128 --word-dropout 0.15 --epochs 24",
        text_measures.sentences,
        "MI ≥ 8, IW-NLL at most the plain language model's",
        "a first trial (all words, no cut): MI 6.7, IW-NLL 2.2 above",
    ),
    Recipe(
        "glosses-transformer",
        "WordNet glosses, transformer: its test items",
        f"{_GLOSSES} --model transformer --size small --epochs 20",
        text_measures.sentences,
        "the same",
        "–",
    ),
    Recipe(
        "reviews",
        "reviews, gru: linear probe of the sentiment on μ, its test items",
        "--text {data}/text/reviews-train.tsv.gz --label-column label --model gru --latent-dim 32 "
        "--free-bits 0.3 --epochs 16 --vocabulary-size 8000 --precision bfloat16",
        text_measures.probed_sentences,
        "macro-F1 ≥ .85, gate passed",
        "–",
    ),
    Recipe(
        "toy-sentences",
        "toy-sentences, gru: a linear probe of each factor on μ",
        "--dataset toy-sentences --model gru --latent-dim 128 --word-dropout 0.5 --beta 0.1 "
        "--free-bits 0.4 --epochs 20 --precision bfloat16",
        measures.factors,
        "macro-F1 ≥ .95",
        "–",
    ),
    Recipe(
        "python-docs",
        "python-docs (2,134 sentences), gru: its test items",
        "--dataset python-docs --model gru --latent-dim 16 --free-bits 0.25 --epochs 60 "
        "--vocabulary-size 2000 --word-dropout 0.5 --dropout 0.3 --precision bfloat16",
        text_measures.sentences,
        "gate passed",
        "–",
    ),
)
RECIPES = {recipe.name: recipe for recipe in _ALL}
