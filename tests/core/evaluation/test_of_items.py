"""What `evaluate` tells of each class and of each item, and where there are no numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.core.evaluation.test_summary import LABELS, whole_of_sentences
from tests.core.support import SENTENCES, one_sentence, sentence_items, tiny_gru
from vae_core.data.dataset import DataError
from vae_core.evaluation import DescribedItems, encode_items, evaluate, label_sections
from vae_core.evaluation import summary as summary_module
from vae_core.models.base import Posterior


def test_class_by_class_and_of_each_item_it_adds_up_to_the_scores() -> None:
    of_items: dict[str, Any] = {}
    found = whole_of_sentences(of_items=of_items)
    probe, by_class = found["probe"], found["probe"]["by_class"]
    assert np.mean(of_items["elbo"]) == pytest.approx(found["elbo"])
    assert np.mean(of_items["nll"]) == pytest.approx(found["likelihood"]["iw_nll"])
    error = np.std(of_items["elbo"], ddof=1) / math.sqrt(len(SENTENCES))
    assert found["likelihood"]["elbo_standard_error"] == pytest.approx(error)
    rows, names = of_items["probe_rows"], by_class["names"]
    assert [names[number] for number in of_items["probe_truth"]] == [LABELS[row] for row in rows]
    for features in ("latent", "lsa", "tfidf"):
        matrix = np.array(by_class[features]["confusion"])
        assert matrix.sum() == probe["test_items"] == len(rows)
        assert matrix.trace() / matrix.sum() == pytest.approx(probe[features]["accuracy"])
        right = np.array(of_items["probe_truth"]) == np.array(of_items[f"probe_{features}"])
        assert right.mean() == pytest.approx(probe[features]["accuracy"])
    assert matrix.sum(axis=1).tolist() == by_class["support"]


def test_a_guess_at_the_most_frequent_label_is_told() -> None:
    model = tiny_gru()
    train = DescribedItems(sentence_items(model), ["a"] * 20 + ["b"] * 4, SENTENCES)
    labels = ["a"] * 6 + ["b"] * 18
    found = evaluate(
        model, sentence_items(model), labels=labels, texts=SENTENCES, train=train, samples=1
    )
    assert found["probe"]["most_frequent_label_accuracy"] == pytest.approx(0.25)


def test_too_many_classes_have_no_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_sections, "MAX_CLASSES", 1)
    of_items: dict[str, Any] = {}
    found = whole_of_sentences(of_items=of_items)
    assert "by_class" not in found["probe"]
    assert set(of_items) == {"elbo", "nll"}


def test_an_encoder_without_numbers_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_gru()

    def broken(*given: Any) -> Posterior:
        made = encode_items(model, sentence_items(model))
        made.mean[3, 0] = math.nan
        return made

    monkeypatch.setattr(summary_module, "encode_items", broken)
    with pytest.raises(DataError) as caught:
        evaluate(model, sentence_items(model), samples=1)
    assert "for 1 of 24 items" in one_sentence(caught.value)
