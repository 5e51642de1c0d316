"""Measures of a trained model, each by its published definition."""

from vae_core.evaluation.collapse import CollapseGate
from vae_core.evaluation.described import DescribedItems
from vae_core.evaluation.latent_items import LatentItems
from vae_core.evaluation.likelihood import importance_weighted_nll, language_model_nll, perplexity
from vae_core.evaluation.posterior import active_units, encode_items, mutual_information
from vae_core.evaluation.summary import COLLAPSE_NATS, evaluate
from vae_core.evaluation.without_items import evaluate_places

__all__ = [
    "COLLAPSE_NATS",
    "CollapseGate",
    "DescribedItems",
    "LatentItems",
    "active_units",
    "encode_items",
    "evaluate",
    "evaluate_places",
    "importance_weighted_nll",
    "language_model_nll",
    "mutual_information",
    "perplexity",
]
