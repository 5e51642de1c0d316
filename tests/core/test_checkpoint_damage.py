"""Run folders that are damaged, foreign or tampered with: each refused with one sentence."""

from __future__ import annotations

import pickle
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from tests.core.support import (
    BOTH,
    Copy,
    change_weights,
    edit_config,
    one_sentence,
    refused,
    sign_weights,
)
from vae_core import run_config
from vae_core.checkpoint import (
    RunError,
    load_run,
    read_summary,
)
from vae_core.run_items import ItemTable, write_items


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path / ("x" * 5000), tmp_path / "nul\0"):
        assert "config.json" in refused(path)
        with pytest.raises(RunError):
            read_summary(path)


def test_a_folder_or_file_of_something_else_is_refused(tmp_path: Path) -> None:
    assert "is not a Latentscape run" in refused(tmp_path)
    (tmp_path / "file").write_text("x")
    assert "is not a Latentscape run" in refused(tmp_path / "file")
    (tmp_path / "config.json").write_text('{"model_type": "bert", "hidden_size": 768}')
    assert "of another program" in refused(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"3",
        b"\xff\xfe{}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"format": "latentscape-run", "version": 1}',
        b"9" * 10_000,
    ],
    ids=lambda content: repr(content[:10]),
)
def test_a_config_that_is_not_one_is_refused(copy_of: Copy, content: bytes) -> None:
    path = copy_of("images")
    (path / "config.json").write_bytes(content)
    assert len(refused(path)) < 1000
    with pytest.raises(RunError):
        read_summary(path)


@pytest.mark.parametrize("version", [99, 0, "1", None, [1]])
def test_another_version_is_refused(copy_of: Copy, version: Any) -> None:
    path = copy_of("images")
    edit_config(path, lambda config: config.update(version=version))
    assert f"version {version!r}" in refused(path)


