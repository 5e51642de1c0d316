"""What is done to texts before a training, against the plain way of doing it in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.support import one_sentence
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.fixes import Fixes, cut, first_of_each, fixed, sentences
from vae_core.data.registry import load_source
from vae_core.data.tokenizer import train_tokenizer

TEXTS = ("The cat sat. It was Mr. Cat!", "A DOG ran", "a dog ran", "The cat sat. It was Mr. Cat!")


def corpus(*texts: str) -> Dataset:
    numbers = tuple(f"label {number}" for number in range(len(texts)))
    return Dataset(
        "corpus", "sentences", texts=texts, labels=numbers, metadata={"number": numbers},
        source={"text": "corpus.txt"},
    )  # fmt: skip


def test_nothing_asked_is_nothing_done() -> None:
    data = corpus(*TEXTS)
    assert fixed(data, Fixes()) is data


def test_sentences_carry_the_label_and_metadata_of_their_text() -> None:
    found = fixed(corpus(*TEXTS), Fixes(split_sentences="en"))
    assert list(found.texts or ()) == [
        "The cat sat.", "It was Mr. Cat!", "A DOG ran", "a dog ran", "The cat sat.",
        "It was Mr. Cat!",
    ]  # fmt: skip
    of = ["label 0", "label 0", "label 1", "label 2", "label 3", "label 3"]
    assert list(found.labels or ()) == of
    assert list(found.metadata["number"]) == of
    assert found.notes == ("4 texts became 6 sentences.",)


def test_repeats_are_those_of_what_the_other_changes_made() -> None:
    found = fixed(
        corpus(*TEXTS), Fixes(split_sentences="en", lowercase=True, cut_words=3, drop_repeats=True)
    )
    assert list(found.texts or ()) == ["the cat sat", "it was mr", "a dog ran"]
    assert list(found.labels or ()) == ["label 0", "label 0", "label 1"]
    assert found.notes == (
        "4 texts became 6 sentences.",
        "4 of 6 items were cut to their first 3 words.",
        "3 repeated items were left out.",
    )


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Dr. Smith paid $3.50 on Jan. 5th. Why? 😀!",
            ["Dr. Smith paid $3.50 on Jan. 5th.", "Why?"],
        ),
        ("de", "Am 3. Mai z.B. kam er. Gut!", ["Am 3. Mai z.B. kam er.", "Gut!"]),
        (
            "zh",
            "今天天气很好。我们去公园吧！你呢？",
            ["今天天气很好。", "我们去公园吧！", "你呢？"],
        ),
        ("ar", "مرحبا بالعالم. كيف حالك؟", ["مرحبا بالعالم.", "كيف حالك؟"]),
        ("hi", "यह एक वाक्य है। यह दूसरा है।", ["यह एक वाक्य है।", "यह दूसरा है।"]),
        ("en", "one\nline\n\nand  another\r\n\r\n", ["one line", "and another"]),
        ("en", " \n… !! \n", []),
    ],
)
def test_sentences_of_many_languages(language: str, text: str, expected: list[str]) -> None:
    assert sentences(text, language) == expected


@settings(deadline=None)
@given(st.text(), st.sampled_from(["en", "zh", "ar", "hi", "xx"]))
def test_splitting_loses_no_letter(text: str, language: str) -> None:
    kept = [letter for letter in "".join(sentences(text, language)) if letter.isalnum()]
    assert kept == [letter for letter in text if letter.isalnum()]


@settings(deadline=None)
@given(st.text(alphabet="ab ,.'-é\n", max_size=60), st.integers(1, 8))
def test_a_cut_text_has_the_words_that_the_model_sees(text: str, words: int) -> None:
    tokenizer = train_tokenizer([text, "a b"], kind="word", vocabulary_size=100)
    whole, part = (tokens[1:-1] for tokens in tokenizer.encode([text, cut(text, words)], 1000))
    assert part == whole[:words]
    assert text.startswith(cut(text, words))


@settings(deadline=None)
@given(st.lists(st.text(max_size=2)))
def test_repeats_go_and_the_first_of_them_stays(texts: list[str]) -> None:
    assert [texts[i] for i in first_of_each(texts)] == list(dict.fromkeys(texts))


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(st.text("aB. é", min_size=1, max_size=9), min_size=1, max_size=12),
    lowercase=st.booleans(),
    words=st.none() | st.integers(1, 3),
    drop=st.booleans(),
)
def test_all_together_as_in_memory(
    texts: list[str], lowercase: bool, words: int | None, drop: bool
) -> None:
    found = fixed(corpus(*texts), Fixes(lowercase=lowercase, cut_words=words, drop_repeats=drop))
    rows = [(text.lower() if lowercase else text, f"label {i}") for i, text in enumerate(texts)]
    if words is not None:
        rows = [(cut(text, words), label) for text, label in rows]
    if drop:
        rows = list({text: (text, label) for text, label in reversed(rows)}.values())
        rows.sort(key=lambda row: int(row[1].split()[1]))
    assert list(zip(found.texts or (), found.labels or (), strict=True)) == rows


def test_what_was_done_is_recorded_and_done_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("One. Two.\nTHREE\nthree\n", encoding="utf-8")
    fixes = Fixes(split_sentences="en", lowercase=True, drop_repeats=True)
    found = fixed(read_corpus(path), fixes)
    assert found.source["fixes"] == {
        "split_sentences": "en", "lowercase": True, "drop_repeats": True,
    }  # fmt: skip
    again = load_source(found.source)
    assert again.fingerprint() == found.fingerprint()
    assert list(again.texts or ()) == ["one.", "two.", "three"]


def test_repeats_are_the_same_in_every_process() -> None:
    """A training that goes on elsewhere must find the items that it had."""
    code = "from vae_core.data.fixes import _mark; print(_mark('été'))"
    marks = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(marks) == 1


@pytest.mark.parametrize(
    "fixes",
    [
        {"split_sentences": "English"}, {"split_sentences": 3}, {"cut_words": 0},
        {"cut_words": True}, {"cut_words": "many"}, {"lowercase": "yes"}, {"drop_repeats": 1},
    ],
)  # fmt: skip
def test_odd_wishes_are_refused_in_one_sentence(fixes: dict[str, Any]) -> None:
    with pytest.raises(DataError) as error:
        Fixes(**fixes)
    one_sentence(error.value)
    with pytest.raises(DataError):
        Fixes.from_source({"fixes": fixes})


@pytest.mark.parametrize("recorded", [3, ["lowercase"], {"unknown": True}])
def test_odd_records_are_refused(recorded: object) -> None:
    with pytest.raises(DataError) as error:
        Fixes.from_source({"fixes": recorded})
    one_sentence(error.value)


def test_texts_without_a_sentence_are_refused() -> None:
    with pytest.raises(DataError) as error:
        fixed(corpus("…", "?!"), Fixes(split_sentences="en"))
    one_sentence(error.value)


def test_pictures_have_no_sentences() -> None:
    pictures = Dataset("p", "images", images=np.zeros((3, 4, 4), np.uint8))
    with pytest.raises(DataError) as error:
        fixed(pictures, Fixes(lowercase=True))
    one_sentence(error.value)
