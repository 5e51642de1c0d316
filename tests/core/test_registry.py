"""Data sets by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.support import one_sentence
from vae_core.data.dataset import DataError
from vae_core.data.registry import DATASETS, load_dataset


def test_the_promised_data_sets_are_there() -> None:
    assert set(DATASETS) >= {"digits", "mnist", "toy-sentences", "python-docs"}
    assert all(name == entry.name for name, entry in DATASETS.items())


@pytest.mark.parametrize("name", ["digits", "toy-sentences", "python-docs"])
def test_an_embedded_data_set_loads_and_says_what_it_is(name: str) -> None:
    data = load_dataset(name)
    assert data.name == name
    assert data.modality == DATASETS[name].modality
    assert data.labels is not None
    assert len(data) > 1000


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DataError) as caught:
        load_dataset("cifar")
    assert "digits, mnist" in one_sentence(caught.value)


def test_a_folder_where_none_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_dataset("digits", tmp_path)
    assert "takes no folder" in one_sentence(caught.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_dataset("mnist", tmp_path)
    one_sentence(caught.value)
