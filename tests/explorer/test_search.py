"""Finding items by what is written of them, against reading every text."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis import folding, patterns, text_index
from explorer.analysis.patterns import PatternError
from explorer.analysis.search import (
    PHRASE,
    PREFIX,
    REGEX,
    WORDS,
    SearchError,
    index_of,
    matching,
)
from explorer.analysis.text_index import TextIndex
from tests.explorer.made_runs import pictures, sentences, write_run
from vae_core.checkpoint import Run, load_run

# Few letters, so that parts of words meet; cases, marks and widths that fold in several ways.
LETTERS = (
    "abAB ab \u00e9e\u0301\u00df\u017fsSk\u212aiI\u0130\u0131\u03c3\u03c2\u03a3"
    "\u4e2d\u6587\u0928\u093f-(_1\u0661\t\u00a0"
)
TEXTS = st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=12)
QUERIES = st.text(LETTERS, min_size=1, max_size=5)


def found(index: TextIndex, query: str, mode: str = WORDS) -> list[int]:
    return np.flatnonzero(matching(index, query, mode).mask).tolist()


def flat(text: str) -> str:
    return " ".join(folding.words(text))


def holds(text: str, query: str, mode: str) -> bool:
    """What each mode means, of one text."""
    words = folding.words(query)
    if mode == PHRASE:
        return flat(query) in flat(text)
    if mode == WORDS:
        return all(word in flat(text) for word in words)
    return all(any(_begins(part, word) for part in folding.words(text)) for word in words)


def _begins(text: str, word: str) -> bool:
    places = [at for at in range(len(text)) if text.startswith(word, at)]
    return any(at == 0 or not folding.is_inside_word(text[at - 1]) for at in places)


@settings(deadline=None, max_examples=300)
@given(TEXTS, QUERIES, st.sampled_from([WORDS, PHRASE, PREFIX]))
def test_each_mode_finds_what_reading_every_text_finds(
    texts: list[str], query: str, mode: str
) -> None:
    index = TextIndex({"text": texts}, len(texts))
    expected = [number for number, text in enumerate(texts) if holds(text, query, mode)]
    if mode == WORDS:  # a number finds the item of that number
        numbers = {w for w in folding.words(query) if w.isdecimal() and int(w) < len(texts)}
        if numbers:
            return
    if flat(query):
        assert found(index, query, mode) == expected


@settings(deadline=None, max_examples=50)
@given(TEXTS, QUERIES, st.sampled_from([WORDS, PHRASE, PREFIX]))
def test_blocks_and_shortcuts_change_nothing(texts: list[str], query: str, mode: str) -> None:
    expected = found(TextIndex({"text": texts}, len(texts)), query, mode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_index, "_BLOCK", 3)
        patch.setattr(text_index, "_FEW", 2.0)
        patch.setattr(text_index, "_RARE", 2.0)
        assert found(TextIndex({"text": texts}, len(texts)), query, mode) == expected
        patch.setattr(text_index, "_FEW", -1.0)
        patch.setattr(text_index, "_RARE", -1.0)
        assert found(TextIndex({"text": texts}, len(texts)), query, mode) == expected
        patch.setattr(text_index, "_TOGETHER", 1)
        assert found(TextIndex({"text": texts}, len(texts)), query, mode) == expected


PARTS = st.sampled_from(
    ["a", "b", "ab", "ss", "k", "I", "e\u0301", "\u03c3", ".", "a?", "b*", "(a|b)", "[ab]", "[^a]",
     "\\b", "\\w", "\\s", "^", "$", "a{2}", "(?:ab)+", "(?=b)", "\\.", "-", "1", "\\d", " ", "{,2}",
     "|", "(?i)", "\\x61", "\\p{L}", "[[:alpha:]]", "\\Z", "a+?", "b*+"]
)  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(TEXTS, st.lists(PARTS, min_size=1, max_size=4), st.booleans())
def test_shortcuts_find_what_the_pattern_alone_finds(
    texts: list[str], parts: list[str], few: bool
) -> None:
    pattern = "".join(parts)
    try:
        compiled = patterns.compile_pattern(pattern)
    except PatternError:
        return
    expected = [
        number
        for number, text in enumerate(texts)
        if compiled.search(unicodedata.normalize("NFC", text))
    ]
    with pytest.MonkeyPatch.context() as patch:
        if not few:
            patch.setattr(patterns, "_FEW", -1)
        mask = patterns.matching(TextIndex({"text": texts}, len(texts)), pattern)
        assert np.flatnonzero(mask).tolist() == expected


@settings(deadline=None, max_examples=200)
@given(st.lists(PARTS, min_size=1, max_size=4), st.text("abAB s1-. k", max_size=8))
def test_what_every_match_holds_is_in_every_match(parts: list[str], text: str) -> None:
    pattern = "".join(parts)
    try:
        compiled = regex.compile(pattern, regex.IGNORECASE)
    except regex.error:
        return
    match = compiled.search(text)
    for run in patterns.literals(pattern) if match else []:
        assert run in folding.fold(match[0])


def test_a_pattern_that_would_never_end_is_stopped_in_a_sentence() -> None:
    index = TextIndex({"text": ["a" * 4_000]}, 1)
    with pytest.raises(PatternError, match=r"stopped after 0\.05 seconds"):
        patterns.matching(index, r"(a+)+b\1", seconds=0.05)


def test_a_group_that_repeats_is_stopped_though_nothing_else_does() -> None:
    titles = ["an agent that learns to walk in a large virtual world of simulated agents"] * 3
    index = TextIndex({"text": [f"{title} {n} é" for n, title in enumerate(titles)]}, 3)
    with pytest.raises(PatternError, match="stopped after"):
        patterns.matching(index, r"^(\w|\s|\w\w)+[^a-z0-9 é]$", seconds=0.2)


def test_many_texts_are_stopped_between_them() -> None:
    index = TextIndex({"text": [f"text {n}" for n in range(50)]}, 50)
    with pytest.raises(PatternError, match="stopped"):
        patterns.matching(index, r"(?<=x)y", seconds=0.0)


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(a+", "at letter 4: missing"),
        ("[", "at letter"),
        ("*a", "at letter 1: nothing to repeat"),
        ("(?:(?:a{9999}){9999}){9999}", "repeats"),
        ("a{4000000000}", "repeats"),
        ("(?:a|(?R))+", "calls itself"),
        (r"(a)(?1)", "calls itself"),
        ("a" * 201, "up to 200"),
        (r"\p{Nothing}", "unknown property"),
    ],
)
def test_what_is_no_pattern_is_refused_where_it_is(pattern: str, says: str) -> None:
    with pytest.raises(PatternError) as caught:
        patterns.compile_pattern(pattern)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(deadline=None, max_examples=200)
@given(st.text("()[]{}*+?\\|^$.<>=!:P#&-~,0129 aRxpLNgbB", max_size=30))
def test_no_pattern_ends_in_anything_but_an_answer_or_a_sentence(pattern: str) -> None:
    index = TextIndex({"text": ["ab ba", "aa"]}, 2)
    with suppress(PatternError):
        assert len(patterns.matching(index, pattern, seconds=0.5)) == 2


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load_run(write_run(tmp_path_factory.mktemp("runs") / "a", sentences(30)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("item 7 says", [7, 17, 27]),
        ("ITEM 7 SAYS", [7, 17, 27]),
        ("says  item\t12", [12]),
        ("nowhere", []),
        ("$x$ <script>", list(range(30))),
        ("", list(range(30))),
        ("\u0661\u0662", [12]),
        ("9" * 5_000, []),
    ],
)
def test_every_word_must_be_somewhere_in_an_item(
    texts: Run, query: str, expected: list[int]
) -> None:
    assert found(index_of(texts), query) == expected


def test_a_number_finds_the_item_of_that_number_too(tmp_path: Path) -> None:
    index = index_of(load_run(write_run(tmp_path / "a", pictures(30))))
    assert found(index, "2") == [2, 5, 8, 11, 14, 17, 20, 23, 26, 29]
    assert found(index, "7") == [7]
    assert found(index, "Item 7") == [7], "as cards call it"
    assert found(index, "item 2") == [2], "not those of the label 2"


def test_words_may_be_in_different_columns_but_a_phrase_is_in_one() -> None:
    index = TextIndex({"text": ["a cat", "a dog"], "label": ["small pet", "big"]}, 2)
    assert found(index, "cat small") == [0]
    assert found(index, "a cat", PHRASE) == [0]
    assert found(index, "cat small", PHRASE) == []


@pytest.mark.parametrize(
    ("query", "mode", "says"),
    [
        ("zebra", WORDS, "No item holds “zebra”."),
        ("zebra gnu", WORDS, "any of “zebra”, “gnu”"),
        ("zebra says", WORDS, "“zebra”; leave that out"),
        ("mbol", PREFIX, "begins with “mbol”"),
        ("says item", PHRASE, "in this order"),
        ("^says", REGEX, "Nothing matches"),
    ],
)
def test_where_nothing_is_found_it_is_said_why(
    texts: Run, query: str, mode: str, says: str
) -> None:
    matches = matching(index_of(texts), query, mode)
    assert not matches.mask.any()
    assert says in (matches.note or "")


def test_there_is_no_other_mode(texts: Run) -> None:
    with pytest.raises(SearchError, match="words, phrase, prefix, regex"):
        matching(index_of(texts), "a", "soundex")
