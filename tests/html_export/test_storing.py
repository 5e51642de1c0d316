"""What is written down of weights can be read back, as closely as the form allows."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from explorer.html_export.sections import json_section, letters, packed
from explorer.html_export.storing import (
    BLOCK,
    FLOAT16,
    FLOAT32,
    INT8,
    MOST_FLOAT16,
    MOST_FLOAT32,
    form_for,
    halved,
    read_back,
    stored,
)
from tests.html_export.reading import content_of


def some(*shape: int) -> np.ndarray:
    draw = np.random.default_rng(len(shape))
    rows = 10.0 ** draw.uniform(-3, 3, (shape[0], *([1] * (len(shape) - 1))))
    return (draw.standard_normal(shape) * rows).astype(np.float32)


@pytest.mark.parametrize("shape", [(90, 70), (40, 12, 3, 3), (7,), (3, 2)])
@pytest.mark.parametrize("form", [FLOAT32, FLOAT16, INT8])
def test_weights_are_read_back(form: str, shape: tuple[int, ...]) -> None:
    array = some(*shape)
    sections = stored("w", array, form)
    found = read_back("w", sections)
    assert found.shape == shape
    if form == FLOAT32:
        assert (found == array).all()
        return
    if "w|scale" not in sections:  # vectors and small matrices are never of int8
        assert len(shape) == 1 or array.size <= 4096 or form == FLOAT16
        np.testing.assert_allclose(found, array, rtol=1e-3, atol=1e-7)
        return
    rows, others = (one.reshape(len(array), -1) for one in (array, found))
    for start in range(0, rows.shape[1], BLOCK):
        part = rows[:, start : start + BLOCK]
        off = np.abs(others[:, start : start + BLOCK] - part).max(axis=1)
        # Half a step, and what rounding the scale itself may cost at the largest number.
        assert (off <= np.abs(part).max(axis=1) * (0.5 / 127 + 6e-4)).all()


def test_rows_of_nothing_stay_nothing() -> None:
    array = np.zeros((80, 80), np.float32)
    array[3] = 1.0
    found = read_back("w", stored("w", array, INT8))
    np.testing.assert_allclose(found, array, rtol=1e-3)
    assert (found[array == 0] == 0).all()


def test_what_is_too_large_for_two_bytes_keeps_four() -> None:
    assert halved(np.array([1e5], np.float32)).dtype == np.float32
    assert halved(np.array([], np.float32)).dtype == np.float16


@pytest.mark.parametrize(
    ("count", "form"),
    [(MOST_FLOAT32, FLOAT32), (MOST_FLOAT32 + 1, FLOAT16), (MOST_FLOAT16 + 1, INT8)],
)
def test_the_more_weights_the_smaller_their_form(count: int, form: str) -> None:
    assert form_for({"w": np.broadcast_to(np.float32(0), (count,))}) == form


def test_sections_lie_where_the_header_says() -> None:
    arrays = {
        "a": some(5, 3),
        "b": some(9).astype(np.float16),
        "c": np.arange(7, dtype=np.uint8),
        "d": np.arange(3, dtype=np.uint32),
        "e": json_section(["größer", "</script>", "\ud800"]),
    }
    content = content_of(letters(packed({"title": "x"}, arrays)))
    (length,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + length])
    assert header["title"] == "x"
    start = -(-(4 + length) // 8) * 8
    for name, array in arrays.items():
        place = header["sections"][name]
        assert (place["kind"], place["shape"]) == (array.dtype.str[1:], list(array.shape))
        assert (start + place["at"]) % 8 == 0
        raw = content[start + place["at"] :][: array.nbytes]
        planes = np.frombuffer(raw, np.uint8).reshape(array.itemsize, -1)
        again = np.ascontiguousarray(planes.T).view(array.dtype).reshape(array.shape)
        assert (again == array).all()
    # Half a character is no text: it is replaced, not a reason to fail.
    assert json.loads(arrays["e"].tobytes()) == ["größer", "</script>", "?"]
