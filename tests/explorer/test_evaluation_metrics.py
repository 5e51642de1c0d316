"""The rows of an evaluation: values of its JSON, each with what it was measured on."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.evaluation_files import COLUMNS, as_csv, as_json
from explorer.evaluation_metrics import sections
from explorer.evaluation_rows import Metric, every
from explorer.evaluation_words import WORDS
from explorer.kept_evaluations import Evaluation
from tests.explorer.made_runs import pictures, sentences, write_run
from tests.explorer.on_evaluations import measured
from vae_core.checkpoint import Run, load_run


@pytest.fixture(scope="module")
def text_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load_run(write_run(tmp_path_factory.mktemp("texts") / "a", sentences(90, labels=4)))


@pytest.fixture(scope="module")
def texts(text_run: Run) -> Evaluation:
    return measured(text_run)


def rows(config: Any, result: Any) -> dict[str, Metric]:
    return {metric.id: metric for metric in every(sections(config, result))}


def test_every_measure_has_its_value_what_it_means_and_on_what(
    text_run: Run, texts: Evaluation
) -> None:
    found, result = rows(text_run.config, texts.result), texts.result
    assert found["likelihood.iw_nll"].value == result["likelihood"]["iw_nll"]
    assert found["likelihood.iw_nll"].of == "30 held-out items, K = 2"
    assert found["likelihood.iw_nll"].alike == {"K": "2"}
    assert found["space.mutual_information"].alike == {"N": "30"}
    assert "ln N = 3.40" in found["space.mutual_information"].of
    assert found["likelihood.perplexity_word"].of.startswith(
        f"{result['likelihood']['tokens']} words of 30"
    )
    assert found["text.self_bleu"].value == result["text"]["self_bleu"]
    assert found["probe.accuracy"].value == result["probe"]["latent"]["accuracy"]
    assert set(found["probe.accuracy"].beside) == {"lsa", "tfidf", "most_frequent"}
    assert found["clustering.cluster_accuracy"].value == result["clustering"]["latent"]["accuracy"]
    assert found["clustering.nmi"].error_kind == "over seeds"
    for metric in found.values():
        assert metric.words.meaning.endswith(".")
        assert metric.words.good.endswith(".")
        assert any(letter.isdigit() for letter in metric.of), metric.id


def test_subwords_are_another_measure_than_words(text_run: Run, texts: Evaluation) -> None:
    likely = {**texts.result["likelihood"], "perplexity_unit": "bpe"}
    found = rows(text_run.config, {**texts.result, "likelihood": likely})
    assert "likelihood.perplexity_word" not in found
    assert "subwords" in found["likelihood.perplexity_subword"].of


def test_before_it_is_measured_what_training_noted_is_there(text_run: Run) -> None:
    noted = {"elbo": -20.5, "kl": 3.25, "items": 40, "mutual_information": float("nan")}
    found = rows({**text_run.config, "result": noted}, None)
    assert set(found) == {"space.kl", "likelihood.elbo"}
    assert found["likelihood.elbo"].recorded
    assert found["likelihood.elbo"].of == "40 validation items, one z, at the end of training"


def test_pictures_have_no_measures_of_texts(tmp_path_factory: pytest.TempPathFactory) -> None:
    run = load_run(write_run(tmp_path_factory.mktemp("pictures") / "a", pictures(60, labels=4)))
    found = sections(run.config, measured(run).result)
    assert [section.family for section in found] == ["space", "likelihood", "probe", "clustering"]
    assert any("Grey pixels" in note for note in found[1].notes)


def test_documents_have_topics(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("documents") / "a"
    run = load_run(write_run(folder, sentences(60, labels=4), modality="documents"))
    found = rows(run.config, measured(run).result)
    assert {"topics.npmi", "topics.diversity"} <= set(found)
    assert not any(name.startswith("text.") for name in found)


@pytest.mark.parametrize(
    ("changes", "family", "told"),
    [
        ({"probe": None}, "probe", "no labels"),
        ({"probe": {"left_out": "Only one label."}}, "probe", "Only one label."),
        ({"clustering": {"left_out": "Too few."}}, "clustering", "Too few."),
        ({"active_units": 0}, "space", "the latent space is not used"),
        ({"without_items": True, "likelihood": None}, "likelihood", "without its data"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence_and_the_rest_goes_on(
    text_run: Run, texts: Evaluation, changes: dict[str, Any], family: str, told: str
) -> None:
    found = sections(text_run.config, {**texts.result, **changes})
    [section] = [one for one in found if one.family == family]
    assert any(told in note for note in section.notes)
    assert sum(len(one.metrics) for one in found) > 8


def test_items_without_a_label_are_counted(text_run: Run, texts: Evaluation) -> None:
    probe = {**texts.result["probe"], "unlabelled": 15}
    found = sections(text_run.config, {**texts.result, "probe": probe})
    [section] = [one for one in found if one.family == "probe"]
    assert any("15 of the measured items have no label" in note for note in section.notes)
    assert any("30 items with a label" in note for note in section.notes), "so few are told"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.integers(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
)
NAMES = ["posterior", "likelihood", "text", "topics", "probe", "clustering", "factors", "items"]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.sampled_from(["sentences", "documents"]))
def test_whatever_a_file_says_there_are_sections(result: dict[str, Any], modality: str) -> None:
    for section in sections({"modality": modality, "result": result}, result):
        assert section.title
        assert all(isinstance(note, str) for note in section.notes)


def test_the_table_has_a_row_for_each_figure_and_baseline(text_run: Run, texts: Evaluation) -> None:
    found = sections(text_run.config, texts.result)
    table = list(csv.DictReader(io.StringIO(as_csv(found))))
    metrics = list(every(found))
    assert len(table) == sum(1 + len(metric.beside) for metric in metrics)
    assert tuple(table[0]) == COLUMNS
    accuracy = [row for row in table if row["measure"] == WORDS["accuracy"].name]
    assert {row["of"] for row in accuracy} == {
        "this model", "LSA", "TF-IDF", "most frequent label",
    }  # fmt: skip
    assert json.loads(as_json(found, texts)) == {"samples": 2, "seed": 0, **texts.result}
    assert json.loads(as_json(found, None))["space.kl"] == pytest.approx(texts.result["kl"])
