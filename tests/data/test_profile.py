"""What a profile says of a corpus, against counting by hand; what is proposed for it."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.configurations import model_config, train_config
from vae_core.data.dataset import Dataset
from vae_core.data.profile import (
    LENGTH_BINS,
    profile,
    script_of,
    unknown_shares,
)
from vae_core.planning import fewer_epochs, propose
from vae_core.timing import seconds_for


def corpus(*texts: str, labels: tuple[str, ...] | None = None, empty: int = 0) -> Dataset:
    return Dataset(name="made", modality="sentences", texts=texts, labels=labels, empty_items=empty)


def test_a_small_corpus_is_counted_whole() -> None:
    texts = ("the cat runs", "the dog", "the cat runs", "Ein Hund!")
    found = profile(corpus(*texts, labels=("a", "b", "a", ""), empty=2))
    assert (found.items, found.looked_at, found.empty, found.repeated) == (4, 4, 2, 1)
    assert found.words == len({"the", "cat", "runs", "dog", "ein", "hund", "!"})
    assert found.median_words == 3
    assert found.most_words == 3
    assert sum(found.lengths) == 4
    assert found.lengths[0] == 1  # "the dog"
    assert found.labels == {"a": 2, "b": 1, "": 1}
    assert found.scripts == {"Latin": 1.0}
    assert found.samples == texts
    assert json.loads(json.dumps(found.to_json()))["items"] == 4


@pytest.mark.parametrize(
    ("letter", "script"),
    [("a", "Latin"), ("é", "Latin"), ("д", "Cyrillic"), ("م", "Arabic"), ("ह", "Devanagari"),
     ("語", "Chinese"), ("の", "Japanese"), ("カ", "Japanese"), ("한", "Korean"), ("ก", "Thai"),
     ("α", "Greek"), ("א", "Hebrew")],
)  # fmt: skip
def test_scripts_have_their_names(letter: str, script: str) -> None:
    assert script_of(letter) == script


def test_scripts_without_spaces_are_read_in_pieces() -> None:
    chinese = profile(corpus(*(f"今天天气很好{number}" for number in range(50))))
    assert chinese.unspaced == 1.0
    assert propose(chinese).tokenizer == "bpe"
    arabic = profile(corpus(*(f"الطقس جميل اليوم {number % 3}" for number in range(50))))
    assert arabic.unspaced == 0.0
    assert propose(arabic).tokenizer == "word"


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=4), st.integers(1, 50), max_size=60))
def test_unknown_words_are_those_beyond_the_most_frequent(words: dict[str, int]) -> None:
    ranked = Counter(words).most_common()
    total = sum(words.values())
    for size, share in unknown_shares(words).items():
        left_out = sum(count for _, count in ranked[size:])
        assert share == pytest.approx(left_out / total if total else 0.0)


def test_of_many_items_some_are_looked_at_evenly() -> None:
    found = profile(corpus(*(f"text {number}" for number in range(1000))), most=100)
    assert (found.items, found.looked_at) == (1000, 100)
    assert sum(found.lengths) == 100
    assert found.samples[0] == "text 0"
    assert found.samples[-1] == "text 999"


@pytest.mark.parametrize("texts", [(), ("",), ("one",), ("!!!",), ("🙂 🙂",), ("a\x00b",)])
def test_the_smallest_corpora_have_a_profile_and_a_proposal(texts: tuple[str, ...]) -> None:
    found = profile(corpus(*texts))
    assert len(found.lengths) == len(LENGTH_BINS) + 1
    assert propose(found).reasons


def test_what_is_proposed_can_be_trained() -> None:
    sentences = corpus(*(f"the {word} sleeps in the {place}" for word in ("cat", "dog", "cow")
                         for place in ("house", "barn", "sun") for _ in range(9)))  # fmt: skip
    names = [f"{one}{two}" for one in ("river", "stone", "wheel") for two in "abcdefghijkl"]
    words = np.random.default_rng(0).choice(names, (60, 45))
    words[:30, :20], words[30:, :20] = "boat", "engine"
    documents = corpus(*(" ".join(row) for row in words))
    for data, family in ((sentences, "gru"), (documents, "bag-of-words")):
        found = propose(profile(data))
        assert found.model == family
        assert 6 <= found.epochs <= 80
        chosen = {} if found.max_tokens is None else {"max_tokens": found.max_tokens}
        model = model_config(family, None, {"latent_dim": found.latent_dim, **chosen})
        config = train_config(family, len(data), found.epochs, {})
        taken = seconds_for(
            data, model, config, tokenizer_kind=found.tokenizer,
            vocabulary_size=found.vocabulary_size, seconds=0.05,
        )  # fmt: skip
        assert 0 < taken.low <= taken.high


def test_very_many_words_are_read_in_pieces() -> None:
    rare = corpus(*(f"w{number}a w{number}b w{number}c" for number in range(20_000)))
    found = propose(profile(rare))
    assert (found.model, found.tokenizer) == ("gru", "bpe")
    assert "pieces of words" in found.reasons[1]


@pytest.mark.parametrize(
    ("seconds", "fewer"),
    [(10.0, None), (3600.0, None), (3700.0, 30), (4700.0, 30), (7300.0, 15), (1e9, 6)],
)
def test_what_fits_in_an_hour_is_a_round_number_of_epochs(
    seconds: float, fewer: int | None
) -> None:
    assert fewer_epochs(40, seconds) == fewer
    assert fewer_epochs(6, seconds) is None
    assert fewer_epochs(32, 3700.0) is None
