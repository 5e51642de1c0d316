"""The whole of `evaluate`: which sections there are, and that each is what its module gives."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch

from tests.core.evaluation.toys import LinearGaussian, Numbers
from tests.core.support import SENTENCES, one_sentence, sentence_items, tiny_gru
from vae_core.checks import ConfigError
from vae_core.data.dataset import DataError
from vae_core.data.documents import DocumentTensors, document_tokenizer
from vae_core.evaluation import (
    DescribedItems,
    encode_items,
    evaluate,
    importance_weighted_nll,
    language_model_nll,
    mutual_information,
)
from vae_core.evaluation import summary as summary_module
from vae_core.evaluation.sections import document_words
from vae_core.evaluation.summary import exchange, mean_kl
from vae_core.models.bag_of_words import BagOfWordsConfig, BagOfWordsVAE
from vae_core.models.base import Posterior

QUICK = {
    "items", "elbo", "reconstruction", "kl", "active_units", "latent_dim", "mutual_information",
    "mutual_information_items",
}  # fmt: skip
OF_TEXTS = {
    "perplexity",
    "unknown_words",
    "reconstruction_drop_when_z_exchanged",
    "collapsed",
}
LABELS = tuple(text.split()[2] for text in SENTENCES)
SIZES = tuple(text.split()[1] for text in SENTENCES)


def whole_of_sentences(**more: Any) -> dict[str, Any]:
    model = tiny_gru()
    factors = {"size": SIZES, "number": [str(n) for n in range(24)], "same": ["x"] * 24}
    return evaluate(
        model, sentence_items(model), labels=LABELS, texts=SENTENCES, factors=factors,
        samples=3, **more,
    )  # fmt: skip


def test_quick_is_what_it_always_was() -> None:
    model = tiny_gru()
    assert set(evaluate(model, sentence_items(model))) == QUICK | OF_TEXTS
    pictures = LinearGaussian()
    assert set(evaluate(pictures, pictures.draw(9))) == QUICK


def test_sentences_have_every_section_that_applies_and_it_is_json() -> None:
    found = whole_of_sentences()
    sections = {"posterior", "likelihood", "text", "probe", "clustering", "factors", "gate"}
    assert set(found) == QUICK | OF_TEXTS | sections
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert not any("left_out" in found[name] for name in sections - {"factors"})


def test_it_repeats_and_leaves_the_model_as_it_was() -> None:
    assert whole_of_sentences() == whole_of_sentences()
    model = tiny_gru().train()
    evaluate(model, sentence_items(model), texts=SENTENCES, labels=LABELS, samples=2)
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_likelihood_is_its_modules_and_the_gap_goes_to_the_gate() -> None:
    model, other = tiny_gru(), tiny_gru()
    items = sentence_items(model)
    found = whole_of_sentences(language_model=other, seed=4)
    likelihood = found["likelihood"]
    nll = importance_weighted_nll(model, items, 3, seed=4)
    plain = language_model_nll(other, items)
    assert likelihood["iw_nll"] == pytest.approx(float(nll.mean()))
    assert likelihood["samples"] == 3
    assert likelihood["language_model_nll"] == pytest.approx(float(plain.mean()))
    assert likelihood["perplexity_unit"] == "word"
    assert likelihood["tokens"] == int((items.lengths - 1).sum())
    assert likelihood["perplexity"] == pytest.approx(
        math.exp(float(nll.sum()) / likelihood["tokens"])
    )
    gap = likelihood["iw_nll"] - likelihood["language_model_nll"]
    assert found["gate"]["language_model_gap"] == pytest.approx(gap)
    assert found["gate"]["passed"] is False, "an untrained model"
    assert found["gate"]["mutual_information"] == found["mutual_information"]
    assert whole_of_sentences()["gate"]["checks"]["language_model_gap"] is None


def test_texts_that_were_cut_are_counted() -> None:
    model = tiny_gru(max_tokens=3)
    found = evaluate(model, sentence_items(model), samples=1)
    assert found["likelihood"]["items_cut"] == len(SENTENCES)
    assert "text" not in found, "there are no texts to compare with"


def test_factors_that_are_none_are_left_out_and_named() -> None:
    factors = whole_of_sentences()["factors"]
    assert set(factors["mig_of"]) == {"size", "number"}
    assert factors["left_out"] == ["same"]
    assert factors["mig"] == pytest.approx(np.mean(list(factors["mig_of"].values())))
    assert 0 <= factors["probe_of"]["size"]["accuracy"] <= 1


def test_labels_that_are_missing_are_counted_not_guessed() -> None:
    model = tiny_gru()
    labels = [None if i % 6 == 0 else "" if i % 6 == 1 else name for i, name in enumerate(LABELS)]
    found = evaluate(model, sentence_items(model), labels=labels, samples=1)
    assert found["probe"]["unlabelled"] == found["clustering"]["unlabelled"] == 8
    parts = [found["probe"][f"{part}_items"] for part in ("train", "validation", "test")]
    assert sum(parts) == found["clustering"]["items"] == 16
    assert found["clustering"]["k"] == len({label for label in labels if label})


@pytest.mark.parametrize("labels", [None, [""] * 24])
def test_without_labels_there_is_a_silhouette_and_no_probe(labels: list[str] | None) -> None:
    model = tiny_gru()
    found = evaluate(model, sentence_items(model), labels=labels, samples=1)
    assert "probe" not in found
    assert -1 <= found["clustering"]["silhouette"] <= 1
    assert "latent" not in found["clustering"]


def test_one_label_leaves_the_probe_out_with_the_reason() -> None:
    model = tiny_gru()
    found = evaluate(model, sentence_items(model), labels=["same"] * 24, samples=1)
    assert "'same'" in found["probe"]["left_out"]
    assert "two labels" in found["clustering"]["left_out"]
    assert found["likelihood"]["iw_nll"] > 0


def test_the_probe_learns_on_train_alone() -> None:
    model = LinearGaussian(noise=0.01)
    items, fitted = model.draw(60, seed=1), model.draw(200, seed=2)

    def sign(rows: Numbers) -> list[str]:
        z = model.encode(rows.rows).mean
        return ["plus" if value > 0 else "minus" for value in z[:, 2].tolist()]

    train = DescribedItems(fitted, sign(fitted))
    found = evaluate(model, items, labels=sign(items), train=train, samples=1)["probe"]
    assert found["latent"]["accuracy"] > 0.9
    assert (found["train_items"], found["validation_items"], found["test_items"]) == (160, 40, 60)
    assert {"latent", "pca", "pixels"} <= set(found)
    wrong = ["minus" if name == "plus" else "plus" for name in sign(fitted)]
    turned = DescribedItems(fitted, wrong)
    found = evaluate(
        model, items, labels=sign(items), train=turned, validation=turned, samples=1
    )["probe"]  # fmt: skip
    assert found["latent"]["accuracy"] < 0.1
    assert found["validation_items"] == 200


def test_grey_pixels_are_told() -> None:
    model = LinearGaussian()
    found = evaluate(model, model.draw(20), samples=2)["likelihood"]
    assert found["binarisation"] == "none"
    assert "binarised" in found["note"]
    assert "perplexity" not in found


def test_documents_have_topics_counted_where_the_model_learned() -> None:
    texts = [f"{text} {'bird' if i % 2 else 'fish'} swims" for i, text in enumerate(SENTENCES)]
    tokenizer = document_tokenizer(texts, vocabulary_size=40)
    config = BagOfWordsConfig(latent_dim=3, vocabulary_size=tokenizer.vocabulary_size, hidden=6)
    model = BagOfWordsVAE.from_config(config, tokenizer).eval()
    rows = tokenizer.encode(texts, 1000)
    items = DocumentTensors(rows, tokenizer.vocabulary_size, torch.device("cpu"))
    train = DescribedItems(items, LABELS, texts)
    some = items.part(torch.arange(20))
    found = evaluate(
        model, some, labels=LABELS[:20], texts=texts[:20], train=train, samples=2
    )  # fmt: skip
    assert found["topics"]["topics"] == 3
    assert found["topics"]["npmi_documents"] == 24
    assert -1 <= found["topics"]["npmi_least"] <= found["topics"]["npmi"] + 1e-9 <= 1 + 1e-9
    assert 0 < found["topics"]["diversity"] <= 1
    assert found["likelihood"]["tokens"] == int(some.lengths.sum())
    assert "text" not in found
    assert "language_model_gap" not in found["gate"]["checks"]
    assert {"latent", "lsa"} <= set(found["clustering"])


def test_words_of_documents_are_those_of_the_vocabulary() -> None:
    tokenizer = tiny_gru().tokenizer
    assert document_words(tokenizer, ["The cat flew, the CAT sat", "nowhere"]) == [
        ["the", "cat", "the", "cat", "sat"],
        [],
    ]


def test_a_learned_prior_has_its_kl_estimated() -> None:
    model = LinearGaussian(prior="mixture", latent_dim=2)
    items = model.draw(4000)
    posterior = encode_items(model, items)
    z = posterior.sample(torch.Generator().manual_seed(0))
    found = mean_kl(model, posterior, z)
    with torch.no_grad():
        many = torch.stack([
            posterior.log_prob(draw) - model.log_prior(draw)
            for draw in (posterior.sample() for _ in range(50))
        ])  # fmt: skip
    assert found == pytest.approx(float(many.mean()), abs=0.05)
    assert abs(found - float(posterior.kl().sum(dim=1).mean())) > 0.1, "not that of N(0, I)"
    whole = evaluate(model, items.part(torch.arange(50)), samples=1)
    assert whole["posterior"]["kl_estimate"] == "one z an item"
    normal = LinearGaussian()
    exact = encode_items(normal, normal.draw(50))
    assert mean_kl(normal, exact, exact.mean) == pytest.approx(float(exact.kl().sum(dim=1).mean()))


def test_every_item_gets_the_z_of_another() -> None:
    z = torch.arange(50.0)[:, None]
    for seed in range(5):
        exchanged = exchange(z, seed)
        assert sorted(exchanged[:, 0].tolist()) == z[:, 0].tolist()
        assert bool((exchanged != z).all())
    assert not torch.equal(exchange(z, 0), exchange(z, 1))
    assert torch.equal(exchange(z[:1], 0), z[:1])


def test_information_of_many_items_is_that_of_a_draw_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(summary_module, "MAX_INFORMATION_ITEMS", 200)
    model = LinearGaussian()
    drawn = model.draw(300)
    # Two halves that are alike within: the first 200 in order would know little of the second.
    items = Numbers(torch.cat([drawn.rows[:1].repeat(300, 1), drawn.rows]))
    found = evaluate(model, items)
    assert found["mutual_information_items"] == 200
    first = Posterior(*(part[:200] for part in encode_items(model, items)))
    assert mutual_information(first) == pytest.approx(0.0, abs=1e-4)
    assert found["mutual_information"] > 0.5


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_handful_of_items_is_measured_as_far_as_it_goes(count: int) -> None:
    model = tiny_gru()
    found = evaluate(
        model, sentence_items(model, SENTENCES[:count]), labels=LABELS[:count],
        texts=SENTENCES[:count], factors={"size": SIZES[:count]}, samples=2,
    )  # fmt: skip
    assert found["likelihood"]["iw_nll"] > 0
    assert found["collapsed"] is None
    assert found["gate"]["passed"] is None
    assert "left_out" in found["probe"], "too few for three parts, or of one class"
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    pictures = LinearGaussian()
    assert evaluate(pictures, pictures.draw(count), samples=2)["items"] == count


def test_impossible_calls_are_refused() -> None:
    model = tiny_gru()
    items = sentence_items(model)
    for call, kind, told in (
        (lambda: evaluate(model, items, language_model=model), ConfigError, "samples"),
        (lambda: evaluate(model, items, samples=-1), ConfigError, "samples"),
        (lambda: evaluate(model, items.part(torch.arange(0)), samples=1), DataError, "no items"),
        (lambda: evaluate(model, items, labels=["a"], samples=1), DataError, "labels has 1"),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert told in one_sentence(caught.value)


def test_the_progress_is_told() -> None:
    told: list[str] = []
    whole_of_sentences(progress=lambda what, done, of: told.append(what))
    assert set(told) == {
        "likelihood", "reconstructions", "samples", "paths", "probe", "clustering", "factors",
    }  # fmt: skip
