"""The collapse gate as a light, and what else is to know of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer import paths, run_details
from explorer.gate import gate_of
from explorer.remarks import remarks
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run

GOOD = {"mutual_information": 8.0, "exchange_drop": 20.0, "language_model_gap": -0.5}


def config(modality: str = "sentences", **result: Any) -> dict[str, Any]:
    return {"modality": modality, "items": 1000, "result": result, "model": {}, "dataset": {}}


def app_of(model_id: str) -> AppTest:
    app = AppTest.from_file(str(paths.app_script()), default_timeout=60)
    app.query_params["model"] = model_id
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("changes", "words", "advised"),
    [
        ({}, "passed", 0),
        ({"mutual_information": 1.9}, "failed", 1),
        ({"mutual_information": 1.9, "exchange_drop": 1.9}, "failed", 2),
        ({"language_model_gap": 1.1}, "failed", 1),
        ({"language_model_gap": None}, "not fully measured", 1),
        ({"exchange_drop": None, "mutual_information": 0.0}, "failed", 2),
    ],
)
def test_the_light_follows_the_numbers(changes: dict[str, Any], words: str, advised: int) -> None:
    gate = gate_of(config(gate={**GOOD, **changes, "passed": "no", "advice": [HOSTILE]}))
    assert gate is not None
    assert gate.words == words
    assert len(gate.advice) == advised
    assert not any(HOSTILE in sentence for sentence in gate.advice)


def test_numbers_stand_beside_their_thresholds() -> None:
    gate = gate_of(config(gate={**GOOD, "language_model_gap": None}))
    assert gate is not None
    assert [check.number for check in gate.checks] == [
        "8.00 nats (at least 2)", "20.00 nats (at least 2)", "not measured (at most 1)",
    ]  # fmt: skip
    assert [check.holds for check in gate.checks] == [True, True, None]


def test_a_run_from_before_the_gate_shows_what_it_has() -> None:
    old = {"mutual_information": 8.9, "reconstruction_drop_when_z_exchanged": 48.9}
    gate = gate_of(config(**old, mutual_information_items=10_000))
    assert gate is not None
    assert gate.words == "not fully measured"
    assert [check.holds for check in gate.checks] == [True, True, None]
    assert gate_of(config(**old, mutual_information_items=7)) is None
    assert gate_of(config(elbo=-3.0)) is None


def test_documents_have_no_language_model_to_compare_with() -> None:
    old = {"mutual_information": 8.9, "reconstruction_drop_when_z_exchanged": 48.9}
    gate = gate_of(config("documents", **old, mutual_information_items=10_000))
    assert gate is not None
    assert (gate.words, len(gate.checks)) == ("passed", 2)


def test_pictures_have_no_gate() -> None:
    assert gate_of(config("images", mutual_information=9.0, mutual_information_items=99)) is None


@pytest.mark.parametrize(
    "strange",
    [{"gate": HOSTILE}, {"gate": []}, {"gate": {"mutual_information": HOSTILE}},
     {"gate": {"mutual_information": 10**400}}, {"gate": {"mutual_information": True}}],
)  # fmt: skip
def test_a_strange_gate_is_not_measured(strange: dict[str, Any]) -> None:
    gate = gate_of(config(**strange))
    assert gate is None or not any(check.holds for check in gate.checks)


@pytest.mark.parametrize("result", [None, [], "x"])
def test_a_strange_result_is_none(result: Any) -> None:
    strange = {"modality": "sentences", "result": result, "dataset": 3, "model": None, "items": "x"}
    assert gate_of(strange) is None
    assert remarks(strange) == []
    assert run_details.facts(strange)["Data"] == "?, 0 sentences"


def test_what_was_odd_is_a_sentence_each() -> None:
    values = config(broken="The loss stopped being a number.")
    assert remarks({**values, "dataset": {"cut_items": 0}}) == [
        "The training broke off. The loss stopped being a number."
    ]
    values = config() | {"dataset": {"cut_items": 1}, "model": {"max_tokens": 32}}
    assert remarks(values) == [
        "1 of 1,000 items was longer than 32 tokens and was cut; train again with a larger "
        "--max-tokens to keep them whole."
    ]
    values = config("documents") | {"dataset": {
        "items_without_words": 12, "empty_items": 1, "unlabelled_items": 2,
    }}  # fmt: skip
    assert [line.partition(";")[0] for line in remarks(values)] == [
        "1 more had no text and was left out.",
        "2 of 1,000 items have no label",
        "12 of 1,000 items have no word of the vocabulary",
    ]


def test_the_bar_has_a_light_with_its_checks(runs: Path) -> None:
    low = {**GOOD, "mutual_information": 0.5}
    write_run(runs / "a", sentences(10), result={"gate": low, "broken": HOSTILE}, cut_items=2)
    app = app_of("run:a")
    [light] = [one for one in app.get("popover") if one.proto.popover.label.startswith("Gate")]
    assert light.proto.popover.label == "Gate failed"
    assert "Collapse gate: failed" in light.proto.popover.help
    assert "0.50 nats (at least 2)" in [text.value for text in app.text]
    told = [warning.value for warning in app.warning]
    assert f"The training broke off. {HOSTILE}" in [text.replace("\\", "") for text in told]
    assert not any("<script>" in text for text in told)


def test_the_bar_of_pictures_has_details(runs: Path) -> None:
    write_run(runs / "a", pictures(10))
    app = app_of("run:a")
    [details] = [one for one in app.get("popover") if one.proto.popover.label == "Details"]
    assert details.proto.popover.label == "Details"
    assert "−20.00 nats per item" in [text.value for text in app.text]
    assert "grey" in [text.value for text in app.text]
