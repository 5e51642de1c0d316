"""Figures of clusters: what is drawn, and names that Plotly would read as markup."""

from __future__ import annotations

import numpy as np

from explorer import figures_clusters
from tests.explorer.made_runs import HOSTILE

CHOICE = {
    "ks": [2, 3, 4], "silhouette": [0.1, 0.4, 0.2], "cloud": [0.1, 0.1, 0.1],
    "inertia": [3.0, 2.0, 1.0], "k": 3, "verdict": "clear",
}  # fmt: skip


def test_the_proposal_is_marked_where_there_is_one() -> None:
    marked = figures_clusters.choice_of_k(CHOICE).data[-1]
    assert (marked.x.tolist(), marked.y.tolist()) == ([3], [0.4])
    without = figures_clusters.choice_of_k({**CHOICE, "verdict": "none"})
    assert [trace.name for trace in without.data] == ["silhouette", "without clusters", "inertia"]


def test_a_cell_is_a_point_in_the_order_of_the_rows() -> None:
    table = np.array([[3, 1, 0], [0, 0, 2]])
    cells, points = figures_clusters.contingency(table, ["a", "b"], ["x", "y", "z"]).data
    assert cells.z.tolist() == [[0.75, 0.25, 0.0], [0.0, 0.0, 1.0]]
    assert list(zip(points.y.tolist(), points.x.tolist(), strict=True)) == [
        (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2),
    ]  # fmt: skip
    assert points.text[0] == "3 items of label a<br>in x: 75% of the label"


def test_names_are_no_markup() -> None:
    assert figures_clusters.plain("<b>x</b> &lt; y") == "&lt;b&gt;x&lt;/b&gt; &amp;lt; y"
    figure = figures_clusters.contingency(np.array([[1]]), [HOSTILE], [HOSTILE])
    for text in (*figure.layout.xaxis.ticktext, *figure.layout.yaxis.ticktext):
        assert "<" not in text
        assert "$x$" not in text
