"""What pictures are like, and pictures without their repeats."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.core.support import one_sentence
from tests.data import made
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.fixes import Fixes, fixed
from vae_core.data.look import look
from vae_core.data.look_pictures import suggested_side
from vae_core.data.picture_profile import PictureProfile, profile_pictures
from vae_core.data.pictures import read_pictures
from vae_core.data.registry import load_source


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTSCAPE_CACHE", str(tmp_path / "cache"))


def repeating(colours: int = 0) -> np.ndarray:
    """Twelve pictures: two are equal to earlier ones, and three of a single colour."""
    pixels = made.drawn(12, 5, 4, colours)
    pixels[7] = pixels[2]
    pixels[3], pixels[8] = 0, 255
    pixels[9] = pixels[3]
    return pixels


@pytest.mark.parametrize("colours", [0, 3])
def test_pictures_are_counted(colours: int) -> None:
    pixels = repeating(colours)
    labels = ("a", "b", "") * 4
    found = profile_pictures(Dataset("x", "images", images=pixels, labels=labels))
    assert (found.items, found.looked_at, found.height, found.width) == (12, 12, 5, 4)
    assert (found.coloured, found.repeated, found.blank) == (bool(colours), 2, 3)
    assert (found.labels, found.different_labels) == ({"a": 4, "b": 4, "": 4}, 3)
    assert len(found.samples) == 10
    shown = np.asarray(Image.open(io.BytesIO(found.samples[0])))
    np.testing.assert_array_equal(shown, pixels[0])
    known = json.loads(json.dumps(found.to_json()))
    assert base64.b64decode(known["samples"][0]) == found.samples[0]
    assert set(known) == {field.name for field in dataclasses.fields(PictureProfile)}


def test_a_colour_is_blank_though_its_parts_differ() -> None:
    pixels = made.drawn(3, 4, 4, 3)
    pixels[1] = (10, 20, 30)
    assert profile_pictures(Dataset("x", "images", images=pixels)).blank == 1


def test_of_many_or_large_pictures_a_part_is_looked_at() -> None:
    data = Dataset("x", "images", images=made.drawn(200, 6, 6), labels=("a",) * 200)
    few = profile_pictures(data, most=50)
    assert (few.items, few.looked_at, few.labels) == (200, 50, {"a": 50})
    assert profile_pictures(data, most_bytes=36 * 20).looked_at == 20


def test_large_pictures_are_shown_small() -> None:
    pixels = np.zeros((3, 300, 500), np.uint8)
    [sample, *_] = profile_pictures(Dataset("x", "images", images=pixels)).samples
    assert max(Image.open(io.BytesIO(sample)).size) <= 112


def test_repeats_of_pictures_are_dropped_with_all_that_goes_along(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    pixels = repeating()
    path.write_bytes(made.picture_zip(pixels))
    whole = read_pictures(path)
    found = fixed(whole, Fixes(drop_repeats=True))
    assert found.images is not None
    assert whole.images is not None
    assert whole.labels is not None
    # By name, the even ones ("a") come first, so that the earlier of two may have moved.
    kept = [
        n for n in range(12)
        if not any(np.array_equal(whole.images[n], whole.images[m]) for m in range(n))
    ]  # fmt: skip
    assert len(found) == 10
    np.testing.assert_array_equal(found.images, whole.images[kept])
    assert list(found.labels or ()) == [whole.labels[n] for n in kept]
    assert list(found.metadata["file"]) == [whole.metadata["file"][n] for n in kept]
    assert found.notes[-1] == "2 repeated pictures were left out."
    assert load_source(found.source).fingerprint() == found.fingerprint()
    assert profile_pictures(found).repeated == 0


def test_pictures_without_repeats_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(made.npy(made.drawn(9)))
    found = fixed(read_pictures(path), Fixes(drop_repeats=True))
    assert (len(found), found.notes) == (9, ())


def test_texts_changes_are_refused_for_pictures() -> None:
    data = Dataset("x", "images", images=made.drawn(5))
    with pytest.raises(DataError, match="only the repeats") as caught:
        fixed(data, Fixes(lowercase=True, drop_repeats=True))
    one_sentence(caught.value)


@pytest.mark.parametrize(
    ("sizes", "side"),
    [
        ((), None),
        (((28, 28, 60),), None),
        (((2000, 28, 60),), 28),  # over what is read
        (((300, 200, 30), (400, 310, 30)), 64),
        (((40, 30, 10), (90, 80, 2)), 28),
        (((9, 7, 4), (8, 6, 1)), 7),
        (((50, 60, 3), (60, 50, 3)), 48),
    ],
)
def test_a_side_is_suggested_where_one_is_needed(
    sizes: tuple[tuple[int, int, int], ...], side: int | None
) -> None:
    assert suggested_side(sizes) == side


def test_sizes_are_seen_all_over_a_file(tmp_path: Path) -> None:
    """The last of 119 files is of another size: a sample of the first 60 would not show it."""
    entries = {f"{n:03}.png": made.picture(made.drawn(1, 6, 4)[0]) for n in range(110)}
    entries |= {f"z{n:03}.png": made.picture(made.drawn(1, 9, 4)[0]) for n in range(9)}
    path = tmp_path / "a.zip"
    path.write_bytes(made.zipped(entries))
    found = look(path)
    assert found.takes_side
    assert found.picture_shape is None
    assert {size[:2] for size in found.picture_sizes} == {(6, 4), (9, 4)}
    assert sum(count for *_, count in found.picture_sizes) == 60


def test_arrays_take_no_side(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(made.npy(made.drawn(9)))
    found = look(path)
    assert (found.takes_side, found.picture_sizes) == (False, ((6, 4, 9),))
