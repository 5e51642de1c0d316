"""What a map is made of, as bytes: small, named by its content, and right to the last point."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.canvas import columns
from explorer.colouring import Continuous, all_alike, by_category, by_code


def content(column: columns.Column | None) -> bytes:
    assert column is not None
    assert column.data.startswith(column.name.encode())
    return column.data[columns.NAME_LENGTH :]


def test_places_travel_as_they_are_in_eight_bytes_a_point() -> None:
    points = np.random.default_rng(0).standard_normal((100, 2))
    raw = content(columns.places(points))
    assert len(raw) == 8 * 100
    assert np.array_equal(np.frombuffer(raw, "<f4").reshape(-1, 2), points.astype(np.float32))


def test_a_name_is_that_of_the_content_alone() -> None:
    points = np.zeros((4, 2), np.float32)
    assert columns.places(points) == columns.places(points.copy())
    assert columns.places(points).name != columns.places(points + 1).name


@pytest.mark.parametrize(("count", "size"), [(2, 1), (256, 1), (257, 2), (60_000, 2)])
def test_classes_take_no_more_bytes_than_they_need(count: int, size: int) -> None:
    codes = np.array([0, count - 1, 1], np.int32)
    column, about = columns.colours(by_code(codes, [str(i) for i in range(count)]), "Label")
    assert columns.class_bytes(count) == size
    assert np.frombuffer(content(column), f"<u{size}").tolist() == codes.tolist()
    assert about["names"] == [str(i) for i in range(count)]
    assert about["other"] == -1


@pytest.mark.parametrize(("count", "size"), [(3, 1), (255, 1), (256, 2)])
def test_noise_is_one_more_cluster(count: int, size: int) -> None:
    raw = content(columns.clusters(np.array([0, -1, count - 1], np.int32), count))
    assert np.frombuffer(raw, f"<u{size}").tolist() == [0, count, count - 1]


def test_places_in_space_take_twelve_bytes() -> None:
    points = np.random.default_rng(0).standard_normal((10, 3))
    assert len(content(columns.places(points))) == 12 * 10


def test_left_over_names_are_known_as_such() -> None:
    _, about = columns.colours(by_category([str(i) for i in range(40)]), "Label")
    assert about["other"] == 9


def test_a_single_class_needs_no_column() -> None:
    column, about = columns.colours(all_alike(5), "One colour")
    assert column is None
    assert about["kind"] == "classes"


def test_values_keep_their_order_and_the_extremes_do_not_take_all_colours() -> None:
    values = np.concatenate([np.linspace(2.0, 4.0, 1000), [1e6, -1e6]]).astype(np.float32)
    column, about = columns.colours(Continuous("x", values), "x")
    steps = np.frombuffer(content(column), "<u2")
    assert (np.diff(steps[:1000].astype(int)) >= 0).all()
    assert len(np.unique(steps[:1000] // 1024)) > 50
    assert steps[1000] == columns.UNKNOWN - 1
    assert steps[1001] == 0
    assert 1.9 < float(str(about["low"])) < 2.1 < 3.9 < float(str(about["high"])) < 4.1


@pytest.mark.parametrize(
    "values", [[np.nan] * 3, [np.inf, -np.inf, np.nan], [5.0, 5.0, np.nan], []]
)
def test_values_without_a_range_make_a_scale_without_a_warning(values: list[float]) -> None:
    numbers = np.array(values, np.float32)
    column, about = columns.colours(Continuous("x", numbers), "x")
    steps = np.frombuffer(content(column), "<u2")
    assert ((steps == columns.UNKNOWN) == ~np.isfinite(numbers)).all()
    assert np.isfinite([float(str(about["low"])), float(str(about["high"]))]).all()


def test_a_filter_is_a_bit_a_point() -> None:
    mask = np.random.default_rng(0).random(77) < 0.5
    raw = content(columns.bits(mask))
    assert len(raw) == 10
    assert [bool(raw[i >> 3] >> (i & 7) & 1) for i in range(77)] == mask.tolist()


def test_a_million_points_in_colour_with_clusters_take_at_most_twelve_bytes_each() -> None:
    count = 1_000_000
    points = np.zeros((count, 2), np.float32)
    scale, _ = columns.values(np.arange(count, dtype=np.float32))
    groups = columns.classes(np.zeros(count, np.int32), 256)
    total = sum(len(one.data) for one in (columns.places(points), scale, groups))
    assert total <= 12 * count
