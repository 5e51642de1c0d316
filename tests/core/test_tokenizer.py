"""Texts to tokens and back."""

from __future__ import annotations

import json
import random
import unicodedata

import pytest

from tests.core.support import SENTENCES, one_sentence
from vae_core.data.dataset import DataError
from vae_core.data.tokenizer import (
    BOS,
    EOS,
    PAD,
    SPECIAL_TOKENS,
    UNK,
    Tokenizer,
    TokenizerKind,
    split_words,
    train_tokenizer,
)

ANY_TEXT = (
    "plain words",
    "two  spaces\tand a tab",
    "😀 family 👨‍👩‍👧 flags 🇫🇷",
    "中文句子，没有空格。",
    "جملة عربية مع تشكيلٌ",
    "नमस्ते दुनिया",
    "naïve café Ærø ǅ ﬁ",
    "NUL \x00 and bell \x07 inside",
    "<pad> <s> x </s> <unk>",
    "$\\frac{1}{2}$ & <b>bold</b>",
    "line\nbreak",
    "a",
)


@pytest.fixture(scope="module")
def bpe() -> Tokenizer:
    return train_tokenizer(SENTENCES, kind="bpe", vocabulary_size=300)


@pytest.fixture(scope="module")
def word() -> Tokenizer:
    return train_tokenizer(SENTENCES, kind="word")


def there_and_back(tokenizer: Tokenizer, text: str) -> str:
    return tokenizer.decode(tokenizer.encode([text], 100_000)[0])


@pytest.mark.parametrize("kind", ["bpe", "word"])
def test_tokens_stand_at_their_numbers(kind: TokenizerKind) -> None:
    tokenizer = train_tokenizer(SENTENCES, kind=kind, vocabulary_size=300)
    assert tokenizer.tokens[: len(SPECIAL_TOKENS)] == SPECIAL_TOKENS
    assert len(set(tokenizer.tokens)) == tokenizer.vocabulary_size
    if kind == "word":
        [ids] = tokenizer.encode(["the big cat"], 10)
        assert [tokenizer.tokens[number] for number in ids[1:-1]] == ["the", "big", "cat"]


@pytest.mark.parametrize("text", ANY_TEXT)
def test_bpe_loses_nothing(bpe: Tokenizer, text: str) -> None:
    assert there_and_back(bpe, text) == text
    assert bpe.unknown_words(text) == []


def test_bpe_loses_nothing_of_random_unicode(bpe: Tokenizer) -> None:
    rng = random.Random(0)
    for _ in range(200):
        drawn = (chr(rng.randrange(0x11_0000)) for _ in range(rng.randrange(1, 30)))
        kept = "".join(c for c in drawn if unicodedata.category(c) not in ("Cs", "Cn", "Co"))
        text = unicodedata.normalize("NFC", kept).strip()
        assert there_and_back(bpe, text) == text


def test_space_around_a_text_is_the_only_thing_that_goes(bpe: Tokenizer) -> None:
    assert there_and_back(bpe, "  indented \n") == "indented"
    # The first word must get the same token as it has inside a sentence.
    assert bpe.encode(["cat"], 9)[0][1:-1] == bpe.encode(["the cat"], 9)[0][-2:-1]


@pytest.mark.parametrize(
    "text",
    [
        "it's a well-known fact, he said (twice): yes!",
        "really? 50% of it; [x] {y}…",
        "what?! no. never.",
        "the café’s door — open",
        "中文",
    ],
)
def test_words_come_back_with_their_punctuation(text: str) -> None:
    assert there_and_back(train_tokenizer([text], kind="word"), text) == text


def test_words_are_lower_cased(word: Tokenizer) -> None:
    assert word.encode(["The CAT"], 9) == word.encode(["the cat"], 9)


@pytest.mark.parametrize("kind", ["word", "bpe"])
def test_a_text_that_spells_a_special_token_does_not_write_it(kind: TokenizerKind) -> None:
    text = "a <s>struck</s> word <pad> and <unk>"
    tokenizer = train_tokenizer([text], kind=kind)
    again = Tokenizer.from_json(tokenizer.to_json())
    for tokens in (tokenizer, again):
        row = tokens.encode([text], 1000)[0]
        assert row[0] == BOS
        assert row[-1] == EOS
        assert min(row[1:-1]) > UNK


@pytest.mark.parametrize("kind", ["word", "bpe"])
def test_rows_begin_and_end_and_a_cut_one_does_not_end(kind: TokenizerKind) -> None:
    tokenizer = train_tokenizer(SENTENCES, kind=kind)
    whole = tokenizer.encode([SENTENCES[0]], 1000)[0]
    length = len(whole) - 2
    assert whole[0] == BOS
    assert whole[-1] == EOS
    assert tokenizer.encode([SENTENCES[0]], length) == [whole]
    cut = tokenizer.encode([SENTENCES[0]], length - 1)[0]
    assert cut == whole[: length - 1 + 1]
    assert EOS not in cut
    assert PAD not in whole


@pytest.mark.parametrize("kind", ["word", "bpe"])
def test_a_text_without_tokens_is_begin_and_end(kind: TokenizerKind) -> None:
    tokenizer = train_tokenizer(SENTENCES, kind=kind)
    assert tokenizer.encode([""], 5) == [[BOS, EOS]]
    assert tokenizer.decode([BOS, EOS]) == ""
    assert tokenizer.encode([], 5) == []


