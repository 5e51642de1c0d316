"""Plotly figures from arrays."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.io

from explorer import figures
from explorer.colouring import NEUTRAL, PALETTE, Continuous, by_category

POINTS = np.random.default_rng(0).standard_normal((60, 2)).astype(np.float32)
ITEMS = np.arange(100, 160)


def test_a_map_has_a_trace_per_label_that_carries_the_items() -> None:
    labels = [str(i % 3) for i in range(60)]
    figure = figures.latent_map(POINTS, ITEMS, by_category(labels))
    by_name = {trace.name: trace for trace in figure.data}
    assert set(by_name) == {"0", "1", "2"}
    assert by_name["1"].marker.color == PALETTE[1]
    np.testing.assert_array_equal(by_name["1"].customdata, ITEMS[1::3])
    np.testing.assert_array_equal(by_name["1"].x, POINTS[1::3, 0])
    assert {trace.type for trace in figure.data} == {"scattergl"}
    assert figure.layout.showlegend


def test_the_neutral_rest_is_drawn_first_and_listed_last() -> None:
    figure = figures.latent_map(POINTS, ITEMS, by_category([str(i % 45) for i in range(60)]))
    assert len(figure.data) == 10
    assert figure.data[0].marker.color == NEUTRAL
    assert figure.data[0].legendrank > max(trace.legendrank for trace in figure.data[1:])


def test_one_label_needs_no_legend() -> None:
    assert not figures.latent_map(POINTS, ITEMS, by_category(["a"] * 60)).layout.showlegend


def test_a_hostile_label_is_escaped_in_the_legend() -> None:
    labels = ["<b>x</b>" if i % 2 else "" for i in range(60)]
    names = {t.name for t in figures.latent_map(POINTS, ITEMS, by_category(labels)).data}
    assert names == {"&lt;b&gt;x&lt;/b&gt;", "(empty)"}


def test_hover_texts_stay_with_their_points() -> None:
    hover = np.array([f"text {i}" for i in ITEMS], dtype=object)
    figure = figures.latent_map(POINTS, ITEMS, by_category([str(i % 2) for i in range(60)]), hover)
    odd = next(trace for trace in figure.data if trace.name == "1")
    assert list(odd.hovertext[:2]) == ["text 101", "text 103"]
    assert odd.hovertemplate == "%{hovertext}<extra></extra>"


def test_numbers_are_coloured_on_an_even_scale_with_its_name() -> None:
    values = Continuous("<i>length</i>", np.arange(60, dtype=np.float32))
    figure = figures.latent_map(POINTS, ITEMS, values)
    marker = figure.data[0].marker
    assert len(figure.data) == 1
    np.testing.assert_array_equal(marker.color, values.values)
    assert marker.colorbar.title.text == "&lt;i&gt;length&lt;/i&gt;"
    assert not figure.layout.showlegend


def test_numbers_travel_as_base64() -> None:
    figure = figures.latent_map(POINTS, ITEMS, by_category(["a"] * 60))
    trace = json.loads(plotly.io.to_json(figure))["data"][0]
    assert {key: set(trace[key]) for key in ("x", "y", "customdata")} == {
        key: {"dtype", "bdata"} for key in ("x", "y", "customdata")
    }


def test_both_themes_show_through_every_figure() -> None:
    for figure in (
        figures.latent_map(POINTS, ITEMS, by_category(["a"] * 60)),
        figures.cluster_sizes(np.array([3, 2]), PALETTE[:2]),
        figures.training_curve([], "elbo"),
    ):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"


def test_places_are_named_on_the_map() -> None:
    figure = figures.latent_map(POINTS, ITEMS, by_category(["a"] * 60))
    figures.mark_places(figure, POINTS[:2], ["1", "<u>2</u>"])
    assert [a.text for a in figure.layout.annotations] == [
        "<b>1</b>",
        "<b>&lt;u&gt;2&lt;/u&gt;</b>",
    ]
    assert figure.layout.annotations[0].x == POINTS[0, 0].item()


def test_cluster_sizes_are_bars_in_the_clusters_own_colours() -> None:
    bar = figures.cluster_sizes(np.array([1200, 7]), PALETTE[:2]).data[0]
    assert list(bar.marker.color) == list(PALETTE[:2])
    assert list(bar.text) == ["1,200", "7"]
    assert list(bar.y) == ["1", "2"]


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
