"""Texts in an Arrow file behave as a sequence of strings does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vae_core.data.text_column import TextColumn, blocks, take

CHUNKS = st.lists(st.lists(st.none() | st.text(max_size=5), max_size=6), max_size=6)


def column(chunks: list[list[str | None]]) -> TextColumn:
    arrays = [pa.array(chunk, pa.large_string()) for chunk in chunks]
    return TextColumn(pa.chunked_array(arrays, pa.large_string()))


@settings(deadline=None)
@given(CHUNKS, st.data())
def test_a_column_is_a_sequence(chunks: list[list[str | None]], data: st.DataObject) -> None:
    texts, found = [text or "" for chunk in chunks for text in chunk], column(chunks)
    assert list(found) == texts
    assert found == texts
    assert len(found) == len(texts)
    assert list(reversed(found)) == texts[::-1]
    assert found != [*texts, "more"]
    if texts:
        index = data.draw(st.integers(-len(texts), len(texts) - 1))
        assert found[index] == texts[index]
        some = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1))), np.int64)
        assert take(found, some) == take(texts, some) == [texts[i] for i in some]
    ends = data.draw(st.tuples(st.integers(-9, 9), st.integers(-9, 9)))
    assert found[slice(*ends)] == texts[slice(*ends)]
    size = data.draw(st.integers(1, 7))
    for seen in (list(blocks(found, size)), list(blocks(texts, size))):
        assert [text for block in seen for text in block] == texts
        assert all(0 < len(block) <= size for block in seen)


@pytest.mark.parametrize("index", [2, -3, 10**9])
def test_a_text_outside_is_refused(index: int) -> None:
    texts = column([["a"], ["b"]])
    with pytest.raises(IndexError, match="There are 2 texts"):
        texts[index]
    if index >= 0:
        with pytest.raises(IndexError, match="There are 2 texts"):
            texts.take(np.array([index]))


def test_words_in_a_dictionary_are_words() -> None:
    coded = pa.array(["a", None, "b", "a"]).dictionary_encode()
    assert list(TextColumn(pa.chunked_array([coded, coded]))) == ["a", "", "b", "a"] * 2


def test_numpy_takes_a_column_whole() -> None:
    column = TextColumn(pa.chunked_array([["a", None], [], ["b"]], pa.string()))
    assert np.array(column, dtype=object).tolist() == ["a", "", "b"]
    assert (np.array(column) == "b").tolist() == [False, False, True]
    coded = TextColumn(pa.chunked_array([["a", None, "a"], ["b"]]).dictionary_encode())
    assert list(coded) == ["a", "", "a", "b"]
    assert coded.take(np.array([3, 0, 1])) == ["b", "a", ""]
    assert coded[1:] == ["", "a", "b"]
