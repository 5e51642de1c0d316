"""A sentence model beside its decoder alone: a bound that may still come down decides nothing."""

from __future__ import annotations

import math

import pytest
import torch

from tests.core.evaluation.toys import LinearGaussian
from vae_core.evaluation.collapse import MAX_LANGUAGE_MODEL_GAP
from vae_core.evaluation.comparison import REACH, TIGHTER, language_model_gap
from vae_core.evaluation.likelihood import importance_weighted_nll

MODEL = LinearGaussian(latent_dim=2, shift=0.5, widening=1.0)
ITEMS = MODEL.draw(50)
NLL = importance_weighted_nll(MODEL, ITEMS, 1)


def gap(by: float) -> dict[str, float]:
    """The gap to a language model that is so many nats better than one draw's bound."""
    return language_model_gap(MODEL, ITEMS, NLL, NLL - by, 1)


def test_a_gap_that_is_clear_is_taken_as_it_is() -> None:
    for by in (-3.0, MAX_LANGUAGE_MODEL_GAP, MAX_LANGUAGE_MODEL_GAP + REACH + 0.01):
        found = gap(by)
        assert found["language_model_gap"] == pytest.approx(by)
        assert found["language_model_gap_standard_error"] == pytest.approx(0.0, abs=1e-6)
        assert (found["language_model_gap_samples"], found["language_model_gap_items"]) == (1, 50)


def test_a_gap_that_draws_may_close_is_measured_with_more() -> None:
    by = MAX_LANGUAGE_MODEL_GAP + 0.1
    found = gap(by)
    again = importance_weighted_nll(MODEL, ITEMS, TIGHTER) - (NLL - by)
    assert found["language_model_gap_samples"] == TIGHTER
    assert found["language_model_gap"] == pytest.approx(float(again.mean()))
    error = float(again.std()) / math.sqrt(len(again))
    assert found["language_model_gap_standard_error"] == pytest.approx(error)
    assert found["language_model_gap"] < by, "the bound came down"


def test_the_differences_are_of_the_same_items() -> None:
    plain = torch.linspace(0, 100, 50, dtype=torch.float64)
    found = language_model_gap(MODEL, ITEMS, plain + 0.5, plain, 1)
    assert found["language_model_gap_standard_error"] == pytest.approx(0.0, abs=1e-9)