def test_rows_keep_the_order_of_texts(word: Tokenizer) -> None:
    rows = word.encode(SENTENCES, 100)
    assert [word.decode(row) for row in rows] == list(SENTENCES)


def test_unknown_words_are_named_as_they_were_written_each_once(word: Tokenizer) -> None:
    assert word.unknown_words("The İstanbul cat, CAFÉ e\u0301t 😀 zebra cat zebra") == [
        "İstanbul", ",", "CAFÉ", "e\u0301t", "😀", "zebra",
    ]  # fmt: skip
    assert word.unknown_words("The big CAT") == []
    assert word.encode(["zebra"], 5) == [[BOS, UNK, EOS]]


def test_a_decode_never_shows_special_tokens(word: Tokenizer) -> None:
    assert word.decode([BOS, UNK, PAD, EOS, PAD]) == ""


@pytest.mark.parametrize("size", [16, 17, 40])
def test_the_vocabulary_is_no_larger_than_asked(size: int) -> None:
    texts = [f"word{i} word{i + 1}" for i in range(50)]
    assert train_tokenizer(texts, vocabulary_size=size).vocabulary_size == size


def test_the_same_texts_give_the_same_tokenizer() -> None:
    for kind in ("word", "bpe"):
        first, again = (train_tokenizer(SENTENCES, kind=kind) for _ in range(2))
        assert first.encode(SENTENCES, 99) == again.encode(SENTENCES, 99)


@pytest.mark.parametrize("kind", ["word", "bpe"])
def test_a_tokenizer_is_the_same_after_json(kind: TokenizerKind) -> None:
    tokenizer = train_tokenizer(SENTENCES, kind=kind)
    again = Tokenizer.from_json(tokenizer.to_json())
    assert again.kind == tokenizer.kind == kind
    assert again.vocabulary_size == tokenizer.vocabulary_size
    texts = (*SENTENCES, *ANY_TEXT)
    assert again.encode(texts, 50) == tokenizer.encode(texts, 50)
    assert [there_and_back(again, t) for t in texts] == [
        there_and_back(tokenizer, t) for t in texts
    ]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "not JSON", "[" * 10_000, '{"model": 1}'])
def test_foreign_json_is_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        Tokenizer.from_json(text)
    one_sentence(caught.value)


def test_a_tokenizer_of_another_program_is_refused() -> None:
    from tokenizers import Tokenizer as HubTokenizer
    from tokenizers import models

    foreign = HubTokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1, "a": 2}, unk_token="[UNK]"))
    with pytest.raises(DataError) as caught:
        Tokenizer.from_json(foreign.to_str())
    assert "<pad>" in one_sentence(caught.value)


def test_numbers_beyond_the_vocabulary_are_refused(word: Tokenizer) -> None:
    content = json.loads(word.to_json())
    content["model"]["vocab"]["cat"] = 100_000
    with pytest.raises(DataError) as caught:
        Tokenizer.from_json(json.dumps(content))
    one_sentence(caught.value)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(DataError, match="at least 16"):
        train_tokenizer(SENTENCES, vocabulary_size=len(SPECIAL_TOKENS))
    with pytest.raises(DataError, match="'letters'"):
        train_tokenizer(SENTENCES, kind="letters")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["word", "bpe"])
@pytest.mark.parametrize("text", ANY_TEXT)
def test_pieces_are_the_text(kind: TokenizerKind, text: str) -> None:
    tokenizer = train_tokenizer([text, *SENTENCES], kind=kind)
    ids = tokenizer.encode([text], 1000)[0]
    pieces = tokenizer.pieces(ids)
    assert len(pieces) == len(ids)
    assert "".join(pieces).strip() == tokenizer.decode(ids)
    assert pieces[0] == pieces[-1] == ""
    assert tokenizer.pieces([]) == []


@pytest.mark.parametrize("kind", ["word", "bpe"])
def test_pieces_of_any_tokens_are_what_they_decode_to(kind: TokenizerKind) -> None:
    """Also where they break a character, or put marks where nobody would."""
    marks = "a (b) [c] {d}: e, f. g; h! i? 50% “x” … 😀 中文"
    tokenizer = train_tokenizer([marks, *ANY_TEXT], kind=kind, vocabulary_size=300)
    rng = random.Random(0)
    for _ in range(500):
        ids = rng.choices(range(tokenizer.vocabulary_size), k=rng.randrange(1, 12))
        assert "".join(tokenizer.pieces(ids)).strip() == tokenizer.decode(ids)


def test_a_piece_is_a_word_with_its_space() -> None:
    tokenizer = train_tokenizer(["he said (twice): no!"], kind="word")
    ids = tokenizer.encode(["he said (twice): no!"], 20)[0][1:-1]
    assert tokenizer.pieces(ids) == ["he", " said", " (", "twice", ")", ":", " no", "!"]


def test_words_are_split_as_word_level_tokenizers_do() -> None:
    texts = ["The CAT's well-known, café!", "हिन्दी 猫が", ""]
    found = list(split_words(texts))
    assert found == [["the", "cat's", "well-known", ",", "café", "!"], ["हिन्दी", "猫が"], []]
    tokenizer = train_tokenizer(texts, vocabulary_size=100)
    for text, words in zip(texts, found, strict=True):
        assert tokenizer.unknown_words(text) == []
        assert len(tokenizer.encode([text], 99)[0]) == len(words) + 2
