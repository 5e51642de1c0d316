"""One call that measures a model on a set of items."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vae_core.checks import ConfigError, check_whole
from vae_core.config import MAX_SAMPLES
from vae_core.data.dataset import DataError
from vae_core.data.tensors import ItemTensors, SentenceTensors
from vae_core.evaluation import sections
from vae_core.evaluation.collapse import MIN_INFORMATION
from vae_core.evaluation.described import DescribedItems, drawn
from vae_core.evaluation.likelihood import perplexity, token_count
from vae_core.evaluation.passes import Progress, log_likelihoods, silent
from vae_core.evaluation.posterior import active_units, encode_items, mutual_information
from vae_core.models.base import VAE, Posterior, measuring

# A text model that keeps less than this about its input has collapsed.
COLLAPSE_NATS = MIN_INFORMATION
# The full-set mutual information compares every item with every other.
MAX_INFORMATION_ITEMS = 10_000


def evaluate(
    model: VAE,
    items: ItemTensors,
    *,
    labels: Sequence[str | None] | None = None,
    texts: Sequence[str] | None = None,
    factors: Mapping[str, Sequence[str]] | None = None,
    train: DescribedItems | None = None,
    validation: DescribedItems | None = None,
    samples: int = 0,
    language_model: VAE | None = None,
    seed: int = 0,
    progress: Progress = silent,
    of_items: dict[str, Sequence[float]] | None = None,
) -> dict[str, Any]:
    """What a model is worth on ``items``, as JSON values; nats per item.

    With ``samples`` = 0 quickly: ELBO and its terms at one z an item, active units, mutual
    information; for texts also perplexity (from the ELBO), the share of tokens that are not in the
    vocabulary, and ``collapsed``: whether z tells less than 2 nats about its text, or the words
    lose less than 2 nats by exchanging z among items (None for fewer than eight items, which cannot
    tell).

    With ``samples`` = K ≥ 1 also every section that applies: "likelihood" (IW-NLL of K draws),
    "posterior", "text", "probe" and "clustering" (``labels``), "topics", "factors" and "gate". The
    probe is fitted on ``train`` and picks C on ``validation``; without them, on random parts of
    ``items``. ``language_model`` is the same decoder trained with the objective "language-model".
    A section that cannot be had is {"left_out": why}.

    ``of_items`` is filled with what was measured of each item, in their order: "elbo" and "nll"
    (nats), and what the probe took some of them for (``label_sections.probe_section``).
    """
    check_whole("samples", samples, 0, MAX_SAMPLES)
    if language_model is not None and samples == 0:
        raise ConfigError("samples must be 1 or more to compare with a language model, but is 0.")
    if not len(items):
        raise DataError("There are no items to measure; give at least one.")
    of_items = {} if of_items is None else of_items
    posterior = finite(encode_items(model, items))
    result = _basics(model, items, posterior, seed, of_items)
    if samples == 0:
        return result
    result["posterior"] = posterior_section(model, result)
    result["likelihood"] = sections.likelihood_section(
        model, items, samples=samples, language_model=language_model, seed=seed,
        progress=progress, of_items=of_items,
    ) | {"elbo_standard_error": sections.standard_error(of_items["elbo"])}  # fmt: skip
    test = DescribedItems(items, labels, texts, factors or {})
    if model.modality == "sentences" and texts is not None:
        result["text"] = sections.text_section(
            model, posterior.mean, texts, seed=seed, progress=progress
        )
    if model.modality == "documents" and texts is not None:
        counted = texts if train is None or train.texts is None else train.texts
        result["topics"] = or_why_not(lambda: sections.topics_section(model, counted))
    result |= described_sections(model, test, train, validation, seed, progress, of_items)
    if model.modality != "images":
        gate = sections.gate_of(
            result, result["likelihood"], has_language_model=model.modality == "sentences"
        )
        result["gate"] = gate.to_json()
    return result


def finite(posterior: Posterior) -> Posterior:
    """The same. Raises DataError where it has anything that is no number."""
    fine = torch.stack([values.isfinite().all(dim=1) for values in posterior]).all(dim=0)
    if not bool(fine.all()):
        raise DataError(
            f"The encoder gives no numbers (NaN or infinite) for {int((~fine).sum()):,} of "
            f"{len(fine):,} items, so nothing can be measured; train again with a lower learning "
            "rate."
        )
    return posterior


def _basics(
    model: VAE,
    items: ItemTensors,
    posterior: Posterior,
    seed: int,
    of_items: dict[str, Sequence[float]],
) -> dict[str, Any]:
    z = posterior.sample(torch.Generator().manual_seed(seed))
    likelihoods, divergences = log_likelihoods(model, items, z), item_kl(model, posterior, z)
    of_items["elbo"] = (likelihoods - divergences).tolist()
    reconstruction, kl = float(likelihoods.mean()), float(divergences.mean())
    result: dict[str, Any] = {
        "items": len(items),
        "elbo": reconstruction - kl,
        "reconstruction": reconstruction,
        "kl": kl,
        **what_z_keeps(model, posterior, seed),
    }
    tokens = token_count(items)
    if tokens is not None:
        exchanged = log_likelihoods(model, items, exchange(z, seed))
        result["perplexity"] = perplexity((kl - reconstruction) * len(items), tokens)
        if isinstance(items, SentenceTensors):
            result["unknown_words"] = items.unknown / max(tokens, 1)
        result["reconstruction_drop_when_z_exchanged"] = reconstruction - float(exchanged.mean())
        # Without a language model a gate can fail but not pass: that is what tells a collapse.
        gate = sections.gate_of(result, None)
        known = gate.mutual_information is not None
        result["collapsed"] = gate.passed is False if known else None
    return result


def what_z_keeps(model: VAE, posterior: Posterior, seed: int) -> dict[str, Any]:
    """Active units, and mutual information with the number of items it was taken over."""
    rows = torch.from_numpy(drawn(np.arange(len(posterior.mean)), MAX_INFORMATION_ITEMS, seed))
    some = Posterior(posterior.mean[rows], posterior.log_variance[rows])
    return {
        "active_units": active_units(posterior.mean),
        "latent_dim": model.latent_dim,
        "mutual_information": mutual_information(some, seed=seed),
        "mutual_information_items": len(rows),
    }


def mean_kl(model: VAE, posterior: Posterior, z: Tensor) -> float:
    """Mean of ``item_kl``."""
    return float(item_kl(model, posterior, z).mean())


def item_kl(model: VAE, posterior: Posterior, z: Tensor) -> Tensor:
    """KL(q(z|x) ‖ p(z)) of each item, (items,), nats: exact for the prior N(0, I).

    Of other priors the estimate log q(z|x) − log p(z) at one z (items, latent_dim) an item.
    """
    if model.config.prior == "normal":
        return posterior.kl().double().sum(dim=1)
    with measuring(model):
        prior = [
            model.log_prior(part.to(model.device)).cpu().double() for part in torch.split(z, 4096)
        ]
    return posterior.log_prob(z).double() - torch.cat(prior)


def exchange(z: Tensor, seed: int = 0) -> Tensor:
    """z (items, latent_dim) with every row at another item, by one random cycle."""
    order = torch.randperm(len(z), generator=torch.Generator().manual_seed(seed))
    exchanged = torch.empty_like(z)
    exchanged[order] = z[order.roll(1)]
    return exchanged


def posterior_section(model: VAE, basics: Mapping[str, Any]) -> dict[str, Any]:
    """KL, information and active units together, with what tells how far to believe them."""
    count = basics["mutual_information_items"]
    exact = model.config.prior == "normal"
    return {
        "items": basics["items"],
        "kl": basics["kl"],
        "kl_estimate": "exact" if exact else "one z an item",
        "mutual_information": basics["mutual_information"],
        "mutual_information_items": count,
        "mutual_information_at_most": math.log(count),
        "active_units": basics["active_units"],
        "latent_dim": basics["latent_dim"],
        "prior": model.config.prior,
    }


def described_sections(
    model: VAE,
    test: DescribedItems,
    train: DescribedItems | None,
    validation: DescribedItems | None,
    seed: int,
    progress: Progress,
    of_items: dict[str, Sequence[float]],
) -> dict[str, Any]:
    """The sections that ask for labels or factors: "probe", "clustering", "factors"."""
    # scikit-learn takes a second to import, and training measures without it.
    from vae_core.evaluation import label_sections

    result: dict[str, Any] = {}
    if len(test.labelled()):
        progress("probe", 0, 1)
        parts = label_sections.probe_parts(test, train, validation, seed)

        def probe() -> dict[str, Any]:
            found, taken_for = label_sections.probe_section(model, test, parts, seed)
            of_items.update(taken_for)
            return found

        result["probe"] = or_why_not(probe)
    progress("clustering", 0, 1)
    result["clustering"] = or_why_not(
        lambda: label_sections.clustering_section(model, test, train, seed)
    )
    if test.factors:
        progress("factors", 0, 1)
        result["factors"] = or_why_not(
            lambda: label_sections.factors_section(model, test, train, validation, seed)
        )
    return result


def or_why_not(section: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The section; {"left_out": why} where it cannot be had."""
    try:
        return section()
    except (DataError, ConfigError) as error:
        return {"left_out": str(error)}
