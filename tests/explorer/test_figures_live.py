"""What a running training is drawn with."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import figures_live

ROWS: list[dict[str, Any]] = [
    {"epoch": 0.5, "elbo": -9.0, "kl": 2.0, "validation_elbo": None, "validation_kl": None},
    {"epoch": 1.0, "elbo": -8.0, "kl": 2.5, "validation_elbo": -8.5, "validation_kl": 2.3},
    {"elbo": -7.0},
    {"epoch": 1.5, "elbo": float("nan"), "kl": float("inf")},
]


def lines(option: dict[str, Any]) -> dict[str, Any]:
    return {line["name"]: line["data"] for line in option["series"]}


def test_a_training_curve_shows_its_term_and_skips_what_is_not_there() -> None:
    shown = lines(figures_live.training_curve(ROWS, "elbo"))
    assert shown == {"training": [(0.5, -9.0), (1.0, -8.0)], "validation": [(1.0, -8.5)]}
    shown = lines(figures_live.training_curve(ROWS, "kl"))
    assert shown == {"training": [(0.5, 2.0), (1.0, 2.5)], "validation": [(1.0, 2.3)]}


def test_a_running_training_is_drawn_on_the_whole_way_ahead() -> None:
    axis = figures_live.training_curve([], "elbo", epochs=20)["xAxis"]
    assert (axis["min"], axis["max"]) == (0, 20)
    axis = figures_live.training_curve(ROWS, "elbo")["xAxis"]
    assert (axis["min"], axis["max"]) == (0, 1)


def test_a_training_without_rows_is_an_empty_chart() -> None:
    assert not any(lines(figures_live.training_curve([], "elbo")).values())


@pytest.mark.parametrize(
    ("most", "top"), [(0.0, 1.0), (0.0613, 0.1), (0.2, 0.2), (1.0, 1.0), (4.0, 5.0), (30.0, 50.0)]
)
def test_the_weight_of_the_kl_has_a_scale_of_few_round_marks(most: float, top: float) -> None:
    rows = [{"epoch": 1.0, "kl": 3.0, "beta": 0.0}, {"epoch": 2.0, "kl": 5.0, "beta": most}]
    option = figures_live.training_curve(rows, "kl")
    assert lines(option)["β (right)"] == [(1.0, 0.0), (2.0, most)]
    left, right = option["yAxis"]
    assert "position" not in left
    assert (right["position"], right["min"], right["max"]) == ("right", 0, top)
    assert right["interval"] == top / 2


def test_a_weight_is_drawn_beside_the_kl_alone() -> None:
    rows = [{"epoch": 1.0, "elbo": -9.0, "kl": 3.0, "beta": 1.0}]
    assert "β (right)" not in lines(figures_live.training_curve(rows, "elbo"))
    assert "β (right)" not in lines(figures_live.training_curve([{"epoch": 1.0, "kl": 3.0}], "kl"))


@given(st.lists(st.dictionaries(st.sampled_from(["epoch", "kl", "beta"]), st.floats() | st.text())))
@settings(deadline=None)
def test_whatever_a_log_holds_can_be_sent(rows: list[dict[str, Any]]) -> None:
    json.dumps(figures_live.training_curve(rows, "kl"), allow_nan=False)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_each_dimension_has_a_bar_of_its_own_name(count: int) -> None:
    option = figures_live.dimension_bars(np.arange(count, dtype=np.float32))
    assert option["xAxis"]["data"] == [f"z{number}" for number in range(1, count + 1)]
    assert option["series"][0]["data"] == list(range(count))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_cloud_has_one_scale_both_ways_and_no_labels(count: int) -> None:
    points = np.array([[0, 0], [10, 1], [4, 2]], np.float32)[:count]
    option = figures_live.cloud(points, ("<b>a</b>", "b", "b")[:count])
    across, up = option["xAxis"], option["yAxis"]
    assert across["max"] - across["min"] == pytest.approx(up["max"] - up["min"])
    shown = [point for group in option["series"] for point in group["data"]]
    assert sorted(shown) == sorted(points.tolist())
    assert "<b>" not in json.dumps(option)
