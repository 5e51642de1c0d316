"""Items as tensors: every item once in a batch, padded at the end, on its own row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.core.support import CPU, pictures
from vae_core.config import TrainConfig
from vae_core.data.tensors import ImageTensors, ItemTensors, SentenceTensors, augment
from vae_core.data.tokenizer import BOS, EOS, PAD, UNK


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
@pytest.mark.parametrize(
    ("count", "batch_size"), [(1, 4), (7, 1), (9, 4), (10, 4), (12, 4), (900, 3)]
)
def test_batches_visit_every_item_once(kind: str, count: int, batch_size: int) -> None:
    items: ItemTensors = images(count) if kind == "images" else SentenceTensors(rows(count), CPU)
    shuffled = list(items.batches(batch_size, torch.Generator().manual_seed(0)))
    assert torch.equal(torch.cat(shuffled).sort().values, torch.arange(count))
    sizes = sorted(len(batch) for batch in shuffled)
    lonely = count > batch_size > 1 and count % batch_size == 1
    assert sizes[-1] <= batch_size + lonely
    assert len(shuffled) == -(-count // batch_size) - lonely
    assert sizes[0] > 1 or count == 1 or batch_size == 1
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


def grey(count: int = 300) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.full((count, 4, 5), 64, dtype=np.uint8)


def again(items: ImageTensors, seed: int, **settings: Any) -> torch.Tensor:
    indices = torch.arange(len(items))
    return items.training_batch(
        indices, TrainConfig(**settings), torch.Generator().manual_seed(seed)
    )


def test_static_pixels_are_drawn_once() -> None:
    items = ImageTensors(grey(), CPU, "static")
    batch = items.batch(torch.arange(300))
    assert set(batch.unique().tolist()) == {0.0, 1.0}
    assert float(batch.mean()) == pytest.approx(64 / 255, abs=0.03)
    assert torch.equal(batch, items.batch(torch.arange(300)))
    assert torch.equal(batch, again(items, 0))
    assert torch.equal(batch, ImageTensors(grey(), CPU, "static").batch(torch.arange(300)))
    rows = torch.tensor([7, 2])
    assert torch.equal(items.part(rows).batch(torch.arange(2)), batch[rows])


def test_dynamic_pixels_are_drawn_anew_to_train_and_fixed_to_measure() -> None:
    items = ImageTensors(grey(), CPU, "dynamic")
    batch = items.batch(torch.arange(300))
    assert torch.equal(batch, items.batch(torch.arange(300)))
    draws = torch.stack([again(items, seed) for seed in range(50)])
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    assert not torch.equal(draws[0], draws[1])
    assert torch.equal(draws[3], again(items, 3))
    # Every pixel is as often black as its ink says.
    assert float((draws.mean(dim=0) - 64 / 255).abs().max()) < 0.35
    assert float(draws.mean()) == pytest.approx(64 / 255, abs=0.005)


def test_a_moved_picture_is_a_shifted_one() -> None:
    picture = torch.zeros(1, 9, 11)
    picture[0, 4, 5] = 1.0
    turned = torch.rot90(picture, dims=(1, 2))
    assert turned.shape == (1, 11, 9)
    generator = torch.Generator().manual_seed(0)
    moved = augment(picture.expand(200, -1, -1), 2, 0.0, generator)
    # The ink stays whole, and its middle moves by at most two pixels each way.
    assert torch.allclose(moved.sum(dim=(1, 2)), torch.ones(200), atol=1e-4)
    rows = (moved.sum(dim=2) * torch.arange(9)).sum(dim=1) - 4
    columns = (moved.sum(dim=1) * torch.arange(11)).sum(dim=1) - 5
    for offsets in (rows, columns):
        assert float(offsets.abs().max()) <= 2.0001
        assert float(offsets.min()) < -1.5
        assert float(offsets.max()) > 1.5


def test_a_turned_picture_keeps_its_distances() -> None:
    # Two dots at the same height, 6 apart, in a picture that is not square.
    picture = torch.zeros(1, 13, 21)
    picture[0, 6, 7] = picture[0, 6, 13] = 1.0
    turned = augment(picture.expand(100, -1, -1), 0, 90.0, torch.Generator().manual_seed(1))
    rows, columns = torch.meshgrid(torch.arange(13.0) - 6, torch.arange(21.0) - 10, indexing="ij")
    spread = (turned * (rows**2 + columns**2)).sum(dim=(1, 2)) / turned.sum(dim=(1, 2))
    assert torch.allclose(spread, torch.full((100,), 9.0), atol=1.2)
    heights = (turned * rows**2).sum(dim=(1, 2)) / turned.sum(dim=(1, 2))
    assert float(heights.max()) > 8  # some stand upright
    assert float(heights.min()) < 0.5


def test_without_moves_pictures_stay_and_colours_move_together() -> None:
    items = images(5)
    assert torch.equal(again(items, 0), items.batch(torch.arange(5)))
    assert not torch.equal(again(items, 0, augment_shift=1), items.batch(torch.arange(5)))
    colour = torch.rand(3, 6, 6, 1).expand(-1, -1, -1, 3)
    moved = augment(colour, 2, 30.0, torch.Generator().manual_seed(0))
    assert moved.shape == colour.shape
    torch.testing.assert_close(moved[..., 0], moved[..., 2])


def test_sentences_that_were_cut_are_counted() -> None:
    whole, cut = [BOS, 5, 6, EOS], [BOS, 5, 6, 7]
    assert SentenceTensors([whole, cut, whole, cut], CPU).cut == 2
    assert SentenceTensors([whole], CPU).cut == 0


def test_unknown_words_are_counted() -> None:
    items = SentenceTensors([[BOS, UNK, 7, UNK, EOS], [BOS, 7, EOS]], CPU)
    assert items.unknown == 2
    assert items.part(torch.tensor([1])).unknown == 0
