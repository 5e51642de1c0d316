"""What a sentence model writes: BLEU of reconstructions, variety of samples, smooth paths.

BLEU is sacrebleu's (Papineni et al. 2002; Post 2018), tokenised by its "13a", from 0 to 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch

from vae_core import latent
from vae_core.data.dataset import DataError
from vae_core.models.base import VAE

TOKENISATION = "13a"


def decoded_texts(model: VAE, z: torch.Tensor, batch_size: int = 256) -> list[str]:
    """The texts at z (n, latent_dim), decoded greedily, in order."""
    texts: list[str] = []
    for part in torch.split(z, batch_size):
        items = model.decode(part)
        if not isinstance(items, list):
            raise DataError(
                f"BLEU needs a model of sentences, but this one is for {model.modality}."
            )
        texts.extend(items)
    return texts


def reconstruction_bleu(
    decodes: Sequence[str], sources: Sequence[str], *, lowercase: bool = False
) -> float:
    """Corpus BLEU of each decode against its source, 0 to 100; ``lowercase`` looks past case."""
    from sacrebleu.metrics.bleu import BLEU

    if not decodes or len(decodes) != len(sources):
        raise DataError(
            f"BLEU needs a decode for each source, and at least one; {len(decodes)} decodes and "
            f"{len(sources)} sources came."
        )
    # "force" tells sacrebleu that texts whose full stops stand apart are meant as they are.
    metric = BLEU(tokenize=TOKENISATION, lowercase=lowercase, force=True)
    return float(metric.corpus_score(list(decodes), [list(sources)]).score)


def self_bleu(samples: Sequence[str]) -> float:
    """Mean BLEU of each sample against all others, 0 to 100; lower is more various.

    Zhu et al. 2018. Sentences of fewer than four tokens count the orders they have.
    """
    from sacrebleu.metrics.bleu import BLEU

    if len(samples) < 2:
        raise DataError(f"Self-BLEU compares samples, at least 2, but {len(samples)} came.")
    metric = BLEU(tokenize=TOKENISATION, effective_order=True)
    scores = [
        metric.sentence_score(sample, [*samples[:number], *samples[number + 1 :]]).score
        for number, sample in enumerate(samples)
    ]
    return sum(scores) / len(scores)


def edit_distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Tokens to insert, delete or replace to make one of the other (Levenshtein 1966)."""
    row = list(range(len(second) + 1))
    for count, token in enumerate(first, start=1):
        diagonal, row[0] = row[0], count
        for place, other in enumerate(second, start=1):
            cheapest = min(row[place] + 1, row[place - 1] + 1, diagonal + (token != other))
            diagonal, row[place] = row[place], cheapest
    return row[-1]


class PathQuality(NamedTuple):
    """``smoothness`` is None where both ends are the same text; ``distinct`` texts on the path."""

    smoothness: float | None
    distinct: int


def path_quality(texts: Sequence[str]) -> PathQuality:
    """Σ edit distance of neighbours ÷ edit distance of the ends, over words between spaces.

    1 is perfect, larger is jumpy.
    """
    words = [text.split() for text in texts]
    steps = sum(edit_distance(*pair) for pair in pairwise(words))
    whole = edit_distance(words[0], words[-1])
    return PathQuality(steps / whole if whole else None, len(set(texts)))


def interpolation_paths(
    model: VAE, mean: torch.Tensor, *, paths: int = 100, steps: int = 11, seed: int = 0
) -> list[list[str]]:
    """Texts on straight lines between the means (items, latent_dim) of random pairs of items."""
    if len(mean) < 2:
        raise DataError(f"A path needs two items, but {len(mean)} came; give more items.")
    generator = torch.Generator().manual_seed(seed)
    points = []
    for _ in range(paths):
        first, last = torch.randperm(len(mean), generator=generator)[:2].tolist()
        points.append(latent.interpolate(mean[first], mean[last], steps))
    texts = decoded_texts(model, torch.cat(points))
    return [texts[start : start + steps] for start in range(0, len(texts), steps)]


def prior_texts(model: VAE, count: int, *, seed: int = 0) -> list[str]:
    """Texts at ``count`` draws of the prior."""
    generator = torch.Generator(device=model.device).manual_seed(seed)
    return decoded_texts(model, model.sample_prior(count, generator))
