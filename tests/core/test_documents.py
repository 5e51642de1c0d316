"""Documents: a vocabulary of words that tell, and counts that are right and stay sparse."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer

from tests.core.support import CPU, one_sentence
from vae_core.data.dataset import DataError
from vae_core.data.documents import DocumentTensors, document_tokenizer
from vae_core.data.tokenizer import BOS, EOS, SPECIAL_TOKENS, UNK, Tokenizer

TEXTS = (
    "The protein binds to a gene; the gene is 2 kb long.",
    "Gene expression of the protein, 1998!",
    "Markets and prices: it's the price of gas.",
    "Gas markets don't set prices in 2010 -- 3rd price.",
    "Price of gas, gene of x",
)


def words(tokenizer: Tokenizer) -> list[str]:
    """The vocabulary in order, special tokens left out."""
    numbers = range(len(SPECIAL_TOKENS), tokenizer.vocabulary_size)
    return [tokenizer.decode([number]) for number in numbers]


def rows(count: int, vocabulary_size: int = 30, seed: int = 0) -> list[list[int]]:
    """Token rows with BOS, EOS and unknown words among them; some have no known word."""
    rng = random.Random(seed)
    tokens = [UNK, *range(4, vocabulary_size)]
    return [[BOS, *rng.choices(tokens, k=rng.choice((0, 1, 3, 12))), EOS] for _ in range(count)]


def dense(row: list[int], vocabulary_size: int = 30) -> list[int]:
    return [row.count(token) for token in range(4, vocabulary_size)]


# --- the vocabulary ---


def test_the_vocabulary_holds_the_words_that_tell_the_most_frequent_first() -> None:
    found = words(document_tokenizer(TEXTS, most_documents=1.0))
    assert found == ["gene", "gas", "price", "markets", "prices", "protein"]


def test_words_in_fewer_documents_than_asked_are_left_out() -> None:
    found = words(document_tokenizer(TEXTS, minimum_documents=3, most_documents=1.0))
    assert found == ["gene", "gas", "price"]
    assert "binds" in words(document_tokenizer(TEXTS, minimum_documents=1))


def test_a_word_repeated_in_one_document_is_in_one_document() -> None:
    texts = ("spam spam spam", "ham eggs", "ham eggs", "bread")
    assert words(document_tokenizer(texts, most_documents=1.0)) == ["eggs", "ham"]


def test_words_in_most_documents_are_left_out_whatever_the_language() -> None:
    texts = ["der hund und der baum", "der hund und das haus", "das haus", "der baum", "der wal"]
    assert "der" not in words(document_tokenizer(texts))
    assert words(document_tokenizer(texts))[:2] == ["baum", "das"]
    assert "der" in words(document_tokenizer(texts, most_documents=1.0))


def test_stop_words_can_be_given() -> None:
    found = words(document_tokenizer(TEXTS, stop_words=("gas",), most_documents=1.0))
    assert "gas" not in found
    assert "the" in found


@pytest.mark.parametrize("word", ["it's", "it’s", "isn't", "weren't", "a", "x", "é", "7", "3.1",
                                  "...", "_", "__", "1998-2001", "²"])  # fmt: skip
def test_what_does_not_tell_is_no_word(word: str) -> None:
    texts = (f"{word} tree", f"{word} sea", "tree sea", "tree sea", "sky")
    assert words(document_tokenizer(texts, most_documents=1.0)) == ["sea", "tree"]


@pytest.mark.parametrize(
    "word", ["naïve", "东", "नमस्ते", "слово", "كلمة", "covid-19", "3d", "o'neill"]
)
def test_words_of_any_language_are_words(word: str) -> None:
    texts = (f"{word} tree", f"{word} sea", "tree sea", "sky", "sky")
    assert word in words(document_tokenizer(texts, most_documents=0.6))


def test_the_vocabulary_is_no_larger_than_asked_and_keeps_the_most_frequent() -> None:
    texts = [" ".join(f"word{i}" for i in range(n, 40)) for n in range(40)] + ["other"] * 38
    small = document_tokenizer(texts, vocabulary_size=16, most_documents=1.0)
    assert small.vocabulary_size == 16
    assert words(small) == words(document_tokenizer(texts, most_documents=1.0))[:12]
    assert words(small)[:2] == ["word39", "word38"]


def test_the_tokenizer_is_an_ordinary_one() -> None:
    tokenizer = document_tokenizer(TEXTS, most_documents=1.0)
    again = Tokenizer.from_json(tokenizer.to_json())
    assert again.kind == "word"
    assert words(again) == words(tokenizer)
    assert again.encode(TEXTS, 99) == tokenizer.encode(TEXTS, 99)
    assert tokenizer.encode(["GENE <pad> unheard"], 9)[0][1] == 4
    assert set(tokenizer.encode(["GENE <pad> unheard"], 9)[0][2:-1]) == {UNK}


@pytest.mark.parametrize("texts", [[], [""], ["the of and"], ["1 2 3", "4 5"], ["one-off words"]])
def test_texts_without_words_to_learn_are_refused(texts: list[str]) -> None:
    with pytest.raises(DataError, match="two are needed"):
        document_tokenizer(texts)


def test_messages_are_sentences() -> None:
    with pytest.raises(DataError) as caught:
        document_tokenizer(["the"])
    one_sentence(caught.value)
    with pytest.raises(DataError, match="at least 16") as caught:
        document_tokenizer(TEXTS, vocabulary_size=15)
    one_sentence(caught.value)


# --- the counts ---


def test_counts_are_those_of_an_independent_counter() -> None:
    tokenizer = document_tokenizer(TEXTS, most_documents=1.0, minimum_documents=1)
    counter = CountVectorizer(
        vocabulary=words(tokenizer), token_pattern=r"(?u)\w+(?:['’\-]\w+)*|[^\w\s]"
    )
    expected = counter.transform(TEXTS).toarray()
    items = DocumentTensors(tokenizer.encode(TEXTS, 99), tokenizer.vocabulary_size, CPU)
    batch = items.batch(torch.arange(len(TEXTS)))
    assert batch.dtype == torch.float32
    assert np.array_equal(batch.numpy(), expected)
    assert items.lengths.tolist() == expected.sum(axis=1).tolist()


def test_a_batch_has_the_documents_asked_for_in_that_order() -> None:
    tokens = rows(50)
    items = DocumentTensors(tokens, 30, CPU)
    assert len(items) == 50
    for wanted in ([3], [49, 0, 7], [5, 5, 5], list(range(50))):
        expected = [dense(tokens[i]) for i in wanted]
        assert items.batch(torch.tensor(wanted)).tolist() == expected
    assert items.batch(torch.tensor([], dtype=torch.int64)).shape == (0, 26)


def test_parts_are_sets_of_their_own() -> None:
    tokens = rows(50)
    features = np.arange(100, dtype=np.float32).reshape(50, 2)
    items = DocumentTensors(tokens, 30, CPU, features)
    part = items.part(torch.tensor([40, 3, 11, 8]))
    smaller = part.part(torch.tensor([2, 0]))
    assert len(part) == 4
    assert torch.equal(part.batch(torch.arange(4)), items.batch(torch.tensor([40, 3, 11, 8])))
    assert torch.equal(smaller.batch(torch.arange(2)), items.batch(torch.tensor([11, 40])))
    assert part.lengths.tolist() == [items.lengths[i] for i in (40, 3, 11, 8)]
    assert len(items) == 50


def test_embedding_columns_follow_the_counts() -> None:
    features = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    items = DocumentTensors(rows(5), 30, CPU, features)
    batch = items.batch(torch.tensor([4, 1]))
    assert batch.shape == (2, 26 + 3)
    assert np.array_equal(batch[:, 26:].numpy(), features[[4, 1]])
    assert batch[:, :26].tolist() == [dense(rows(5)[4]), dense(rows(5)[1])]


def test_documents_without_a_known_word_are_counted_and_taken() -> None:
    items = DocumentTensors([[BOS, EOS], [BOS, 5, EOS], [BOS, UNK, EOS], []], 30, CPU)
    assert items.empty == 3
    assert items.batch(torch.arange(4)).sum(dim=1).tolist() == [0, 1, 0, 0]
    assert items.part(torch.tensor([1])).empty == 0
    nothing = DocumentTensors([[BOS, EOS]] * 3, 30, CPU)
    assert nothing.empty == 3
    assert nothing.batch(torch.arange(3)).tolist() == [[0.0] * 26] * 3
    assert len(nothing.part(torch.tensor([2, 0]))) == 2


def test_what_is_held_grows_with_the_words_and_not_with_the_vocabulary() -> None:
    tokens = rows(200)
    held = [
        sum(v.numel() for v in vars(DocumentTensors(tokens, size, CPU)).values()
            if isinstance(v, torch.Tensor))
        for size in (30, 100_000)
    ]  # fmt: skip
    assert held[0] == held[1] <= sum(map(len, tokens)) + 3 * 200


def test_a_shuffled_epoch_has_every_document_once() -> None:
    items = DocumentTensors(rows(23), 30, CPU)
    seen = torch.cat(list(items.batches(5, torch.Generator().manual_seed(0))))
    assert torch.equal(seen.sort().values, torch.arange(23))


@pytest.mark.parametrize("shape", [(4, 3), (6, 3), (5,), (5, 1, 1)])
def test_embeddings_of_other_documents_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="each of the 5 documents") as caught:
        DocumentTensors(rows(5), 30, CPU, np.zeros(shape, dtype=np.float32))
    one_sentence(caught.value)


def test_tokens_of_another_vocabulary_are_refused() -> None:
    assert DocumentTensors([[29]], 30, CPU).batch(torch.tensor([0]))[0, 25] == 1
    with pytest.raises(DataError, match="below the vocabulary's size of 30, but 30") as caught:
        DocumentTensors([[5], [30]], 30, CPU)
    one_sentence(caught.value)
