"""Items as tensors: every item once in a batch, padded at the end, on its own row."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.core.support import CPU, pictures
from vae_core.data.tensors import ImageTensors, ItemTensors, SentenceTensors
from vae_core.data.tokenizer import BOS, EOS, PAD


def rows(count: int, seed: int = 0) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [
        [BOS, *rng.integers(4, 99, size=length).tolist(), EOS]
        for length in rng.integers(0, 30, size=count)
    ]


def images(count: int) -> ImageTensors:
    found = pictures(count).images
    assert found is not None
    return ImageTensors(found, CPU)


@pytest.mark.parametrize("kind", ["images", "sentences"])
@pytest.mark.parametrize(("count", "batch_size"), [(1, 4), (7, 1), (10, 4), (12, 4), (900, 3)])
def test_batches_visit_every_item_once(kind: str, count: int, batch_size: int) -> None:
    items: ItemTensors = images(count) if kind == "images" else SentenceTensors(rows(count), CPU)
    shuffled = list(items.batches(batch_size, torch.Generator().manual_seed(0)))
    assert torch.equal(torch.cat(shuffled).sort().values, torch.arange(count))
    assert all(1 <= len(batch) <= batch_size for batch in shuffled)
    assert len(shuffled) == -(-count // batch_size)
    in_order = list(items.in_order(batch_size))
    assert torch.equal(torch.cat(in_order), torch.arange(count))
    assert all(1 <= len(batch) <= batch_size for batch in in_order)


@pytest.mark.parametrize("kind", ["images", "sentences"])
def test_the_order_is_drawn_from_the_generator(kind: str) -> None:
    items: ItemTensors = images(50) if kind == "images" else SentenceTensors(rows(50), CPU)
    generator = torch.Generator().manual_seed(0)
    first, second = (torch.cat(list(items.batches(8, generator))) for _ in range(2))
    again = torch.cat(list(items.batches(8, torch.Generator().manual_seed(0))))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)


def test_sentences_are_padded_at_the_end_to_the_longest_of_the_batch() -> None:
    made = rows(60)
    items = SentenceTensors(made, CPU)
    assert items.lengths.tolist() == [len(row) for row in made]
    for indices in items.batches(8, torch.Generator().manual_seed(1)):
        batch = items.batch(indices)
        assert batch.dtype == torch.int64
        assert batch.shape == (len(indices), max(len(made[i]) for i in indices))
        for row, i in zip(batch.tolist(), indices.tolist(), strict=True):
            assert row == made[i] + [PAD] * (len(row) - len(made[i]))


def test_sentences_of_like_length_share_a_batch() -> None:
    items = SentenceTensors(rows(640), CPU)
    taken = sum(items.batch(indices).numel() for indices in items.batches(10, torch.Generator()))
    assert taken < 1.1 * int(items.lengths.sum())


@pytest.mark.parametrize("kind", ["images", "sentences"])
def test_a_part_holds_its_items_in_the_order_asked(kind: str) -> None:
    items: ItemTensors = images(20) if kind == "images" else SentenceTensors(rows(20), CPU)
    indices = torch.tensor([5, 19, 0, 5])
    part = items.part(indices)
    assert len(part) == 4
    assert type(part) is type(items)
    assert torch.equal(part.batch(torch.arange(4)), items.batch(indices))
    assert torch.equal(part.batch(torch.tensor([1])), items.batch(torch.tensor([19])))


def test_pictures_are_numbers_from_0_to_1_and_a_copy() -> None:
    data = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    items = ImageTensors(data, CPU)
    data[:] = 0
    batch = items.batch(torch.tensor([0]))
    assert batch.dtype == torch.float32
    torch.testing.assert_close(batch.flatten(), torch.arange(256) / 255)


def test_read_only_and_turned_pictures_are_taken() -> None:
    data = np.arange(24, dtype=np.uint8).reshape(2, 3, 4).transpose(0, 2, 1)
    data.flags.writeable = False
    batch = ImageTensors(data, CPU).batch(torch.tensor([1, 0]))
    torch.testing.assert_close(batch * 255, torch.from_numpy(data[[1, 0]].astype(np.float32)))