@pytest.mark.parametrize("key", ["model", "modality", "items", "dataset", "created"])
def test_a_config_without_a_part_is_refused(copy_of: Copy, key: str) -> None:
    path = copy_of("images")
    edit_config(path, lambda config: config.pop(key))
    assert key in refused(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model", None),
        ("model", "dense"),
        ("model", {"family": "transformer"}),
        ("model", {"family": ["dense"]}),
        ("model", {"family": "dense", "latent_dim": 0}),
        ("model", {"family": "dense", "latent_dim": "2"}),
        ("model", {"family": "dense", "unknown\nkey": 1}),
        ("model", {"family": "dense", "hidden": 10**12}),
        ("modality", "documents"),
        ("modality", None),
        ("modality", "sentences"),
        ("items", None),
        ("items", "many"),
        ("items", -40),
        ("items", 41),
        ("items", 10**18),
        ("items", float("inf")),
        ("items", float("nan")),
        ("dataset", []),
        ("dataset", {}),
        ("result", "done"),
        ("result", [1]),
        ("result", {"elbo": "low"}),
        ("result", {"elbo": 10**400}),
        ("result", {"elbo": {}}),
        ("result", {"elbo": -1.0, "weights_sha256": None}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_config_with_an_impossible_part_is_refused(copy_of: Copy, key: str, value: Any) -> None:
    path = copy_of("images")
    edit_config(path, lambda config: config.update({key: value}))
    refused(path)


@pytest.mark.parametrize("elbo", [float("nan"), float("inf"), None])
def test_an_elbo_that_is_no_number_is_none(copy_of: Copy, elbo: float | None) -> None:
    path = copy_of("images")
    edit_config(path, lambda config: config["result"].update(elbo=elbo))
    assert read_summary(path).elbo is None


def test_a_run_in_progress_has_a_summary_but_does_not_open(copy_of: Copy) -> None:
    path = copy_of("images")
    edit_config(path, lambda config: config.pop("result"))
    assert not read_summary(path).finished
    assert "did not finish" in refused(path)
    shutil.rmtree(path)
    path = copy_of("images")
    (path / "model.safetensors").unlink()
    assert not read_summary(path).finished
    assert "did not finish" in refused(path)


@pytest.mark.parametrize(
    "change",
    [
        {"hidden": 8192, "image_height": 1024, "image_width": 1024},
        {"hidden": 9},
        {"latent_dim": 3},
        {"image_height": 2, "image_width": 8},
    ],
    ids=str,
)
def test_sizes_that_do_not_fit_the_weights_are_refused(
    copy_of: Copy, change: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy_of("images")
    edit_config(path, lambda config: config["model"].update(change))
    built: list[torch.device] = []
    plain = torch.nn.Linear.__init__

    def recorded(self: torch.nn.Linear, *sizes: Any, **more: Any) -> None:
        plain(self, *sizes, **more)
        built.append(self.weight.device)

    monkeypatch.setattr(torch.nn.Linear, "__init__", recorded)
    refused(path)
    # 8192 x 1024 x 1024 numbers would be 34 GB.
    assert {device.type for device in built} == {"meta"}


def test_a_vocabulary_that_does_not_fit_the_tokenizer_is_refused(copy_of: Copy) -> None:
    path = copy_of("sentences")
    edit_config(path, lambda config: config["model"].update(vocabulary_size=1_000_000))
    assert "1000000 tokens" in refused(path)
    (path / "tokenizer.json").unlink()
    assert "none came" in refused(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[" * 100_000], ids=repr)
def test_a_tokenizer_that_is_not_one_is_refused(copy_of: Copy, content: bytes) -> None:
    path = copy_of("sentences")
    (path / "tokenizer.json").write_bytes(content[:2000])
    refused(path)


def test_one_changed_byte_of_the_weights_is_noticed(copy_of: Copy) -> None:
    path = copy_of("images")
    content = bytearray((path / "model.safetensors").read_bytes())
    content[-3] ^= 1
    (path / "model.safetensors").write_bytes(bytes(content))
    assert "SHA-256" in refused(path)


@pytest.mark.parametrize("cut", [0, 5, 100, 2000, -1])
def test_truncated_weights_are_refused(copy_of: Copy, cut: int) -> None:
    path = copy_of("images")
    content = (path / "model.safetensors").read_bytes()
    (path / "model.safetensors").write_bytes(content[:cut])
    refused(path)
    sign_weights(path)
    refused(path)


def test_a_pickle_in_place_of_the_weights_is_refused_unread(copy_of: Copy) -> None:
    path = copy_of("images")
    torch.save({"weight": torch.zeros(2)}, path / "model.safetensors")
    sign_weights(path)
    refused(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_numbers_are_refused(copy_of: Copy, value: float) -> None:
    path = copy_of("images")
    change_weights(path, lambda state: state["mean_head.bias"].fill_(value))
    assert "mean_head.bias" in refused(path)


@pytest.mark.parametrize(
    "weight", [torch.zeros(3), torch.zeros(2, 1), torch.zeros(2).long(), torch.zeros(2).cfloat()]
)
def test_a_weight_of_another_shape_or_kind_is_refused(copy_of: Copy, weight: torch.Tensor) -> None:
    path = copy_of("images")
    change_weights(path, lambda state: state.update({"mean_head.bias": weight}))
    assert "mean_head.bias" in refused(path)


def test_a_missing_weight_is_refused(copy_of: Copy) -> None:
    path = copy_of("images")
    change_weights(path, lambda state: state.pop("decoder.2.bias"))
    assert "has nothing for decoder.2.bias" in refused(path)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((39, 2, 2), np.float32),
        np.zeros((40, 2, 3), np.float32),
        np.zeros((40, 4), np.float32),
        np.zeros((40, 2, 2), np.int64),
        np.zeros((40, 2, 2), np.complex64),
        np.zeros((40, 2, 2), "U3"),
        np.zeros((40, 2, 2), [("a", np.float32)]),
        np.full((40, 2, 2), np.nan, np.float32),
        np.full((40, 2, 2), 1e300, np.float64),
    ],
    ids=lambda array: f"{array.shape} {array.dtype}",
)
def test_latents_of_another_shape_or_kind_are_refused(
    copy_of: Copy, array: np.ndarray[Any, Any]
) -> None:
    path = copy_of("images")
    np.save(path / "latents.npy", array)
    assert "latents.npy" in refused(path)


class Harm:
    """Unpickling this would be noticed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize("name", ["latents.npy", "images.npy"])
@pytest.mark.parametrize("kind", ["object array", "pickle", "archive", "text", "empty"])
def test_arrays_that_are_not_arrays_are_refused_unread(copy_of: Copy, name: str, kind: str) -> None:
    path = copy_of("images")
    file = path / name
    if kind == "object array":
        np.save(file, np.array([Harm()] * 160).reshape(40, 2, 2), allow_pickle=True)
    elif kind == "pickle":
        file.write_bytes(pickle.dumps(Harm()))
    elif kind == "archive":
        np.savez(path / "other.npz", latents=np.zeros((40, 2, 2)))
        (path / "other.npz").rename(file)
    else:
        file.write_bytes(b"" if kind == "empty" else b"words")
    assert name in refused(path)


@pytest.mark.parametrize("name", ["model.safetensors", "latents.npy", "items.parquet"])
def test_a_folder_in_place_of_a_file_is_refused(copy_of: Copy, name: str) -> None:
    path = copy_of("images")
    (path / name).unlink()
    (path / name).mkdir()
    refused(path)


def test_an_array_that_claims_terabytes_is_refused(copy_of: Copy) -> None:
    path = copy_of("images")
    content = (path / "latents.npy").read_bytes()
    old = b"(40, 2, 2), }" + b" " * 16
    assert content.count(old) == 1
    (path / "latents.npy").write_bytes(content.replace(old, b"(40000000000000, 2, 2), }    "))
    refused(path)


@pytest.mark.parametrize(
    "array", [np.zeros((40, 8, 8), np.uint8), np.zeros((40, 4, 4), np.float32)], ids=str
)
def test_pictures_of_another_shape_or_kind_are_refused(
    copy_of: Copy, array: np.ndarray[Any, Any]
) -> None:
    path = copy_of("images")
    np.save(path / "images.npy", array)
    assert "images.npy" in refused(path)


@pytest.mark.parametrize("cut", [0, 4, 60, 500, -1])
def test_a_truncated_items_table_is_refused(copy_of: Copy, cut: int) -> None:
    path = copy_of("sentences")
    content = (path / "items.parquet").read_bytes()
    (path / "items.parquet").write_bytes(content[:cut])
    assert "items.parquet" in refused(path)


@pytest.mark.parametrize("name", ["items.parquet", "latents.npy"])
def test_a_missing_part_is_refused(copy_of: Copy, name: str) -> None:
    path = copy_of("sentences")
    (path / name).unlink()
    assert name in refused(path)


def test_an_items_table_of_other_rows_or_without_texts_is_refused(copy_of: Copy) -> None:
    path = copy_of("sentences")
    write_items(path / "items.parquet", ItemTable(23, ("x",) * 23, None))
    assert "23 rows for 24 items" in refused(path)
    write_items(path / "items.parquet", ItemTable(24, None, None))
    assert "no texts" in refused(path)


def test_strange_columns_of_an_items_table_become_text(copy_of: Copy) -> None:
    path = copy_of("sentences")
    table = pa.table({"text": list(range(24)), "label": [None] * 24, "other": [[1]] * 24})
    pq.write_table(table, path / "items.parquet")
    run = load_run(path)
    assert run.items(np.array([3])) == ["3"]
    assert run.labels == ("",) * 24
    assert run.split == ("train",) * 24


@pytest.mark.parametrize("modality", BOTH)
@pytest.mark.parametrize(
    "name",
    ["config.json", "model.safetensors", "tokenizer.json", "latents.npy", "items.parquet",
     "images.npy"],
)  # fmt: skip
def test_random_damage_opens_or_is_refused_with_one_sentence(
    copy_of: Copy, modality: str, name: str
) -> None:
    path = copy_of(modality)
    if not (path / name).is_file():
        return
    original, config = (path / name).read_bytes(), (path / "config.json").read_bytes()
    rng = random.Random(name)
    for attempt in range(25):
        content = bytearray(original)
        end = len(content) if attempt % 2 else min(len(content), 300)
        for _ in range(rng.randint(1, 3)):
            content[rng.randrange(end)] = rng.randrange(256)
        if attempt % 10 == 0:
            del content[rng.randrange(len(content)) :]
        (path / name).write_bytes(bytes(content))
        if name == "model.safetensors":
            (path / "config.json").write_bytes(config)
            sign_weights(path)
        try:
            load_run(path)
        except RunError as error:
            one_sentence(error)


def test_a_config_too_large_to_be_one_is_refused_unread(
    copy_of: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy_of("images")
    monkeypatch.setattr(run_config, "_MAX_JSON_BYTES", 1000)
    assert "too large" in refused(path)
