"""From finished runs of texts to the figures of the table, and to examples nobody picked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from benchmarks.measures import device, evaluated
from vae_core.checkpoint import Run, load_language_model, load_run
from vae_core.evaluation import encode_items, mutual_information
from vae_core.evaluation.likelihood import importance_weighted_nll, language_model_nll
from vae_core.evaluation.text import decoded_texts, interpolation_paths, prior_texts
from vae_core.runs import held_out, item_tensors

SAMPLES, LIKELIHOOD_ITEMS, INFORMATION_ITEMS = 500, 1_000, 10_000
SHORT_WORDS, LISTED, PATHS, STEPS = 6, 10, 3, 7


def sentences(folders: list[Path], data: Path) -> dict[str, Any]:
    """The gate's three figures, how much of short texts comes back, and examples."""
    run = load_run(folders[0], device())
    test = held_out(run)
    items, texts = item_tensors(run.model, test), test.texts or ()
    posterior = encode_items(run.model, items)
    first = items.part(torch.arange(min(len(items), LIKELIHOOD_ITEMS)))
    alone = load_language_model(folders[0], device())
    if alone is None:
        raise SystemExit(f"{folders[0]} has no language model to compare with; train it again.")
    known = posterior._replace(
        mean=posterior.mean[:INFORMATION_ITEMS],
        log_variance=posterior.log_variance[:INFORMATION_ITEMS],
    )
    figures: dict[str, Any] = {
        f"MI ({len(known.mean):,} items)": mutual_information(known),
        "KL": float(posterior.kl().sum(dim=1).mean()),
        f"IW-NLL (K = {SAMPLES})": float(importance_weighted_nll(run.model, first, SAMPLES).mean()),
        "plain language model": float(language_model_nll(alone, first).mean()),
    }
    short = [i for i, text in enumerate(texts) if len(_words(text)) <= SHORT_WORDS]
    decodes = decoded_texts(run.model, posterior.mean[short])
    originals = [texts[i] for i in short]
    figures[f"content words kept of texts of at most {SHORT_WORDS} words"] = content_words_kept(
        originals, decodes
    )
    return {
        **{name: {"mean": value} for name, value in figures.items()},
        "examples": _examples(run, posterior.mean, originals, decodes),
    }


def probed_sentences(folders: list[Path], data: Path) -> dict[str, Any]:
    """As ``sentences``, and macro-F1 of a linear probe of the label beside LSA and TF-IDF."""
    found = sentences(folders, data)
    probe = evaluated(folders[0], "--samples", "1")["probe"]
    named = (("μ", "latent"), ("LSA", "lsa"), ("TF-IDF", "tfidf"))
    scores = {f"probe of {shown}, macro-F1": {"mean": probe[name]["f1"]} for shown, name in named}
    return {**scores, **found}


def content_words_kept(originals: Sequence[str], decodes: Sequence[str]) -> float:
    """The share of the originals' words, stop words aside, that are in their decode too."""
    kept, of = 0, 0
    for original, decode in zip(originals, decodes, strict=True):
        wanted = set(_words(original)) - ENGLISH_STOP_WORDS
        kept += len(wanted & set(_words(decode)))
        of += len(wanted)
    return kept / of if of else float("nan")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _examples(
    run: Run, mean: torch.Tensor, originals: Sequence[str], decodes: Sequence[str]
) -> dict[str, Any]:
    """The first of everything, by seed 0: nothing is picked."""
    pairs = itertools.islice(zip(originals, decodes, strict=True), LISTED)
    paths = interpolation_paths(run.model, mean, paths=PATHS, steps=STEPS, seed=0)
    return {
        "samples of the prior": prior_texts(run.model, LISTED, seed=0),
        "short texts and their decodes": [f"{one} → {other}" for one, other in pairs],
        "paths": [" → ".join(path) for path in np.asarray(paths, dtype=object).tolist()],
    }
