"""Image sets: scikit-learn's digits, IDX files, and the hub without a network."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.support import one_sentence
from vae_core.data.dataset import DataError
from vae_core.data.images import load_digits, load_mnist, mnist_from_splits, read_idx

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def idx(array: Bytes) -> bytes:
    """`array` in LeCun's format."""
    header = b"\x00\x00\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def numbers(*shape: int) -> Bytes:
    return np.random.default_rng(0).integers(256, size=shape, dtype=np.uint8)


def mnist_files(folder: Path, *, packed: bool = False, **changes: Bytes) -> dict[str, Bytes]:
    """Write a small MNIST of 5 and 3 pictures; `changes` replaces parts of it."""
    parts: dict[str, Bytes] = {
        "train_images": numbers(5, 4, 6),
        "train_labels": np.arange(5, dtype=np.uint8),
        "t10k_images": 255 - numbers(3, 4, 6),
        "t10k_labels": np.array([9, 8, 7], dtype=np.uint8),
        **changes,
    }
    for name, array in parts.items():
        part, kind = name.split("_")
        rank = 3 if kind == "images" else 1
        path = folder / f"{part}-{kind}-idx{rank}-ubyte"
        if packed:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(idx(array)))
        else:
            path.write_bytes(idx(array))
    return parts


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_idx(path)
    return one_sentence(caught.value)


def test_digits_are_the_1797_of_scikit_learn() -> None:
    from sklearn.datasets import load_digits as original

    data = load_digits()
    assert data.images is not None
    assert data.images.shape == (1797, 8, 8)
    assert data.images.dtype == np.uint8
    assert (data.images.min(), data.images.max()) == (0, 255)
    assert data.labels == tuple(str(label) for label in original().target)
    np.testing.assert_allclose(data.images / 255, original().images / 16, atol=0.5 / 255)


@pytest.mark.parametrize("shape", [(7,), (3, 2), (2, 3, 4), (0, 2, 2)])
@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_file_is_read_as_it_was_written(
    tmp_path: Path, shape: tuple[int, ...], packed: bool
) -> None:
    array = numbers(*shape)
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    np.testing.assert_array_equal(read_idx(path), array)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x00\x08",
        b"not an IDX file at all",
        b"\x89PNG\r\n\x1a\n",
        b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00\x00\x00\x00",  # floats
        b"\x00\x00\x08\x00",  # rank 0
        b"\x00\x00\x08\x03\x00\x00\x00\x02",  # header cut
        b"\x00\x00\x08\x64" + b"\x00\x00\x00\x01" * 100 + b"\x00",  # rank 100
        b"\x1f\x8b\x08 not gzip",
        gzip.compress(idx(numbers(9)), mtime=0)[:-6],
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    refused(path)


@pytest.mark.parametrize("change", [-1, 1])
def test_a_size_that_differs_from_the_header_is_refused(tmp_path: Path, change: int) -> None:
    content = idx(numbers(5, 4, 4))
    path = tmp_path / "file"
    path.write_bytes(content[:-1] if change < 0 else content + b"\x00")
    assert f"holds {80 + change}" in refused(path)


def test_a_header_of_terabytes_is_refused_without_reserving_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\x00\x00\x08\x03" + b"\xff" * 12 + b"few")
    assert "should hold" in refused(path)


def test_a_missing_idx_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none")


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_idx_files_keeps_its_order_and_its_own_test_part(
    tmp_path: Path, packed: bool
) -> None:
    parts = mnist_files(tmp_path, packed=packed)
    data = load_mnist(tmp_path)
    assert data.images is not None
    np.testing.assert_array_equal(data.images[:5], parts["train_images"])
    np.testing.assert_array_equal(data.images[5:], parts["t10k_images"])
    assert data.labels == ("0", "1", "2", "3", "4", "9", "8", "7")
    assert data.source == {"dataset": "mnist", "folder": str(tmp_path)}
    assert data.split(seed=1).test.tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    "change",
    [
        {"train_labels": np.arange(4, dtype=np.uint8)},
        {"t10k_images": numbers(3, 24)},
        {"t10k_images": numbers(3, 8, 8)},
        {"t10k_labels": numbers(3, 1)},
    ],
    ids=["fewer labels", "flat pictures", "other size", "labels of rank 2"],
)
def test_files_that_do_not_belong_together_are_refused(
    tmp_path: Path, change: dict[str, Bytes]
) -> None:
    mnist_files(tmp_path, **change)
    with pytest.raises(DataError) as caught:
        load_mnist(tmp_path)
    one_sentence(caught.value)


@pytest.mark.parametrize("missing", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_folder_that_lacks_a_file_is_refused_by_name(tmp_path: Path, missing: str) -> None:
    mnist_files(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(DataError) as caught:
        load_mnist(tmp_path)
    assert missing in one_sentence(caught.value)


def test_mnist_of_the_data_folder(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTSCAPE_DATA", str(data_folder))
    data = load_mnist()
    assert data.images is not None
    assert data.labels is not None
    assert data.images.shape == (70_000, 28, 28)
    official = read_idx(data_folder / "mnist" / "t10k-labels-idx1-ubyte.gz")
    assert data.labels[60_000:] == tuple(str(label) for label in official)
    splits = data.split(seed=0)
    np.testing.assert_array_equal(splits.test, np.arange(60_000, 70_000))
    assert len(splits.train) + len(splits.validation) == 60_000


def test_mnist_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import datasets

    def offline(name: str) -> object:
        raise ConnectionError("Couldn't reach 'ylecun/mnist'\n  on the Hub\n(LocalEntryNotFound)")

    monkeypatch.setattr(datasets, "load_dataset", offline)
    # The variable names a folder without MNIST in it, which is as good as none.
    monkeypatch.setenv("LATENTSCAPE_DATA", str(tmp_path))
    with pytest.raises(DataError) as caught:
        load_mnist()
    message = one_sentence(caught.value)
    assert "could not be downloaded" in message
    assert "go online" in message


def test_the_format_of_the_hub_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets
    from PIL import Image

    parts = {"train": numbers(4, 28, 28), "test": 255 - numbers(2, 28, 28)}
    labels = {"train": [3, 1, 4, 1], "test": [5, 9]}
    features = datasets.Features(
        image=datasets.Image(), label=datasets.ClassLabel(names=[str(i) for i in range(10)])
    )
    hub = datasets.DatasetDict(
        {
            part: datasets.Dataset.from_dict(
                {"image": [Image.fromarray(image) for image in images], "label": labels[part]},
                features=features,
            )
            for part, images in parts.items()
        }
    )
    # Saved and loaded, the pictures are PNG bytes in Arrow files, as they are on the hub.
    hub.save_to_disk(str(tmp_path / "hub"))
    stored = datasets.load_from_disk(str(tmp_path / "hub"))

    images, digits, test = mnist_from_splits(stored)
    np.testing.assert_array_equal(images, np.concatenate([parts["train"], parts["test"]]))
    assert images.dtype == np.uint8
    assert digits.tolist() == [3, 1, 4, 1, 5, 9]
    assert test.tolist() == [4, 5]

    monkeypatch.delenv("LATENTSCAPE_DATA", raising=False)
    monkeypatch.setattr(datasets, "load_dataset", lambda name: stored)
    data = load_mnist()
    assert data.labels == ("3", "1", "4", "1", "5", "9")
    assert data.source == {"dataset": "mnist"}
