"""A hub data set, from local files laid out like one: no test goes online."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.core.support import one_sentence
from vae_core.data.dataset import DataError
from vae_core.data.hub import read_hub
from vae_core.data.registry import load_source
from vae_core.data.text_column import TextColumn


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hub")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "reviews"
    (place / "data").mkdir(parents=True)
    features = {"info": {"features": {
        "body": {"dtype": "string", "_type": "Value"},
        "label": {"names": ["bad", "good"], "_type": "ClassLabel"},
        "tags": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"},
    }}}  # fmt: skip
    for split, count in (("train", 20), ("test", 5)):
        table = pa.table({
            "body": [f"a review 评论 number {i} of {split}" if i else None for i in range(count)],
            "label": [i % 2 for i in range(count)],
            "tags": [["x"]] * count,
        }).replace_schema_metadata({"huggingface": json.dumps(features)})  # fmt: skip
        pq.write_table(table, place / "data" / f"{split}-00000-of-00001.parquet")
    return place


def test_a_split_becomes_a_data_set(folder: Path) -> None:
    data = read_hub(str(folder), label_column="label")
    assert isinstance(data.texts, TextColumn)
    assert len(data) == 19
    assert data.empty_items == 1
    assert data.texts[0] == "a review 评论 number 1 of train"
    assert list(data.labels or ())[:2] == ["good", "bad"]
    assert "in 'tags', which were left out" in data.notes[0]
    again = load_source(json.loads(json.dumps(data.source)))
    assert again.fingerprint() == data.fingerprint()
    assert data.source["text_column"] == "body"
    assert len(read_hub(str(folder), "test")) == 4


@pytest.mark.parametrize(
    ("split", "column", "said"),
    [("nine", None, "has no split 'nine'"), ("train", "none", "has no column 'none'"),
     ("train", "tags", "not texts"), ("train[:x", None, "")],
)  # fmt: skip
def test_what_is_not_there_is_said(folder: Path, split: str, column: str | None, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read_hub(str(folder), split, text_column=column)
    assert said in one_sentence(caught.value)


def test_without_a_network_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_hub("nobody/nothing-of-this-name")
    message = one_sentence(caught.value)
    assert "could not be had from the hub" in message
    assert "HF_TOKEN" in message
    assert "local file" in message


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="cannot be read as a data set") as caught:
        read_hub(str(tmp_path / "none"))
    one_sentence(caught.value)


def test_tries_to_reach_the_hub_are_not_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import datasets
    from datasets.utils.logging import get_logger
    from huggingface_hub.utils import logging as hub_logging

    def unreachable(*_: object, **__: object) -> None:
        hub_logging.get_logger("huggingface_hub.utils._http").warning("Retrying in 1s [Retry 1/5].")
        get_logger("datasets.load").warning("Using the latest cached version.")
        warnings.warn("You are not logged in.", UserWarning, stacklevel=2)
        raise ConnectionError("Couldn't reach it")

    level = logging.getLogger("huggingface_hub").level
    monkeypatch.setattr(datasets, "load_dataset", unreachable)
    with pytest.raises(DataError) as caught:
        read_hub("nobody/nothing")
    one_sentence(caught.value)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("huggingface_hub").level == level
