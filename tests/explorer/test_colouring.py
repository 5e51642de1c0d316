"""Which colour a point gets."""

from __future__ import annotations

import numpy as np

from explorer.colouring import (
    MOST_COLOURS,
    NEUTRAL,
    OKABE_ITO,
    PALETTE,
    Categories,
    Continuous,
    by_category,
    by_code,
    by_value,
    take,
)


def test_the_palette_begins_with_okabe_and_ito_and_never_repeats() -> None:
    assert PALETTE[: len(OKABE_ITO)] == OKABE_ITO
    assert len({colour.lower() for colour in PALETTE}) == len(PALETTE)


def test_ten_labels_get_a_colour_each_in_natural_order() -> None:
    labels = ["10", "9", *map(str, range(9))]
    labels.remove("8")
    found = by_category(labels)
    assert found.names == (*map(str, range(8)), "9", "10")
    assert found.colours == PALETTE[:10]
    assert [found.names[code] for code in found.codes] == labels


def test_of_more_the_nine_most_frequent_do_and_the_rest_is_neutral() -> None:
    labels = [f"label {i}" for i in range(45) for _ in range(50 - i)]
    found = by_category(labels)
    assert found.names[:9] == tuple(f"label {i}" for i in range(9))
    assert found.names[9] == "other (36 more)"
    assert found.colours == (*PALETTE[:9], NEUTRAL)
    assert len(found.names) == MOST_COLOURS
    others = [label for label, code in zip(labels, found.codes, strict=True) if code == 9]
    assert set(others) == {f"label {i}" for i in range(9, 45)}


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


def test_clusters_take_the_palette_round_and_round() -> None:
    found = by_code(np.arange(20, dtype=np.int32), [str(i) for i in range(20)])
    assert len(found.colours) == 20
    assert found.colours[len(PALETTE)] == PALETTE[0]


def test_some_of_the_points_keep_their_colours() -> None:
    some = take(by_category(["a", "b", "a"]), np.array([2, 1]))
    assert isinstance(some, Categories)
    assert some.codes.tolist() == [0, 1]
    scale = take(Continuous("x", np.array([1, 2, 3], np.float32)), np.array([2]))
    assert isinstance(scale, Continuous)
    assert scale.values.tolist() == [3]
