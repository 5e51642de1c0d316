"""Data sets keep their columns together; splits are disjoint, complete and seeded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.core.support import one_sentence, pictures, sentences
from vae_core.data.dataset import DataError, Dataset


def corpus(count: int, **more: Any) -> Dataset:
    texts = tuple(f"item {i}" for i in range(count))
    return Dataset(name="corpus", modality="sentences", texts=texts, **more)


@pytest.mark.parametrize("count", [*range(3, 40), 99, 100, 101, 1797])
def test_the_parts_are_disjoint_complete_and_never_empty(count: int) -> None:
    for seed in range(3):
        splits = corpus(count).split(seed)
        together = np.concatenate([splits.train, splits.validation, splits.test])
        np.testing.assert_array_equal(np.sort(together), np.arange(count))
        for part in (splits.train, splits.validation, splits.test):
            assert len(part) >= 1
            assert (np.diff(part) > 0).all()
        names = splits.names()
        assert [i for i, name in enumerate(names) if name == "test"] == splits.test.tolist()
        assert [names[i] for i in splits.validation] == ["validation"] * len(splits.validation)
        assert names.count("train") == len(splits.train)


def test_a_tenth_is_held_out_twice() -> None:
    splits = corpus(1000).split(0)
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [800, 100, 100]


def test_splits_depend_on_the_seed_alone() -> None:
    first, again, other = (corpus(200).split(seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.test, again.test)
    np.testing.assert_array_equal(first.validation, again.validation)
    assert first.test.tolist() != other.test.tolist()
    # A draw, not the head of the file: corpora are often sorted.
    assert first.test.tolist() != list(range(20))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_items_are_refused(count: int) -> None:
    with pytest.raises(DataError) as caught:
        corpus(count).split()
    message = one_sentence(caught.value)
    assert f"{count} item{'s' * (count != 1)};" in message
    assert "at least 3" in message


def test_a_data_set_keeps_its_own_test_items() -> None:
    data = corpus(50, test_indices=np.arange(40, 50))
    splits = data.split(3)
    np.testing.assert_array_equal(splits.test, np.arange(40, 50))
    together = np.sort(np.concatenate([splits.train, splits.validation]))
    np.testing.assert_array_equal(together, np.arange(40))


@pytest.mark.parametrize("test", [range(1, 10), range(10), range(0)])
def test_a_part_without_items_is_refused(test: range) -> None:
    data = corpus(10, test_indices=np.array(test, dtype=np.int64))
    with pytest.raises(DataError) as caught:
        data.split()
    one_sentence(caught.value)


@pytest.mark.parametrize("data", [pictures(), sentences()], ids=["images", "sentences"])
def test_a_subset_keeps_every_column_aligned(data: Dataset) -> None:
    assert data.labels is not None
    indices = np.array([7, 0, 23, 7])
    part = data.subset(indices)
    assert len(part) == 4
    assert part.labels == tuple(data.labels[i] for i in indices)
    assert part.metadata["number"] == ("7", "0", "23", "7")
    assert (part.name, part.modality, part.source) == (data.name, data.modality, data.source)
    if data.images is not None:
        assert part.images is not None
        np.testing.assert_array_equal(part.images, data.images[indices])
    else:
        assert part.texts == tuple((data.texts or ())[i] for i in indices)


def test_a_subset_drops_split_marks() -> None:
    data = corpus(10, test_indices=np.array([9]))
    assert data.subset(np.array([0, 1, 2])).test_indices is None


@pytest.mark.parametrize(
    "columns", [{"labels": ("a",)}, {"metadata": {"year": ("1", "2", "3", "4")}}, {"labels": ()}]
)
def test_a_column_of_another_length_is_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(DataError) as caught:
        corpus(3, **columns)
    assert "for 3 items" in one_sentence(caught.value)


@pytest.mark.parametrize("modality", ["images", "sentences"])
def test_a_data_set_without_its_items_is_refused(modality: Any) -> None:
    with pytest.raises(DataError, match=f"needs {modality}"):
        Dataset(name="none", modality=modality)


@pytest.mark.parametrize(
    "images", [np.zeros((3, 4), np.uint8), np.zeros((3, 4, 4)), np.zeros((3, 4, 4, 3, 1), np.uint8)]
)
def test_pictures_of_another_kind_are_refused(images: Any) -> None:
    with pytest.raises(DataError) as caught:
        Dataset(name="x", modality="images", images=images)
    assert str(images.shape) in one_sentence(caught.value)
