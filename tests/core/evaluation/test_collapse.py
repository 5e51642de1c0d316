"""The collapse gate: every check at its threshold, and what it advises."""

from __future__ import annotations

import json
from itertools import product

import pytest

from vae_core.evaluation.collapse import CollapseGate


@pytest.mark.parametrize(
    ("information", "drop", "gap", "passed"),
    [
        (2.0, 2.0, 1.0, True),
        (8.7, 15.0, -3.0, True),
        (1.99, 2.0, 1.0, False),
        (2.0, 1.99, 1.0, False),
        (2.0, 2.0, 1.01, False),
        (2.0, 2.0, None, None),
        (1.0, 2.0, None, False),
        (None, None, 0.0, None),
        (None, None, 5.0, False),
        (float("nan"), 3.0, 0.0, False),
    ],
)
def test_thresholds(
    information: float | None, drop: float | None, gap: float | None, passed: bool | None
) -> None:
    assert CollapseGate(information, drop, gap).passed is passed


@pytest.mark.parametrize(("information", "drop", "gap"), list(product((0.0, 9.0, None), repeat=3)))
def test_each_check_that_does_not_hold_has_its_advice(
    information: float | None, drop: float | None, gap: float | None
) -> None:
    # A gap of 0 is good, of 9 bad: the other way round than the two before.
    gate = CollapseGate(information, drop, gap)
    advice = gate.advice()
    assert len(advice) == sum(holds is not True for holds in gate.checks.values())
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in advice)
    assert (not advice) == (gate.passed is True)
    assert json.loads(json.dumps(gate.to_json()))["passed"] is gate.passed


def test_documents_have_no_language_model_to_be_compared_with() -> None:
    gate = CollapseGate(3.0, 3.0, has_language_model=False)
    assert gate.passed is True
    assert gate.advice() == []
    assert "language_model_gap" not in gate.checks
    assert CollapseGate(1.0, 3.0, has_language_model=False).passed is False


def test_advice_names_settings_that_exist() -> None:
    from vae_core.config import ModelConfig, TrainConfig
    from vae_core.models import MODELS

    told = " ".join(CollapseGate(0.0, 0.0, 9.0).advice())
    settings = {*TrainConfig().objective.to_json()}
    settings |= {key for model in MODELS.values() for key in model.config_class().to_json()}
    assert isinstance(ModelConfig(), ModelConfig)
    words = {
        "free bits": "free_bits",
        "KL warm-up": "warmup_epochs",
        "KL schedule": "kl_schedule",
        "β": "beta",
        "word dropout": "word_dropout",
    }
    for said, name in words.items():
        assert said in told
        assert name in settings
