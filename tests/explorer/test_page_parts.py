"""Shared parts of pages: literal text and pictures."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from explorer import page_parts


def shown(uri: str) -> np.ndarray:
    head, data = uri.split(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


@pytest.mark.parametrize(
    "text", ["**x**", ":red[x]", "$x$", "<b>x</b>", "[a](b)", "`c`", "~~s~~", "# h", "1. a", "&lt;"]
)
def test_every_mark_of_markup_is_escaped(text: str) -> None:
    literal = page_parts.literal(text)
    assert re.sub(r"\\(.)", r"\1", literal) == text
    assert not re.search(r"(?<!\\)[*:$<>\[`~#&]", literal)


def test_a_literal_stays_on_one_line() -> None:
    assert page_parts.literal("a\n\n# b") == r"a \# b"


def test_plain_words_are_left_alone() -> None:
    assert page_parts.literal("the café 12") == "the café 12"


def test_a_picture_survives_its_encoding() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (9, 5), dtype=np.uint8)
    np.testing.assert_array_equal(shown(page_parts.picture_uri(grey)), grey)


def test_a_small_picture_is_enlarged_by_whole_pixels() -> None:
    grey = np.array([[0, 255], [255, 0]], np.uint8)
    large = shown(page_parts.picture_uri(grey, width=7))
    np.testing.assert_array_equal(large, grey.repeat(3, 0).repeat(3, 1))


def test_a_large_picture_is_not_made_smaller() -> None:
    assert shown(page_parts.picture_uri(np.zeros((40, 40), np.uint8), width=10)).shape == (40, 40)


def test_fractions_become_bytes_and_stay_within_them() -> None:
    found = page_parts.as_bytes(np.array([[-0.5, 0.0, 0.5, 1.0, 9.0]], np.float32))
    assert found.tolist() == [[0, 0, 128, 255, 255]]


def test_an_icon_code_is_kept_from_becoming_an_icon() -> None:
    for code in (":material/home:", ":streamlit:"):
        shown = page_parts.literal(code)
        assert code not in shown.replace("\\", "")
        assert shown.replace("\\", "").replace("\u2060", "") == code
