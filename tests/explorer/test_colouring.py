"""Which colour a point gets."""

from __future__ import annotations

import re

import numpy as np

from explorer import paths
from explorer.colouring import (
    MOST_COLOURS,
    NEUTRAL,
    PALETTE,
    Categories,
    Continuous,
    by_category,
    by_code,
    by_value,
    colours,
)


def test_the_page_and_the_canvas_have_the_same_colours() -> None:
    source = (paths.PACKAGE / "canvas" / "src" / "palettes.ts").read_text()
    pairs = re.findall(r'\["(#[0-9a-f]{6})", "(#[0-9a-f]{6})"\]', source)
    assert pairs == list(PALETTE)
    assert f'light: "{NEUTRAL.light}", dark: "{NEUTRAL.dark}"' in source
    for scheme in zip(*PALETTE, strict=True):
        assert len(set(scheme)) == len(PALETTE)


def test_groups_without_a_colour_of_their_own_are_neutral() -> None:
    found = colours(30)
    assert found[: len(PALETTE)] == list(PALETTE)
    assert set(found[len(PALETTE) :]) == {NEUTRAL}


def test_ten_labels_get_a_colour_each_in_natural_order() -> None:
    labels = ["10", "9", *map(str, range(9))]
    labels.remove("8")
    found = by_category(labels)
    assert found.names == (*map(str, range(8)), "9", "10")
    assert [found.names[code] for code in found.codes] == labels


def test_of_more_the_nine_most_frequent_do_and_the_rest_is_neutral() -> None:
    labels = [f"label {i}" for i in range(45) for _ in range(50 - i)]
    found = by_category(labels)
    assert found.names[:9] == tuple(f"label {i}" for i in range(9))
    assert found.names[9] == "other (36 more)"
    assert found.left_over
    assert len(found.names) == MOST_COLOURS
    others = [label for label, code in zip(labels, found.codes, strict=True) if code == 9]
    assert set(others) == {f"label {i}" for i in range(9, 45)}


def test_noise_is_a_neutral_group_of_its_own() -> None:
    found = by_code(np.array([1, -1, 0, -1], np.int32), ["a", "b"])
    assert found.names == ("a", "b", "Noise")
    assert found.codes.tolist() == [1, 2, 0, 2]
    assert found.left_over
    assert by_code(np.array([1, 0], np.int32), ["a", "b"]).names == ("a", "b")


def test_a_label_called_other_is_not_mixed_up_with_the_rest() -> None:
    found = by_category(["other"] * 5 + [str(i) for i in range(20)])
    assert found.names[0] == "other"
    assert (found.codes[:5] == 0).all()


def test_many_numbers_are_a_scale_with_gaps_where_there_is_none() -> None:
    found = by_value([*map(str, range(20)), ""], "length")
    assert isinstance(found, Continuous)
    assert found.title == "length"
    assert found.values[:20].tolist() == list(range(20))
    assert np.isnan(found.values[20])


def test_few_numbers_and_many_words_are_categories() -> None:
    assert isinstance(by_value(["1", "2", "1"]), Categories)
    assert isinstance(by_value([f"word {i}" for i in range(30)]), Categories)
    assert isinstance(by_value([*map(str, range(20)), "nan"]), Categories)


def test_what_has_no_value_is_neutral_and_last() -> None:
    few = by_category(["b", "", "a", ""])
    assert (few.names, few.codes.tolist(), few.left_over) == (
        ("a", "b", "none"),
        [1, 2, 0, 2],
        True,
    )
    many = by_category([*"abcdefghijkl", "", "", ""])
    assert many.names[-1] == "other (3 more) or none"
    assert many.codes[-1] == len(many.names) - 1
    assert by_category(["", ""]).names == ("none",)
