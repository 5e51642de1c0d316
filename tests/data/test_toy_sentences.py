"""The toy sentences: distinct, seeded, grammatical, and telling the truth about their factors."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from itertools import combinations
from math import log

import pytest

from vae_core.data.dataset import Dataset
from vae_core.data.toy_sentences import load_toy_sentences


def split_words(text: str) -> set[str]:
    return set(text.split())


# Written down again here, so that a mistake in the grammar's own tables cannot hide itself.
PLURALS = {
    "child": "children",
    "woman": "women",
    "man": "men",
    **{
        noun: noun + "s"
        for noun in split_words(
            "girl boy student teacher doctor nurse farmer baker artist engineer tourist sailor "
            "sister brother uncle aunt friend"
        )
    },
}
SINGULARS = {plural: noun for noun, plural in PLURALS.items()}
ADJECTIVES = split_words(
    "old young tall little curious foreign older younger twin favorite best new "
    "smiling lucky proud busy polite sensible gloomy unlucky weary"
)
MOODS = {
    "positive": split_words(
        "happily gladly cheerfully eagerly joyfully luckily fortunately thankfully smile joy "
        "spirits wonderful delightful fun enjoy enjoys enjoyed enjoying laugh laughs laughed "
        "laughing love loves loved adore adores adored smiling lucky proud"
    ),
    "negative": split_words(
        "unhappily reluctantly grumpily angrily miserably sadly unfortunately regrettably sigh "
        "mood frown awful annoying unpleasant hate hates hated hating complain complains "
        "complained complaining miserable dislike dislikes disliked regret regrets regretted "
        "gloomy unlucky weary"
    ),
}
INDEPENDENT = ("subject", "number", "tense", "place", "sentiment", "style")


@pytest.fixture(scope="module")
def toys() -> Dataset:
    return load_toy_sentences()


def rows(toys: Dataset) -> list[tuple[str, dict[str, str]]]:
    """Every sentence with its factors."""
    assert toys.texts is not None
    columns = toys.metadata
    return [
        (text, {name: column[i] for name, column in columns.items()})
        for i, text in enumerate(toys.texts)
    ]


def from_subject_on(text: str) -> tuple[str, str, list[str]]:
    """Determiner, head noun of the subject, and all words after it."""
    words = text.replace(",", "").split()
    people = PLURALS.keys() | SINGULARS.keys()
    at = next(i for i, word in enumerate(words) if word in people)
    determiner = words[at - 1]
    if determiner in ADJECTIVES:
        determiner = words[at - 2]
    return determiner, words[at], words[at + 1 :]


def test_there_are_twenty_thousand_distinct_sentences(toys: Dataset) -> None:
    assert toys.texts is not None
    assert len(toys) == len(set(toys.texts)) == 20_000
    assert toys.labels == toys.metadata["sentiment"]
    assert toys.modality == "sentences"


def test_the_seed_decides(toys: Dataset) -> None:
    again, other = load_toy_sentences(), load_toy_sentences(seed=1)
    assert again.texts == toys.texts
    assert again.metadata == toys.metadata
    assert other.texts is not None
    assert toys.texts is not None
    assert set(other.texts) != set(toys.texts)
    assert other.source == {"dataset": "toy-sentences", "seed": 1}


def test_the_sentences_are_the_same_on_every_platform(toys: Dataset) -> None:
    """A changed digest means changed data: models trained before then no longer fit it."""
    assert toys.texts is not None
    digest = hashlib.sha256("\n".join(toys.texts).encode()).hexdigest()
    assert digest[:16] == "c785c91e9d9a46d5"


def test_sentences_are_lower_case_words_of_a_readable_length(toys: Dataset) -> None:
    for text, _ in rows(toys):
        assert re.fullmatch(r"[a-z]+(,? [a-z]+)*", text), text
        assert 5 <= len(text.split()) <= 14, text
        assert not re.search(r"\b(\w+) \1\b", text), text


def test_the_vocabulary_suits_a_small_model(toys: Dataset) -> None:
    counts = Counter(word for text, _ in rows(toys) for word in re.findall(r"\w+", text))
    assert 500 < len(counts) < 1200
    rare = [word for word, count in counts.items() if count < 5]
    assert len(rare) < len(counts) / 20


def test_subjects_agree_with_their_determiners(toys: Dataset) -> None:
    for text, factors in rows(toys):
        determiner, noun, _ = from_subject_on(text)
        singular = factors["number"] == "singular"
        assert noun == (factors["subject"] if singular else PLURALS[factors["subject"]]), text
        assert determiner in {"the", "my", "our", "his", "her"} | (
            {"a", "an"} if singular else {"some", "two", "several"}
        ), text


def test_subjects_agree_with_their_verbs(toys: Dataset) -> None:
    for text, factors in rows(toys):
        verbs = [word for word in from_subject_on(text)[2] if not word.endswith("ly")]
        singular = factors["number"] == "singular"
        if factors["aspect"] == "progressive" and factors["tense"] != "future":
            now = factors["tense"] == "present"
            assert verbs[0] == (("is" if now else "was") if singular else "are" if now else "were")
        elif factors["tense"] == "present":
            assert third_person(verbs[0]) == singular, text
            if factors["style"] == "companion":
                assert third_person(verbs[verbs.index("and") + 1]) == singular, text
        if singular:
            assert not {"are", "were"} & set(verbs), text
        elif factors["style"] != "comment":
            assert not {"is", "was", "has"} & set(verbs), text


def third_person(verb: str) -> bool:
    return verb.endswith("s") and not verb.endswith(("ss", "us"))


def test_a_and_an_fit_the_next_word(toys: Dataset) -> None:
    silent_h = {"hour"}
    for text, _ in rows(toys):
        for article, word in re.findall(r"\b(an?) (\w+)", text):
            vowel = word[0] in "aeiou" or word in silent_h
            assert (article == "an") == vowel, text


def test_irregular_verbs_are_irregular(toys: Dataset) -> None:
    vocabulary = {word for text, _ in rows(toys) for word in re.findall(r"\w+", text)}
    assert {"bought", "wrote", "drew", "fed", "ate", "flew", "lost", "caught"} <= vocabulary
    assert {"chopped", "trimmed", "copied", "carries", "watches", "planted"} <= vocabulary
    wrong = split_words(
        "buyed writed drawed feeded eated flyed losed catched choped chopeing triming copyed "
        "carrys watchs planned breaked teared selled choosed readed forgeted wined geting"
    )
    assert not vocabulary & wrong


def test_the_tense_column_is_true(toys: Dataset) -> None:
    cues = {
        "past": {"was", "were", "yesterday", "ago", "last week"},
        "future": {"will", "tomorrow", "next", "tonight"},
        "present": {"is", "are", "every", "now", "moment"},
    }
    for text, factors in rows(toys):
        text = text.replace("every minute", "").replace("this morning", "")
        words = {*text.replace(",", "").split()} | ({"last week"} if "last week" in text else set())
        assert ("will" in words) == (factors["tense"] == "future"), text
        for tense, marks in cues.items():
            assert tense == factors["tense"] or not words & marks, text


def test_past_and_present_differ_even_where_the_verb_does_not(toys: Dataset) -> None:
    """The girls read a book: nobody could tell when."""
    for text, factors in rows(toys):
        if factors["number"] == "plural" and factors["tense"] != "future":
            read = re.search(r"\bread\b", text)
            assert read is None, text


def test_the_place_verb_and_object_columns_are_true(toys: Dataset) -> None:
    for text, factors in rows(toys):
        assert re.search(rf"\b(in|at|on) the {factors['place']}\b", text), text
        assert re.search(rf" {factors['object']} (in|at|on) the ", text), text
        progressive = re.search(r"\b(is|are|was|were|be) (\w+ly )?\w+ing\b", text)
        assert (factors["aspect"] == "progressive") == (progressive is not None), text
        if factors["tense"] == "future" and factors["aspect"] == "simple":
            attitude = factors["style"] == "attitude"
            assert attitude or re.search(rf"\bwill (\w+ly )?{factors['verb']}\b", text), text


def test_the_sentiment_column_is_true(toys: Dataset) -> None:
    for text, factors in rows(toys):
        if factors["style"] == "event":
            continue
        words = set(re.findall(r"\w+", text))
        for mood, marks in MOODS.items():
            assert bool(words & marks) == (mood == factors["sentiment"]), text


def test_an_event_is_good_news_or_bad_news_but_not_both(toys: Dataset) -> None:
    moods: dict[tuple[str, str, str], set[str]] = {}
    for _, factors in rows(toys):
        if factors["style"] == "event":
            event = (factors["place"], factors["verb"], factors["object"])
            moods.setdefault(event, set()).add(factors["sentiment"])
    assert {len(found) for found in moods.values()} == {1}


@pytest.mark.parametrize("factor", INDEPENDENT)
def test_factors_are_balanced(toys: Dataset, factor: str) -> None:
    counts = Counter(toys.metadata[factor])
    even = len(toys) / len(counts)
    assert 0.85 * even < min(counts.values()) <= max(counts.values()) < 1.15 * even


@pytest.mark.parametrize("pair", list(combinations(INDEPENDENT, 2)))
def test_factors_say_nothing_of_each_other(toys: Dataset, pair: tuple[str, str]) -> None:
    first, second = (toys.metadata[name] for name in pair)
    assert mutual_information(first, second) < 0.01


def mutual_information(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """In nats. Chance alone gives (values - 1)(other values - 1) / 2 items: 0.005 at most here."""
    count = len(first)
    ones, twos = Counter(first), Counter(second)
    return sum(
        both / count * log(both * count / (ones[a] * twos[b]))
        for (a, b), both in Counter(zip(first, second, strict=True)).items()
    )
