"""Figures of clusters: what speaks for each k, and clusters against labels."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.colouring import NEUTRAL, PALETTE
from explorer.figures_live import FAINT

LONGEST_NAME = 28
BLUE, ORANGE = "58, 155, 220", "221, 120, 30"
_ROW, _AROUND, _SQUARE = 26, 150, 22
_CLEAR = "rgba(0, 0, 0, 0)"


def choice_of_k(choice: Mapping[str, Any]) -> go.Figure:
    """Draw silhouette, that of a cloud and inertia over k, with the proposal marked.

    `choice`: `ks`, `silhouette`, `cloud`, `inertia`, `k` and `verdict` as of a `KChoice`.
    """
    ks = np.array(choice["ks"])
    figure = go.Figure()
    blue, grey, orange = PALETTE[0].dark, NEUTRAL.dark, PALETTE[3].dark
    for name, colour, dash, axis in (
        ("silhouette", blue, "solid", "y"),
        ("cloud", grey, "dot", "y"),
        ("inertia", orange, "solid", "y2"),
    ):
        figure.add_trace(
            go.Scatter(
                x=ks,
                y=np.array(choice[name], np.float64),
                name="without clusters" if name == "cloud" else name,
                mode="lines",
                line={"color": colour, "width": 2, "dash": dash},
                yaxis=axis,
                hovertemplate="%{y:.3f}",
            )
        )
    if choice["verdict"] != "none":
        at = int(np.flatnonzero(ks == choice["k"])[0])
        figure.add_trace(
            go.Scatter(
                x=ks[at : at + 1],
                y=np.array(choice["silhouette"], np.float64)[at : at + 1],
                mode="markers",
                marker={"size": 12, "color": blue, "line": {"width": 2, "color": "white"}},
                name="proposed",
                showlegend=False,
                hoverinfo="skip",
            )
        )
        figure.add_vline(x=int(choice["k"]), line={"color": blue, "width": 1, "dash": "dot"})
    figure.update_layout(
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        autosize=True,
        margin={"l": 8, "r": 8, "t": 4, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hovermode="x unified",
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "zeroline": False,
            "showticklabels": False,
        },
    )
    figure.update_xaxes(title="k", showgrid=False, zeroline=False, nticks=10)
    figure.update_layout(yaxis={"gridcolor": FAINT, "zeroline": False, "nticks": 4})
    return figure


def contingency(
    table: NDArray[np.int64], labels: Sequence[str], clusters: Sequence[str], *, dark: bool = False
) -> go.Figure:
    """Draw how many items have each label and are in each cluster: table (labels, clusters).

    A cell is the stronger the larger its share of the label is; `dark`: what is below the figure.
    """
    rows, columns = table.shape
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    y, x = np.divmod(np.arange(rows * columns), columns)
    said = [
        f"{table[row, column]:,} items of label {plain(labels[row])}<br>in "
        f"{plain(clusters[column])}: {shares[row, column]:.0%} of the label"
        for row, column in zip(y.tolist(), x.tolist(), strict=True)
    ]
    figure = go.Figure(heat(shares, table, BLUE, dark=dark))
    return with_cells(figure, labels, clusters, said)


def heat(
    shares: NDArray[np.float64], table: NDArray[np.int64], colour: str, *, dark: bool
) -> go.Heatmap:
    """Draw cells (rows, columns) as strong as their shares, 0 to 1, with their counts on them.

    A share that is no number leaves its cell empty; `colour`: "red, green, blue".
    """
    there = (table > 0) & np.isfinite(shares)
    return go.Heatmap(
        z=shares,
        zmin=0.0,
        zmax=1.0,
        text=np.where(there, np.char.mod("%d", table), ""),
        texttemplate="%{text}",
        # Plotly would choose it for an opaque cell.
        textfont={"color": "#f2f3f5" if dark else "#1c1e22"},
        colorscale=[[0.0, f"rgba({colour}, 0.04)"], [1.0, f"rgba({colour}, 0.95)"]],
        showscale=False,
        hoverinfo="skip",
        hoverongaps=False,
        xgap=2,
        ygap=2,
    )


def with_cells(
    figure: go.Figure, rows: Sequence[str], columns: Sequence[str], said: Sequence[str]
) -> go.Figure:
    """Name the rows and columns of cells, and let them be clicked; `said`: of each, row by row.

    Squares that cannot be seen lie on the cells, one point each, since Plotly selects nothing on a
    heat map.
    """
    y, x = np.divmod(np.arange(len(rows) * len(columns)), len(columns))
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker={"symbol": "square", "size": _SQUARE, "color": "rgba(0, 0, 0, 0.005)"},
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            text=said,
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_layout(
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        autosize=True,
        margin={"l": 8, "r": 72, "t": 8, "b": 8},
        height=_ROW * len(rows) + _AROUND,
        clickmode="event+select",
        dragmode=False,
    )
    figure.update_xaxes(
        tickvals=np.arange(len(columns)), ticktext=[plain(name) for name in columns],
        tickangle=-40, showgrid=False, zeroline=False, automargin=True, side="top",
        fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=np.arange(len(rows)), ticktext=[plain(name) for name in rows],
        autorange="reversed", showgrid=False, zeroline=False, automargin=True, fixedrange=True,
    )  # fmt: skip
    return figure


def plain(name: str) -> str:
    """Return a name as Plotly shows it word for word, cut where it is long: it reads markup."""
    words = " ".join(name.split())
    cut = words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 1] + "…"
    # Between two dollar signs there would be mathematics.
    return html.escape(cut, quote=False).replace("$", "$\u2060")
