"""What can be measured of a run whose folder has the places of its items, but not the items."""

from __future__ import annotations

from typing import Any

import torch

from vae_core.data.dataset import DataError
from vae_core.evaluation import sections
from vae_core.evaluation.described import DescribedItems
from vae_core.evaluation.latent_items import LatentItems
from vae_core.evaluation.passes import Progress, silent
from vae_core.evaluation.summary import (
    described_sections,
    finite,
    mean_kl,
    or_why_not,
    posterior_section,
    what_z_keeps,
)
from vae_core.models.base import VAE


def evaluate_places(
    model: VAE,
    test: DescribedItems,
    *,
    train: DescribedItems | None = None,
    validation: DescribedItems | None = None,
    quick: bool = False,
    seed: int = 0,
    progress: Progress = silent,
    of_items: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What ``evaluate`` gives as far as it needs only q(z|x), in the ``LatentItems`` of each part.

    That is KL, mutual information and active units, what the model writes at draws of the prior
    and between items, the diversity of topics, and probe and clustering without anything beside
    them; ``quick`` leaves out all but the first three. Likelihoods, BLEU and coherence need the
    items themselves.
    """
    if not isinstance(test.items, LatentItems) or not len(test):
        raise DataError("There are no places of items to measure; give at least one.")
    posterior = finite(test.items.posterior)
    z = posterior.sample(torch.Generator().manual_seed(seed))
    result: dict[str, Any] = {
        "items": len(test),
        "kl": mean_kl(model, posterior, z),
        **what_z_keeps(model, posterior, seed),
    }
    if quick:
        return result
    result["posterior"] = posterior_section(model, result)
    if model.modality == "sentences":
        result["text"] = sections.written_section(
            model, posterior.mean, seed=seed, progress=progress
        )
    if model.modality == "documents":
        result["topics"] = or_why_not(lambda: sections.topics_section(model, None))
    return result | described_sections(
        model, test, train, validation, seed, progress, {} if of_items is None else of_items
    )
