"""Pictures of every kind become one mapped array, or one sentence."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.core.support import one_sentence
from tests.data import made
from vae_core.data import limits
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.pictures import is_pictures, read_pictures
from vae_core.data.registry import load_source


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def refused(path: Path, side: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read_pictures(path, side)
    return one_sentence(caught.value)


def zipped(folder: Path, *pictures: bytes, name: str = "a.zip") -> Path:
    entries = {f"{number}.png": content for number, content in enumerate(pictures)}
    return write(folder, name, made.zipped(entries))


def images(data: Dataset) -> Any:
    assert data.images is not None
    return np.asarray(data.images)


@pytest.mark.parametrize("colours", [0, 3])
@pytest.mark.parametrize("ending", made.PICTURE_FILES)
def test_every_kind_gives_the_same_pixels_mapped(tmp_path: Path, ending: str, colours: int) -> None:
    pixels = made.drawn(6, colours=colours)
    path = write(tmp_path, f"a{ending}", made.PICTURE_FILES[ending](pixels))
    data = read_pictures(path)
    order = [0, 2, 4, 1, 3, 5] if ending == ".zip" else list(range(6))
    np.testing.assert_array_equal(images(data), pixels[order])
    assert isinstance(data.images, np.memmap)
    assert data.modality == "images"
    assert is_pictures(path)
    again = load_source(json.loads(json.dumps(data.source)))
    assert again.fingerprint() == data.fingerprint()
    if ending == ".zip":
        assert data.labels == ["a"] * 3 + ["b"] * 3
        assert list(data.metadata["file"])[:2] == ["a/000.png", "a/002.png"]
    if ending == ".npz":
        assert data.labels == list("012345")


def test_a_folder_with_folders(tmp_path: Path) -> None:
    pixels = made.drawn(4)
    for number, each in enumerate(pixels):
        write(tmp_path, f"p/{'xy'[number % 2]}/{number}.PNG", made.picture(each))
    write(tmp_path, "p/x/notes.txt", b"not a picture")
    write(tmp_path, "p/.hidden/0.png", b"nothing")
    (tmp_path / "p/x/link.png").symlink_to(tmp_path / "p/x/0.PNG")
    data = read_pictures(tmp_path / "p")
    np.testing.assert_array_equal(images(data), pixels[[0, 2, 1, 3]])
    assert data.labels == ["x", "x", "y", "y"]
    assert "2 files that are no .png or .jpg, 1 of them links" in data.notes[0]
    # A file that changed is read again.
    write(tmp_path, "p/x/0.PNG", made.picture(255 - pixels[0]))
    os.utime(tmp_path / "p/x/0.PNG", ns=(1, 1))
    np.testing.assert_array_equal(images(read_pictures(tmp_path / "p"))[0], 255 - pixels[0])


def test_jpeg_is_read(tmp_path: Path) -> None:
    flat = np.full((8, 8), 200, np.uint8)
    path = zipped(tmp_path, made.picture(flat, "JPEG"), made.picture(flat // 2, "JPEG"))
    found = images(read_pictures(path))
    assert abs(found.astype(int) - [[[200]], [[100]]]).max() <= 2


def test_idx_labels_lie_beside(tmp_path: Path) -> None:
    path = write(tmp_path, "t-images-idx3-ubyte", made.idx(made.drawn(3)))
    write(tmp_path, "t-labels-idx1-ubyte.gz", gzip.compress(made.idx(np.array([7, 8, 9], "u1"))))
    assert read_pictures(path).labels == ["7", "8", "9"]
    write(tmp_path, "t-labels-idx1-ubyte.gz", made.idx(np.array([7, 8], "u1")))
    assert "does not hold a label for each of its 3" in refused(path)


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.array([[[0.0, 0.5, 1.0]]], np.float32), [0, 128, 255]),
        (np.array([[[False, True, True]]]), [0, 255, 255]),
        (np.array([[[0, 7, 255]]], np.int64), [0, 7, 255]),
        (np.array([[[[0], [7], [255]]]], np.uint8), [0, 7, 255]),
    ],
)
def test_numbers_of_every_kind_become_bytes(tmp_path: Path, pixels: Any, expected: Any) -> None:
    found = images(read_pictures(write(tmp_path, "a.npy", made.npy(pixels))))
    assert found.tolist() == [[expected]]


def test_words_are_labels(tmp_path: Path) -> None:
    content = made.npz(x=made.drawn(3), y=np.array(["hund", "chat", "猫"]), more=np.zeros(2))
    data = read_pictures(write(tmp_path, "a.npz", content))
    assert data.labels == ["hund", "chat", "猫"]
    assert "also has 'more'" in data.notes[0]


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 4)), "has shape (3, 4)"),
        (np.zeros((3, 3, 8, 8), np.uint8), "move the colours to the end"),
        (np.zeros((3, 8, 8, 4), np.uint8), "has shape"),
        (np.full((1, 2, 2), 1.5), "outside of 0 to 1"),
        (np.full((1, 2, 2), np.nan), "no numbers (NaN or infinite)"),
        (np.full((1, 2, 2), 256), "outside of 0 to 255"),
        (np.full((1, 2, 2), -1), "outside of 0 to 255"),
        (np.zeros((0, 2, 2), np.uint8), "holds no pictures"),
        (np.zeros((1, 1, 2000), np.uint8), "each side may have 1 to 1,024"),
        (np.array([[["a"]]]), "pixels are numbers"),
        (np.asfortranarray(np.zeros((2, 3, 4))), "column by column"),
        (np.array([[[{}]]], object), "Python objects"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, array: Any, said: str) -> None:
    assert said in refused(write(tmp_path, "a.npy", made.npy(array)))
    if array.dtype != object:
        assert refused(write(tmp_path, "a.npz", made.npz(images=array)))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.npy", made.npy(made.drawn(3))[:-1], "ends after 2 of its 3"),
        ("a.npy", made.npy(made.drawn(3))[:40], "not an array"),
        ("a.npz", made.npz(other=np.zeros(3)), "no array of pictures"),
        ("a.npz", made.npz(x=made.drawn(3), y=np.zeros(2, int)), "holds 2 entries"),
        ("a-images", made.idx(made.drawn(3))[:-1], "ends after 2 of its 3"),
        ("a-images", made.idx(made.drawn(3)) + b"x", "goes on after its 3"),
        ("a-images", made.idx(np.zeros(3, "u1")), "not pictures"),
        ("a-images", b"\x00\x00\x08\x03\x00", "broken IDX header"),
        ("a-images", b"\x00\x00\x08\x03" + b"\xff" * 12, "4,294,967,295"),
        ("a.png", made.picture(made.drawn(1)[0]), "one picture alone"),
        ("a.txt", b"some text", "is not pictures"),
        ("a.zip", made.zipped({"a.txt": b"text"}), "has no pictures"),
        ("a.zip", made.zipped({"a.png": b"text"}), "is neither PNG nor JPEG"),
        ("a.zip", b"PK\x03\x04 no zip", "is damaged: it cannot be read as a zip"),
        ("a.zip", made.zipped({"../a.png": b""}), "outside of it"),
        ("a.zip", b"", "is empty"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    assert said in refused(write(tmp_path, name, content))


def test_an_empty_folder_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert "has no pictures" in refused(tmp_path / "a")
    assert "does not exist" in refused(tmp_path / "none")


# --- PNG and JPEG files that are odd ---


def test_sizes_must_agree_or_a_side_is_chosen(tmp_path: Path) -> None:
    tall, wide = np.zeros((8, 4), np.uint8), np.full((4, 8), 255, np.uint8)
    path = zipped(tmp_path, made.picture(tall), made.picture(wide), made.picture(wide))
    message = refused(path)
    assert "differ in size (height × width): 4 × 8 (2), 8 × 4 (1)" in message
    assert "--side" in message
    data = read_pictures(path, 4)
    assert images(data).shape == (3, 4, 4)
    assert images(data)[0].max() == 0
    assert images(data)[1].min() == 255
    assert "made 4 × 4 pixels large" in data.notes[0]
    assert load_source(data.source).fingerprint() == data.fingerprint()


@pytest.mark.parametrize("side", [0, -1, 5000])
def test_an_impossible_side_is_refused(tmp_path: Path, side: int) -> None:
    assert "side must be" in refused(zipped(tmp_path, made.picture(made.drawn(1)[0])), side)


def test_an_array_keeps_its_side(tmp_path: Path) -> None:
    assert "keeps its own" in refused(write(tmp_path, "a.npy", made.npy(made.drawn(2))), 4)


def test_one_colour_makes_all_coloured(tmp_path: Path) -> None:
    grey, coloured = made.drawn(1)[0], made.drawn(1, colours=3)[0]
    data = read_pictures(zipped(tmp_path, made.picture(grey), made.picture(coloured)))
    assert images(data).shape == (2, 6, 4, 3)
    np.testing.assert_array_equal(images(data)[0], np.stack([grey] * 3, -1))
    assert "1 of the 2 pictures of a.zip have colours" in data.notes[0]


def test_grey_with_three_channels_is_grey(tmp_path: Path) -> None:
    grey = made.drawn(2)
    threefold = [made.picture(np.stack([one] * 3, -1)) for one in grey]
    data = read_pictures(zipped(tmp_path, *threefold))
    np.testing.assert_array_equal(images(data), grey)
    assert not data.notes


def test_a_photograph_of_a_few_pixels_is_read(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (5, 3), (200, 30, 30)).save(stream, "JPEG")
    assert images(read_pictures(zipped(tmp_path, stream.getvalue()))).shape == (1, 3, 5, 3)


def test_a_palette_gives_its_colours(tmp_path: Path) -> None:
    stream = io.BytesIO()
    picture = Image.new("P", (2, 1))
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.putpixel((1, 0), 1)
    picture.save(stream, "PNG")
    found = images(read_pictures(zipped(tmp_path, stream.getvalue())))
    assert found.tolist() == [[[[10, 20, 30], [40, 50, 60]]]]


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_what_is_see_through_becomes_white(tmp_path: Path, mode: str) -> None:
    stream = io.BytesIO()
    picture = Image.new(mode, (2, 1), (0,) * (len(mode) - 1) + (255,))
    picture.putpixel((1, 0), (0,) * len(mode))
    picture.save(stream, "PNG")
    data = read_pictures(zipped(tmp_path, stream.getvalue()))
    assert images(data)[0, 0, 0].max() == 0
    assert images(data)[0, 0, 1].min() == 255
    assert "see-through" in data.notes[0]
    assert images(data).ndim == 3


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16)).save(stream, "PNG")
    assert images(read_pictures(zipped(tmp_path, stream.getvalue()))).tolist() == [[[0, 100, 255]]]


def test_black_and_white_becomes_grey(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1").save(stream, "PNG")
    assert images(read_pictures(zipped(tmp_path, stream.getvalue()))).tolist() == [[[0, 255]]]


def test_a_photograph_stands_upright(tmp_path: Path) -> None:
    pixels = np.zeros((4, 8), np.uint8)
    pixels[:, :4] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    path = zipped(tmp_path, made.picture(pixels, "PNG", exif=exif))
    found = images(read_pictures(path))[0]
    assert found.shape == (8, 4)
    assert found[:4].min() == 255
    assert found[4:].max() == 0


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(width: int, height: int, content: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(content)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("side", [None, 8])
@pytest.mark.parametrize("length", [8_000, 10_000, 60_000])
def test_a_picture_that_claims_to_be_huge_is_refused(
    tmp_path: Path, length: int, side: int | None
) -> None:
    path = zipped(tmp_path, png(length, length, bytes(1000)))
    assert "'0.png' of a.zip cannot be read" in refused(path, side)


def test_a_picture_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, png(100, 100, bytes(50)))
    assert "cannot be read" in refused(path)


def test_a_cut_picture_is_refused(tmp_path: Path) -> None:
    content = made.picture(made.drawn(1, 64, 64)[0])
    for cut in (10, 40, len(content) // 2, len(content) - 60):
        assert "cannot be read" in refused(zipped(tmp_path, content[:cut]))
    jpeg = made.picture(made.drawn(1, 64, 64)[0], "JPEG")
    assert "cannot be read" in refused(zipped(tmp_path, jpeg[: len(jpeg) // 2]))


def test_another_format_under_a_picture_s_name_is_refused(tmp_path: Path) -> None:
    gif = made.picture(made.drawn(1)[0], "GIF")
    assert "neither PNG nor JPEG" in refused(zipped(tmp_path, gif))


def test_too_many_and_too_large_pictures_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a.npy", made.npy(made.drawn(5)))
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 100)
    assert "holds over 100 bytes" in refused(path)
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 10_000)
    monkeypatch.setattr(limits, "MAX_PICTURES", 4)
    assert "holds 5 pictures, but 4 may be" in refused(path)


def test_nothing_is_left_behind(tmp_path: Path, cache: Path) -> None:
    cut = made.picture(made.drawn(1, 64, 64)[0])[:-40]
    refused(zipped(tmp_path, made.picture(made.drawn(1, 64, 64)[0]), cut))
    assert list((cache / "data").iterdir()) == []


def test_a_damaged_entry_is_made_anew(tmp_path: Path, cache: Path) -> None:
    pixels = made.drawn(5)
    path = write(tmp_path, "a.npy", made.npy(pixels))
    read_pictures(path)
    (array,) = (cache / "data").glob("*/images.npy")
    content = array.read_bytes()
    array.unlink()
    array.write_bytes(content[:-7] + b"\x00" * 7)
    np.testing.assert_array_equal(images(read_pictures(path)), pixels)
