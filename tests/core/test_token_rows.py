"""Rows of tokens end to end: in memory, in a file, and parts of them."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vae_core.data.documents import DocumentTensors, word_columns
from vae_core.data.tensors import SentenceTensors
from vae_core.data.token_rows import TokenRows, token_rows

CPU = torch.device("cpu")
ROWS = st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=5), max_size=12)


def rows_of(stored: TokenRows) -> list[list[int]]:
    ends = (stored.starts + stored.lengths).tolist()
    return [stored.tokens[a:b].tolist() for a, b in zip(stored.starts.tolist(), ends, strict=True)]


@settings(deadline=None)
@given(ROWS, st.integers(1, 5), st.sampled_from([0, 8, 10**6]), st.randoms(use_true_random=False))
def test_rows_come_back_wherever_they_lie(
    rows: list[list[int]], size: int, held: int, random: Random
) -> None:
    blocks = [rows[start : start + size] for start in range(0, len(rows), size)]
    stored = token_rows(blocks, held=held)
    assert rows_of(stored) == rows
    order = list(range(len(rows)))
    random.shuffle(order)
    part = stored.part(torch.tensor(order, dtype=torch.int64))
    assert rows_of(part) == [rows[i] for i in order]


def test_batches_from_a_file_are_those_from_memory() -> None:
    made = np.random.default_rng(0).integers(1, 9, size=50)
    rows = [[1, *range(4, 4 + int(n)), 2] for n in made]
    some = torch.tensor([7, 7, 31, 0])
    held = SentenceTensors(rows, CPU)
    mapped = SentenceTensors(token_rows([rows[:20], rows[20:]], held=10), CPU)
    assert torch.equal(held.batch(some), mapped.batch(some))
    assert torch.equal(held.part(some).batch(torch.arange(4)), mapped.batch(some))
    counted = DocumentTensors(rows, 20, CPU)
    columns = DocumentTensors(word_columns(iter([rows[:1], rows[1:]])), 20, CPU)
    assert torch.equal(counted.batch(some), columns.batch(some))
    assert torch.equal(counted.part(some).batch(torch.arange(4)), columns.batch(some))


def test_nothing_is_left_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    stored = token_rows(([[number] * 9] for number in range(100)), held=64)
    assert stored.tokens[-1] == 99
    assert os.listdir(tmp_path) == []
    del stored
    gc.collect()
    with pytest.raises(ZeroDivisionError):
        token_rows(([[number // (number - 9)] * 9] for number in range(100)), held=64)
    assert os.listdir(tmp_path) == []
