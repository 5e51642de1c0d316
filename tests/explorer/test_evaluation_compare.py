"""Runs side by side: what may be compared, what is best, and what may be chance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer.evaluation_compare import Cell, Measured, Row, rows, same_items, why_not
from explorer.evaluation_metrics import sections
from explorer.kept_evaluations import Evaluation

CONFIG: dict[str, Any] = {
    "modality": "sentences",
    "dataset": {"name": "a.txt", "fingerprint": "f"},
    "model": {"vocabulary_size": 100, "max_tokens": 20},
    "result": {"elbo": -50.0, "items": 90},
}


def run_of(nll: float, samples: int = 5, unit: str = "word", **more: Any) -> Measured:
    """A run whose items have this mean likelihood, each a little off in its own way."""
    items = 100
    offs = np.random.default_rng(0).normal(0, 10, items)
    offs -= offs.mean()
    of = {"nll": nll + offs, "elbo": -nll - offs}
    likely = {
        "items": items, "samples": samples, "iw_nll": nll, "iw_nll_standard_error": 1.0,
        "tokens": 1000, "perplexity": float(np.exp(nll / 10)), "perplexity_unit": unit,
    }  # fmt: skip
    result = {
        "split": "test", "items": items, "elbo": -nll, "kl": 3.0, "mutual_information": 2.0,
        "mutual_information_items": items, "likelihood": likely, **more,
    }  # fmt: skip
    evaluation = Evaluation(samples, 0, result, np.arange(items), of)
    return Measured(f"run {nll}", CONFIG, sections(CONFIG, result), evaluation)


def found(*runs: Measured) -> dict[str, Row]:
    return {row.metric.id: row for row in rows(runs)}


def test_the_best_is_marked_by_the_way_that_is_good() -> None:
    row = found(run_of(60.0), run_of(50.0), run_of(55.0))["likelihood.iw_nll"]
    assert [cell.best for cell in row.cells] == [False, True, False]
    assert [cell.text for cell in row.cells] == ["60.00", "50.00", "55.00"]
    elbo = found(run_of(1.0), run_of(2.0))["space.kl"]
    assert not any(cell.best for cell in elbo.cells), "of KL neither more nor less is good"


def test_on_the_same_items_a_small_difference_can_be_certain() -> None:
    one, other = run_of(50.0), run_of(50.5)
    assert found(one, other)["likelihood.iw_nll"].cells[1].near is False
    assert found(one, other)["likelihood.perplexity_word"].cells[1].near is False
    assert other.evaluation is not None
    elsewhere = replace(other, evaluation=replace(other.evaluation, rows=np.arange(1, 101)))
    assert found(one, elsewhere)["likelihood.iw_nll"].cells[1].near is True
    assert same_items(one.evaluation, elsewhere.evaluation) is False
    far = run_of(60.0)
    assert far.evaluation is not None
    far = replace(far, evaluation=replace(far.evaluation, rows=np.arange(1, 101)))
    assert found(one, far)["likelihood.iw_nll"].cells[1].near is False


def test_the_same_figure_is_no_better() -> None:
    row = found(run_of(50.0), run_of(50.001))["likelihood.iw_nll"]
    assert row.cells == (Cell("50.00", best=True), Cell("50.00", near=True))
    equal = found(run_of(50.0), run_of(50.0))["likelihood.iw_nll"]
    assert not any(cell.best for cell in equal.cells)


def test_words_never_stand_beside_subwords_nor_different_draws() -> None:
    table = found(run_of(50.0), run_of(40.0, samples=9), run_of(30.0, unit="bpe"))
    words, pieces = (table[f"likelihood.perplexity_{unit}"] for unit in ("word", "subword"))
    assert [cell.text == "–" for cell in words.cells] == [False, False, True]
    assert [cell.text == "–" for cell in pieces.cells] == [True, True, False]
    nll = table["likelihood.iw_nll"]
    assert nll.cells[1].text == "40.00 (K = 9)"
    assert [cell.best for cell in nll.cells] == [False, False, True]


def test_another_vocabulary_and_what_training_noted_are_not_compared() -> None:
    one, other = run_of(50.0), run_of(40.0)
    model = {**CONFIG["model"], "vocabulary_size": 50}
    table = found(one, replace(other, config={**CONFIG, "model": model}))
    assert table["likelihood.iw_nll"].cells[1].text == "40.00 (other vocabulary or pixels)"
    assert table["space.mutual_information"].cells[1].text == "2.00", "places are no likelihoods"
    noted = Measured("noted", CONFIG, sections(CONFIG, None), None)
    assert found(one, noted)["likelihood.elbo"].cells[1].text == "−50.00 (not measured here yet)"


@pytest.mark.parametrize(
    ("other", "prints", "why"),
    [
        ({}, ("f", "f"), None),
        ({}, ("f", "g"), "it learned from other data (a.txt)"),
        ({}, ("f", None), "it notes no fingerprint"),
        ({}, (None, "f"), "the open model notes no fingerprint"),
        ({"modality": "images"}, ("f", "f"), "it is a model of images"),
    ],
)
def test_only_models_of_the_same_data_are_compared(
    other: dict[str, Any], prints: tuple[str | None, str | None], why: str | None
) -> None:
    said = why_not(CONFIG, prints[0], {**CONFIG, **other}, prints[1])
    assert said == why or (said is not None and why is not None and said.startswith(why))
