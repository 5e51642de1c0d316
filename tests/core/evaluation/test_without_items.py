"""What is measured of places without their items, against what is measured with them."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.core.evaluation.test_summary import LABELS, SIZES, whole_of_sentences
from tests.core.support import SENTENCES, one_sentence, sentence_items, tiny_gru
from vae_core.data.dataset import DataError
from vae_core.data.documents import document_tokenizer
from vae_core.evaluation import DescribedItems, LatentItems, encode_items, evaluate_places
from vae_core.models.bag_of_words import BagOfWordsConfig, BagOfWordsVAE
from vae_core.models.base import Posterior


def test_places_alone_give_what_needs_no_items() -> None:
    model = tiny_gru()
    posterior = encode_items(model, sentence_items(model))
    whole = whole_of_sentences()
    taken_for: dict[str, Any] = {}
    found = evaluate_places(
        model,
        DescribedItems(LatentItems(posterior), LABELS, None, {"size": SIZES}),
        of_items=taken_for,
    )
    assert found["posterior"] == whole["posterior"]
    assert found["probe"]["latent"] == whole["probe"]["latent"]
    assert found["clustering"]["latent"] == whole["clustering"]["latent"]
    assert found["factors"]["mig"] == whole["factors"]["mig_of"]["size"]
    written = ("self_bleu", "interpolation_smoothness", "distinct_on_path")
    assert {name: found["text"][name] for name in written} == {
        name: whole["text"][name] for name in written
    }
    assert "likelihood" not in found
    quick = evaluate_places(model, DescribedItems(LatentItems(posterior), LABELS), quick=True)
    assert quick == {name: found[name] for name in quick}
    assert not any(isinstance(value, dict) for value in quick.values())
    assert not {"lsa", "tfidf"} & {*found["probe"], *found["clustering"]}
    assert len(taken_for["probe_latent"]) == found["probe"]["test_items"]


def test_places_of_documents_have_different_topics_without_coherence() -> None:
    tokenizer = document_tokenizer(SENTENCES, minimum_documents=1, most_documents=1.0)
    config = BagOfWordsConfig(3, vocabulary_size=tokenizer.vocabulary_size, hidden=8)
    model = BagOfWordsVAE(config, tokenizer)
    places = Posterior(torch.randn(30, 3), torch.zeros(30, 3))
    found = evaluate_places(model, DescribedItems(LatentItems(places)))
    assert 0 < found["topics"]["diversity"] <= 1
    assert "npmi" not in found["topics"]
    assert "silhouette" in found["clustering"]


def test_items_are_no_places_and_places_no_items() -> None:
    model = tiny_gru()
    with pytest.raises(DataError) as caught:
        evaluate_places(model, DescribedItems(sentence_items(model)))
    assert "no places" in one_sentence(caught.value)
    with pytest.raises(DataError) as caught:
        LatentItems(Posterior(torch.zeros(1, 2), torch.zeros(1, 2))).batch(torch.tensor([0]))
    assert "places alone" in one_sentence(caught.value)
