"""How selections travel: the same bytes on both sides, and nothing a browser sends does harm."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from explorer.canvas import ranges
from tests.support import ROOT

# The browser's side is tested against the same file.
VECTORS = json.loads((ROOT / "explorer/canvas/test/ranges.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["base64"] for vector in VECTORS])
def test_both_sides_write_and_read_the_same(vector: dict[str, object]) -> None:
    indices, text = np.array(vector["indices"], np.int64), str(vector["base64"])
    assert ranges.encode(indices) == text
    assert ranges.decode(text, 5_000_000).tolist() == indices.tolist()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.9, 1.0])
def test_any_set_of_indices_comes_back(share: float) -> None:
    indices = np.flatnonzero(np.random.default_rng(0).random(100_000) < share)
    assert np.array_equal(ranges.decode(ranges.encode(indices), 100_000), indices)


def test_every_second_point_is_the_longest_list_and_is_read() -> None:
    indices = np.arange(1, 100_000, 2)
    assert np.array_equal(ranges.decode(ranges.encode(indices), 100_000), indices)


@pytest.mark.parametrize("indices", [[3, 3], [5, 4], [-1]])
def test_indices_that_do_not_rise_are_refused(indices: list[int]) -> None:
    with pytest.raises(ranges.RangesError, match="must rise"):
        ranges.encode(np.array(indices))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x03", "middle of a run"),
        (b"\x80", "middle of a run"),
        (b"\x09\x01", "beyond the 10 points"),
        (b"\xff\xff\xff\xff\x7f\x00", "beyond the 10 points"),
        (b"\xff\xff\xff\xff\xff\x7f\x00", "too large"),
        (b"\x00" * 40, "too many"),
    ],
)
def test_bytes_that_are_no_selection_are_refused(raw: bytes, said: str) -> None:
    with pytest.raises(ranges.RangesError, match=said):
        ranges.decode(base64.b64encode(raw).decode(), 10)


@pytest.mark.parametrize("text", ["!", "AAA", "ü"])
def test_text_that_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ranges.RangesError, match="base64"):
        ranges.decode(text, 10)


def test_random_bytes_are_indices_or_refused() -> None:
    draw = np.random.default_rng(1)
    for _ in range(2_000):
        raw = draw.integers(0, 256, draw.integers(0, 30), dtype=np.uint8).tobytes()
        try:
            found = ranges.decode(base64.b64encode(raw).decode(), 1_000)
        except ranges.RangesError:
            continue
        assert (np.diff(found) > 0).all()
        assert found.size == 0 or (found[0] >= 0 and found[-1] < 1_000)
