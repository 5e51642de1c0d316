"""Plotly figures from arrays."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.io
import pytest

from explorer import figures


def test_both_themes_show_through_every_figure() -> None:
    layout = figures.training_curve([], "elbo").layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"


def test_numbers_travel_as_base64() -> None:
    figure = figures.training_curve([{"epoch": 1.0, "elbo": -9.0}], "elbo")
    trace = json.loads(plotly.io.to_json(figure))["data"][0]
    assert {key: set(trace[key]) for key in ("x", "y")} == {
        key: {"dtype", "bdata"} for key in ("x", "y")
    }


def test_a_training_curve_shows_its_term_and_skips_what_is_not_there_yet() -> None:
    rows: list[dict[str, Any]] = [
        {"epoch": 0.5, "elbo": -9.0, "kl": 2.0} | {"validation_elbo": None, "validation_kl": None},
        {"epoch": 1.0, "elbo": -8.0, "kl": 2.5} | {"validation_elbo": -8.5, "validation_kl": 2.3},
        {"elbo": -7.0},
    ]
    training, validation = figures.training_curve(rows, "elbo").data
    assert (list(training.x), list(training.y)) == ([0.5, 1.0], [-9.0, -8.0])
    assert (list(validation.x), list(validation.y)) == ([1.0], [-8.5])
    assert [list(trace.y) for trace in figures.training_curve(rows, "kl").data] == [
        [2.0, 2.5],
        [2.3],
    ]


def test_a_running_training_is_drawn_on_the_whole_way_ahead() -> None:
    assert figures.training_curve([], "elbo", epochs=20).layout.xaxis.range == (0, 20)
    assert figures.training_curve([], "elbo").layout.xaxis.range is None


def test_a_training_without_rows_is_an_empty_chart() -> None:
    assert all(len(trace.x) == 0 for trace in figures.training_curve([], "elbo").data)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_each_dimension_has_a_bar_of_its_own_name(count: int) -> None:
    figure = figures.dimension_bars(np.arange(count, dtype=np.float32))
    assert list(figure.data[0].x) == [f"z{number}" for number in range(1, count + 1)]
    assert figure.layout.xaxis.type == "category"


def test_the_weight_of_the_kl_is_drawn_in() -> None:
    rows = [
        {"epoch": 1.0, "kl": 3.0, "elbo": -9.0, "beta": 0.0},
        {"epoch": 2.0, "kl": 5.0, "elbo": -8.0, "beta": 2.0},
    ]
    curves = {trace.name: trace for trace in figures.training_curve(rows, "kl").data}
    assert list(curves["β"].y) == [0.0, 2.0]
    assert curves["β"].yaxis == "y2"
    assert "β" not in {trace.name for trace in figures.training_curve(rows, "elbo").data}
    without = [{"epoch": 1.0, "kl": 3.0}]
    assert "β" not in {trace.name for trace in figures.training_curve(without, "kl").data}
