"""Measures of a trained model, each by its published definition."""

from vae_core.evaluation.posterior import (
    active_units,
    encode_items,
    mutual_information,
)
from vae_core.evaluation.summary import COLLAPSE_NATS, evaluate

__all__ = ["COLLAPSE_NATS", "active_units", "encode_items", "evaluate", "mutual_information"]
