"""What a point says under the pointer."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import hover


def test_markup_is_escaped_and_only_our_own_line_breaks_remain() -> None:
    text = '<b>bold</b> & <a href="http://x">link</a> <script>alert(1)</script><br>'
    shown = hover.text_lines([text])[0]
    assert "<" not in shown.replace("<br>", "")
    assert shown.replace("<br>", "").startswith("&lt;b&gt;bold&lt;/b&gt; &amp; &lt;a href=")
    assert "&lt;br&gt;" in shown


def test_an_entity_in_a_text_stays_as_it_is_written() -> None:
    assert hover.escape("a &lt; b") == "a &amp;lt; b"


def test_control_characters_and_lone_surrogates_become_spaces() -> None:
    assert hover.escape("a\x00b\ud800c\u202ed\ne") == "a b c d e"


def test_a_long_text_is_cut_and_wrapped() -> None:
    shown = hover.text_lines(["word " * 100])[0]
    lines = shown.split("<br>")
    assert shown.endswith("…")
    assert sum(map(len, lines)) + len(lines) - 1 <= hover.LONGEST_TEXT
    assert max(map(len, lines)) <= hover.LINE_WIDTH


def test_a_word_longer_than_a_line_is_broken() -> None:
    lines = hover.text_lines(["x" * 100])[0].split("<br>")
    assert [len(line) for line in lines] == [hover.LINE_WIDTH, hover.LINE_WIDTH, 12]


def test_a_huge_text_is_cut_before_it_is_looked_at() -> None:
    assert len(hover.shortened("a" * 10_000_000)) == hover.LONGEST_TEXT


def test_an_empty_text_is_one_empty_line() -> None:
    assert hover.text_lines(["", "  "]) == ["", ""]


@pytest.mark.parametrize(
    ("shape", "rows", "columns"),
    [((8, 8), 4, 8), ((28, 28), 7, 14), ((5, 9), 3, 9), ((1, 1), 1, 1), ((64, 20), 7, 14)],
)
def test_a_picture_has_two_pixels_to_a_character_and_is_never_large(
    shape: tuple[int, int], rows: int, columns: int
) -> None:
    shown = hover.picture_lines(np.full((2, *shape), 255, np.uint8))
    assert len(shown) == 2
    lines = shown[0].split("<br>")
    assert [len(line) for line in lines] == [columns] * rows


def test_ink_is_dense_and_paper_is_blank() -> None:
    pictures = np.zeros((2, 4, 4), np.float32)
    pictures[1, :, 2:] = 1.0
    blank, half = hover.picture_lines(pictures)
    assert blank == "<br>"
    assert half == "  ██<br>  ██"


def test_upper_and_lower_halves_are_told_apart() -> None:
    picture = np.array([[[255, 0], [0, 255]]], np.uint8)
    assert hover.picture_lines(picture) == ["▀▄"]


def test_bytes_and_fractions_draw_the_same() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    assert hover.picture_lines(grey) == hover.picture_lines(grey.astype(np.float32) / 255)


def test_reducing_keeps_the_mean_of_each_block() -> None:
    picture = np.zeros((1, 28, 28), np.float32)
    picture[0, :2, :2] = 1.0
    assert hover.picture_lines(picture)[0].startswith("▀<br>")


def test_footers_are_escaped_and_stand_on_their_own_line() -> None:
    assert hover.with_footer(["body"], ["<i>x</i>"]).tolist() == ["body<br>&lt;i&gt;x&lt;/i&gt;"]


def test_a_faint_picture_shows_its_shape_and_noise_on_a_blank_one_does_not() -> None:
    faint = np.zeros((1, 2, 2), np.float32)
    faint[0, :, 1] = 0.3
    assert hover.picture_lines(faint) == [" █"]
    assert hover.picture_lines(faint / 10) == [""]
