"""How likely a model finds items: the importance-weighted bound, and perplexity."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from vae_core.checks import check_whole
from vae_core.config import MAX_SAMPLES
from vae_core.data.documents import DocumentTensors
from vae_core.data.tensors import ItemTensors, SentenceTensors
from vae_core.evaluation.passes import Progress, even_batches, log_likelihoods, repeated, silent
from vae_core.models.base import VAE, Posterior, measuring

# exp of more than this is infinite.
_MAX_EXPONENT = 700.0


def importance_weighted_nll(
    model: VAE,
    items: ItemTensors,
    samples: int,
    *,
    seed: int = 0,
    rows: int = 1024,
    progress: Progress = silent,
) -> Tensor:
    """Upper bound on −log p(x) of every item, in item order: (items,), float64, nats.

    −[logsumexp_k(log p(x|z_k) + log p(z_k) − log q(z_k|x)) − ln K] with K = ``samples`` draws of
    q(z|x); Burda et al. 2016. At K = 1 its mean is −ELBO, and it falls to −log p(x) with K.
    At most ``rows`` pairs of an item and a z exist at a time.
    """
    check_whole("samples", samples, 1, MAX_SAMPLES)
    check_whole("rows", rows, 1, 10_000_000)
    generator = torch.Generator(device=model.device).manual_seed(seed)
    found = torch.empty(len(items), dtype=torch.float64)
    done = 0

    def tell(of_batch: int) -> None:
        progress("likelihood", done + of_batch, len(items))

    tell(0)
    with measuring(model):
        for indices in even_batches(items, rows):
            total = _log_weight_sums(model, items.batch(indices), samples, rows, generator, tell)
            found[indices] = math.log(samples) - total
            done += len(indices)
    return found


def _log_weight_sums(
    model: VAE,
    batch: Tensor,
    samples: int,
    rows: int,
    generator: torch.Generator,
    tell: Callable[[int], None],
) -> Tensor:
    """logsumexp_k of the log weights of each item of a batch: (batch,), float64, on the CPU.

    ``tell`` hears how many items of the batch the draws so far amount to, all of them at the end.
    """
    mean, log_variance = model.encode(batch)
    at_once = max(1, min(samples, rows // len(batch)))
    total = torch.full((len(batch),), -math.inf, dtype=torch.float64)
    left = samples
    while left > 0:
        count = min(left, at_once)
        again = Posterior(repeated(mean.float(), count), repeated(log_variance.float(), count))
        weights = _log_weights(model, repeated(batch, count), again, generator)
        chunk = weights.cpu().double().view(count, -1).logsumexp(dim=0)
        total = torch.logaddexp(total, chunk)
        left -= count
        tell(len(batch) * (samples - left) // samples)
    return total


def _log_weights(
    model: VAE, batch: Tensor, posterior: Posterior, generator: torch.Generator
) -> Tensor:
    """log p(x|z) + log p(z) − log q(z|x) at one z each: (batch,), nats."""
    z = posterior.sample(generator)
    return model.log_likelihood(batch, z) + model.log_prior(z) - posterior.log_prob(z)


def language_model_nll(model: VAE, items: ItemTensors) -> Tensor:
    """−log p(x|z = 0) of every item: (items,), float64, nats.

    The exact NLL of a model trained with the objective "language-model", whose z is always 0.
    """
    return -log_likelihoods(model, items, torch.zeros(len(items), model.latent_dim))


def token_count(items: ItemTensors) -> int | None:
    """Tokens whose likelihood a model sums: with </s>, without <s>; None for pictures.

    Documents have no </s>: their words are counted, as often as each stands there.
    """
    if isinstance(items, SentenceTensors):
        return int((items.lengths - 1).sum())
    if isinstance(items, DocumentTensors):
        return int(items.lengths.sum())
    return None


def perplexity(total_nll: float, tokens: int) -> float:
    """exp(Σ NLL / Σ tokens); ``total_nll`` in nats over all items. Capped at exp(700)."""
    return math.exp(min(total_nll / max(tokens, 1), _MAX_EXPONENT))
