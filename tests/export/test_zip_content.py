"""A .zip whose files are those of a run, and whose manifest fits, and yet it is none."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.core.support import change_weights
from tests.export.conftest import RunOf
from tests.export.support import TEXTS
from tests.export.test_zip import files_of, refused, zipped


def with_files(exported: Path, **files: bytes | None) -> Path:
    """A .zip beside `exported` with other files; `config_json=None` leaves config.json out."""
    changed = {name.replace("__", "."): content for name, content in files.items()}
    kept = {**files_of(exported), **changed}
    found = {name: content for name, content in kept.items() if content is not None}
    return zipped(exported.with_name("x.zip"), found)


@pytest.mark.parametrize(
    "name",
    ["config__json", "model__safetensors", "tokenizer__json", "latents__npy", "items__parquet"],
)
@pytest.mark.parametrize("content", [None, b"", b"x", b"[" * 100_000])
def test_a_file_that_is_missing_or_broken_is_refused(
    exported: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    sentence = refused(with_files(exported, **{name: content}), tmp_path)
    assert "x.zip is not taken in: " in sentence


def test_weights_that_do_not_fit_are_refused(
    finished_run: RunOf, exported: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(finished_run("gru"), tmp_path / "run"))
    change_weights(run, lambda state: state.pop("output_bias"))
    weights = (run / "model.safetensors").read_bytes()
    assert "SHA-256" in refused(with_files(exported, model__safetensors=weights), tmp_path)
    config = (run / "config.json").read_bytes()
    path = with_files(exported, model__safetensors=weights, config__json=config)
    assert "output_bias" in refused(path, tmp_path)


def test_a_pickle_is_not_opened(exported: Path, tmp_path: Path) -> None:
    pickled = io.BytesIO()
    np.save(pickled, np.array([{}], dtype=object), allow_pickle=True)
    refused(with_files(exported, latents__npy=pickled.getvalue()), tmp_path)


def test_a_rule_of_its_own_for_splitting_words_is_refused(exported: Path, tmp_path: Path) -> None:
    content = json.loads(files_of(exported)["tokenizer.json"])
    content["pre_tokenizer"]["pattern"] = {"Regex": "(a+)+$"}
    path = with_files(exported, tokenizer__json=json.dumps(content).encode())
    assert "(a+)+$" in refused(path, tmp_path)


def parquet(columns: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    return buffer.getvalue()


def test_a_table_that_unpacks_to_more_than_it_may_is_refused(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One string of 10 MB, again and again: 280 MB out of less than 100 kB.
    rows = len(TEXTS)
    long = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 10_000_000])
    bomb = parquet({"text": long, "split": pa.array(["train"] * rows)})
    assert len(bomb) < 100_000
    monkeypatch.setattr("vae_core.export.untrusted._MOST_TEXT_BYTES", 250_000_000)
    assert "unpacks to more" in refused(with_files(exported, items__parquet=bomb), tmp_path)


def test_a_table_of_too_many_or_other_columns_is_refused(exported: Path, tmp_path: Path) -> None:
    rows = len(TEXTS)
    many = parquet({f"metadata.{i}": pa.array([""] * rows) for i in range(1001)})
    assert "too many" in refused(with_files(exported, items__parquet=many), tmp_path)
    fewer = parquet({"text": pa.array(["a"] * (rows - 1))})
    assert "rows" in refused(with_files(exported, items__parquet=fewer), tmp_path)
    for odd in (pa.array([1] * rows), pa.array([["a"]] * rows), pa.array([b"a"] * rows)):
        content = parquet({"text": odd, "split": pa.array(["train"] * rows)})
        refused(with_files(exported, items__parquet=content), tmp_path)
