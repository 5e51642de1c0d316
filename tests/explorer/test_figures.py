"""Plotly figures from arrays."""

from __future__ import annotations

import json

import plotly.io

from explorer import figures


def test_both_themes_show_through_every_figure() -> None:
    layout = figures.compared_curves([], [], "elbo").layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"


def test_numbers_travel_as_base64() -> None:
    figure = figures.compared_curves([{"epoch": 1.0, "elbo": -9.0}], [], "elbo")
    trace = json.loads(plotly.io.to_json(figure))["data"][0]
    assert {key: set(trace[key]) for key in ("x", "y")} == {
        key: {"dtype", "bdata"} for key in ("x", "y")
    }


def test_two_trainings_are_drawn_and_what_is_not_there_yet_is_skipped() -> None:
    one = [
        {"epoch": 0.5, "elbo": -9.0, "validation_elbo": None},
        {"epoch": 1.0, "elbo": -8.0, "validation_elbo": -8.5},
        {"elbo": -7.0},
    ]
    curves = {trace.name: trace for trace in figures.compared_curves(one, [], "elbo").data}
    assert list(curves["A, training"].x) == [0.5, 1.0]
    assert list(curves["A, validation"].y) == [-8.5]
    assert len(curves["B, training"].x) == len(curves["B, validation"].x) == 0
