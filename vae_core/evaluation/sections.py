"""The sections of ``evaluate`` that need nothing but items: likelihood, texts, topics, gate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_core.data.dataset import DataError
from vae_core.data.documents import MAX_DOCUMENT_TOKENS
from vae_core.data.tensors import ItemTensors
from vae_core.data.tokenizer import UNK, Tokenizer
from vae_core.evaluation import text
from vae_core.evaluation.collapse import MIN_INFORMATION, CollapseGate
from vae_core.evaluation.comparison import language_model_gap
from vae_core.evaluation.likelihood import (
    importance_weighted_nll,
    language_model_nll,
    perplexity,
    token_count,
)
from vae_core.evaluation.passes import Progress
from vae_core.models.base import VAE

# Greedy decoding writes one token at a time; more items hardly move corpus BLEU.
RECONSTRUCTIONS = 2_000
SELF_BLEU_SAMPLES = 200
PATHS, PATH_STEPS = 100, 11


def likelihood_section(
    model: VAE,
    items: ItemTensors,
    *,
    samples: int,
    language_model: VAE | None,
    seed: int,
    progress: Progress,
    of_items: dict[str, Sequence[float]] | None = None,
) -> dict[str, Any]:
    """IW-NLL with its K, the perplexity that follows, and the plain language model's.

    ``of_items`` is filled with the IW-NLL of each item ("nll").
    """
    nll = importance_weighted_nll(model, items, samples, seed=seed, progress=progress)
    if of_items is not None:
        of_items["nll"] = nll.tolist()
    found: dict[str, Any] = {
        "items": len(items),
        "samples": samples,
        "iw_nll": float(nll.mean()),
        "iw_nll_standard_error": standard_error(nll),
    }
    tokens = token_count(items)
    if tokens is None:
        return found | _of_pixels(model)
    found["tokens"] = tokens
    found["perplexity"] = perplexity(float(nll.sum()), tokens)
    found["perplexity_unit"] = getattr(tokenizer_of(model), "kind", "word")
    if cut := getattr(items, "cut", 0):
        found["items_cut"] = cut
    if language_model is not None:
        plain = language_model_nll(language_model, items)
        found["language_model_nll"] = float(plain.mean())
        found["language_model_perplexity"] = perplexity(float(plain.sum()), tokens)
        found |= language_model_gap(model, items, nll, plain, samples, seed=seed, progress=progress)
    return found


def standard_error(values: Sequence[float] | Tensor) -> float:
    """Of the mean of values (items,); 0 for a single one, which cannot tell."""
    known = torch.as_tensor(values, dtype=torch.float64)
    return float(known.std()) / math.sqrt(len(known)) if len(known) > 1 else 0.0


def _of_pixels(model: VAE) -> dict[str, Any]:
    binarisation = getattr(model.config, "binarisation", "none")
    likelihood = getattr(model.config, "likelihood", "bernoulli")
    found = {"binarisation": binarisation, "pixels": likelihood}
    if binarisation == "none" and likelihood == "bernoulli":
        found["note"] = (
            "Grey pixels under a Bernoulli likelihood: not the likelihood of binarised images, and "
            "not to be compared with figures for those."
        )
    return found


def tokenizer_of(model: VAE) -> Tokenizer | None:
    """The tokenizer of a model of texts."""
    found = getattr(model, "tokenizer", None)
    return found if isinstance(found, Tokenizer) else None


def text_section(
    model: VAE, mean: Tensor, texts: Sequence[str], *, seed: int, progress: Progress
) -> dict[str, Any]:
    """BLEU of the decodes of μ (items, latent_dim), variety of samples, smoothness of paths."""
    rows = np.random.default_rng(seed).permutation(len(texts))[:RECONSTRUCTIONS]
    lowercase = getattr(tokenizer_of(model), "kind", "word") == "word"
    progress("reconstructions", 0, 3)
    decodes = text.decoded_texts(model, mean[rows])
    bleu = text.reconstruction_bleu(decodes, [texts[row] for row in rows], lowercase=lowercase)
    return {
        "reconstruction_bleu": bleu,
        "reconstruction_items": len(rows),
        "tokenisation": text.TOKENISATION + (", lower case" if lowercase else ""),
        **written_section(model, mean, seed=seed, progress=progress),
    }


def written_section(model: VAE, mean: Tensor, *, seed: int, progress: Progress) -> dict[str, Any]:
    """Variety of samples, and smoothness of paths between rows of μ (items, latent_dim)."""
    progress("samples", 1, 3)
    drawn = text.prior_texts(model, SELF_BLEU_SAMPLES, seed=seed)
    progress("paths", 2, 3)
    return {
        "self_bleu": text.self_bleu(drawn),
        "self_bleu_samples": len(drawn),
        "samples_distinct": len(set(drawn)),
        **_paths(model, mean, seed),
    }


def _paths(model: VAE, mean: Tensor, seed: int) -> dict[str, Any]:
    if len(mean) < 2:
        return {}
    paths = text.interpolation_paths(model, mean, paths=PATHS, steps=PATH_STEPS, seed=seed)
    qualities = [text.path_quality(path) for path in paths]
    known = [quality.smoothness for quality in qualities if quality.smoothness is not None]
    return {
        "paths": len(paths),
        "path_steps": PATH_STEPS,
        "interpolation_smoothness": float(np.mean(known)) if known else None,
        "paths_between_equal_texts": len(paths) - len(known),
        "distinct_on_path": float(np.mean([quality.distinct for quality in qualities])),
    }


def topics_section(model: VAE, texts: Sequence[str] | None) -> dict[str, Any]:
    """Coherence and diversity of a document model's topics, counted in ``texts``.

    Without texts there is no coherence, which is how often words occur together.
    """
    from vae_core.evaluation.topics import TOP_WORDS, topic_diversity, topic_npmi

    topics, tokenizer = getattr(model, "topics", None), tokenizer_of(model)
    if topics is None or tokenizer is None:
        raise DataError(f"The model {model.config.family} has no topics.")
    words = [topic.words for topic in topics(TOP_WORDS)]
    found = {"topics": len(words), "top_words": TOP_WORDS, "diversity": topic_diversity(words)}
    if texts is None:
        return found
    coherence = topic_npmi(words, document_words(tokenizer, texts))
    return found | {
        "npmi": float(np.mean(coherence)),
        "npmi_least": min(coherence),
        "npmi_greatest": max(coherence),
        "npmi_documents": len(texts),
    }


def document_words(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[str]]:
    """The words of each text that the vocabulary has, in order."""
    rows = tokenizer.encode(texts, MAX_DOCUMENT_TOKENS)
    word = {token: tokenizer.decode([token]) for token in {token for row in rows for token in row}}
    return [[word[token] for token in row if token > UNK] for row in rows]


def gate_of(
    basics: Mapping[str, Any],
    likelihood: Mapping[str, Any] | None,
    *,
    has_language_model: bool = True,
) -> CollapseGate:
    """The gate over what a quick ``evaluate`` gives and ``likelihood_section``, where it is."""
    count = basics["mutual_information_items"]
    # ln(items) bounds the information, so a handful of items cannot show a collapse.
    enough = math.log(count) > MIN_INFORMATION
    gap = None if likelihood is None else likelihood.get("language_model_gap")
    return CollapseGate(
        basics["mutual_information"] if enough else None,
        basics["reconstruction_drop_when_z_exchanged"] if enough else None,
        gap,
        has_language_model,
    )
