"""Run folders: what is written is read again, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from tests.core.support import (
    BOTH,
    Copy,
    pictures,
    sentences,
    sign_weights,
)
from vae_core.checkpoint import (
    Latents,
    load_run,
    read_summary,
    write_latents,
    write_model,
)
from vae_core.data.text_column import TextColumn
from vae_core.run_items import ItemTable, read_items, write_items


@pytest.mark.parametrize("modality", BOTH)
def test_a_finished_run_opens(finished_runs: dict[str, Path], modality: str) -> None:
    run = load_run(finished_runs[modality])
    data = pictures() if modality == "images" else sentences()
    assert run.modality == run.model.modality == modality
    assert len(run) == run.summary.items == len(data)
    assert run.latent_dim == run.model.latent_dim == run.latents.mean.shape[1]
    assert run.latents.mean.shape == run.latents.log_variance.shape
    assert run.latents.mean.dtype == run.latents.log_variance.dtype == np.float32
    assert run.labels == data.labels
    assert run.metadata == data.metadata
    assert set(run.split) == {"train", "validation", "test"}
    assert not run.items_are_decoded
    assert not run.model.training
    assert not any(parameter.requires_grad for parameter in run.model.parameters())
    assert (run.tokenizer is None) == (modality == "images")
    assert len(run.content_hash) == 64


@pytest.mark.parametrize("modality", BOTH)
def test_the_summary_says_what_the_run_is(finished_runs: dict[str, Path], modality: str) -> None:
    path = finished_runs[modality]
    summary = read_summary(str(path))
    assert summary == load_run(path).summary
    assert summary.path == path
    assert summary.name == path.name
    assert summary.family == {"images": "dense", "sentences": "gru"}[modality]
    assert summary.dataset == {"images": "bars", "sentences": "animals"}[modality]
    assert summary.finished
    assert summary.elbo is not None
    assert summary.elbo < 0


@pytest.mark.parametrize("modality", BOTH)
def test_a_model_written_and_read_decodes_the_same(copy_of: Copy, modality: str) -> None:
    path = copy_of(modality)
    run = load_run(path)
    z = torch.randn(20, run.latent_dim, generator=torch.Generator().manual_seed(0))
    digest = write_model(path, run.model)
    assert digest == run.content_hash, "writing the same weights again gives the same bytes"
    again = load_run(path)
    np.testing.assert_array_equal(again.model.decode(z), run.model.decode(z))
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name])


def test_weights_and_latents_in_half_precision_are_read(copy_of: Copy) -> None:
    path = copy_of("sentences")
    run = load_run(path)
    write_model(path, run.model, torch.float16)
    sign_weights(path)
    write_latents(path, run.latents, np.float16)
    half = load_run(path)
    assert half.latents.mean.dtype == np.float32
    np.testing.assert_allclose(half.latents.mean, run.latents.mean, atol=2e-3)
    for name, value in half.model.state_dict().items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, run.model.state_dict()[name], atol=2e-3, rtol=1e-2)


def test_items_are_the_originals(finished_runs: dict[str, Path]) -> None:
    indices = np.array([7, 0, 7])
    images = pictures().images
    assert images is not None
    found = load_run(finished_runs["images"]).items(indices)
    assert isinstance(found, np.ndarray)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, images[indices] / 255, rtol=1e-6)
    texts = load_run(finished_runs["sentences"]).items(indices)
    assert texts == [(sentences().texts or ())[i] for i in indices]


def test_without_originals_pictures_are_decoded(copy_of: Copy) -> None:
    path = copy_of("images")
    (path / "images.npy").unlink()
    run = load_run(path)
    assert run.items_are_decoded
    expected = run.model.decode(torch.from_numpy(run.latents.mean[[3, 1]]))
    np.testing.assert_array_equal(run.items(np.array([3, 1])), expected)


def test_decoded_texts_are_marked(copy_of: Copy) -> None:
    path = copy_of("sentences")
    table = load_run(path).table
    texts = tuple("decoded" for _ in range(table.count))
    write_items(
        path / "items.parquet",
        ItemTable(table.count, texts, table.labels, texts_are_decoded=True, split=table.split),
    )
    run = load_run(path)
    assert run.items_are_decoded
    assert run.items(np.array([0])) == ["decoded"]


def test_dimensions_are_ordered_by_the_variance_of_their_means(copy_of: Copy) -> None:
    path = copy_of("sentences")
    noise = np.random.default_rng(0).normal(size=(24, 3)).astype(np.float32)
    write_latents(path, Latents(noise * np.array([1, 9, 3], np.float32), noise))
    assert load_run(path).active_order().tolist() == [1, 2, 0]


def test_latents_keep_mean_and_variance_apart(copy_of: Copy) -> None:
    path = copy_of("images")
    mean = np.arange(80, dtype=np.float32).reshape(40, 2)
    write_latents(path, Latents(mean, -mean))
    latents = load_run(path).latents
    np.testing.assert_array_equal(latents.mean, mean)
    np.testing.assert_array_equal(latents.log_variance, -mean)


def test_the_items_table_keeps_any_text(tmp_path: Path) -> None:
    texts = ("plain", "", "😀\u2028\n\ttab", "<script>alert(1)</script>")
    table = ItemTable(
        count=4,
        texts=texts,
        labels=("a", "", "a", "é"),
        metadata={"text": texts, "split": ("1", "2", "3", "4"), "metadata.x": texts},
        split=("train", "test", "validation", "train"),
    )
    write_items(tmp_path / "items.parquet", table)
    assert read_items(tmp_path / "items.parquet", 4) == table


def test_an_items_table_is_written_from_pieces_of_any_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a corpus of many items lies in its file: its pieces end elsewhere than those written."""
    monkeypatch.setattr("vae_core.run_items._BLOCK", 7)
    numbers = [str(number) for number in range(23)]
    pieces = [numbers[:5], numbers[5:10], [], numbers[10:]]
    texts = TextColumn(pa.chunked_array(pieces, pa.large_string()))
    labels = tuple(number[-1] for number in numbers)
    table = ItemTable(23, texts, labels, {"number": texts}, ("train",) * 23)
    write_items(tmp_path / "items.parquet", table)
    found = read_items(tmp_path / "items.parquet", 23)
    assert found == table
    assert list(found.texts or ()) == numbers
