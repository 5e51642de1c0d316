"""Arrays in, Plotly figures out. No Streamlit; backgrounds are clear, so that both themes fit.

Figures carry numpy arrays, which travel as base64 (about 14 bytes a point); lists would be many
times larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# Plotly takes pandas out of sys.modules, even half-imported by the server's warm-up thread;
# importing it here waits until it is whole.
import pandas  # noqa: F401
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.colouring import NEUTRAL, PALETTE, all_alike, by_category, colours

TRAIN, VALIDATION = PALETTE[0].light, PALETTE[3].light
FAINT = "rgba(128, 134, 145, 0.28)"
PLAIN: dict[str, Any] = {"displayModeBar": False}


def training_curve(
    rows: Sequence[Mapping[str, Any]], term: str, epochs: float | None = None
) -> go.Figure:
    """Draw one term of a training ("elbo", "reconstruction" or "kl"; nats per item) over epochs.

    Rows are those of `metrics.jsonl`; validation values, present once an epoch, are a line of
    their own; the KL has its weight β drawn in, on a scale of its own at the right. Where `epochs`
    is given the axis reaches so far from the beginning, so that the picture stays still while the
    curve grows.
    """
    figure = go.Figure(layout=_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}))
    figure.add_trace(_curve(rows, term, "training", TRAIN))
    figure.add_trace(_curve(rows, f"validation_{term}", "validation", VALIDATION))
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        hovermode="x unified",
        uirevision="training",
    )
    figure.update_xaxes(title="epoch", gridcolor=FAINT, zeroline=False, hoverformat=".1f")
    if epochs is not None:
        figure.update_xaxes(range=[0, epochs])
    figure.update_yaxes(gridcolor=FAINT, zeroline=False, automargin=True)
    figure.update_yaxes(showticklabels=bool(rows))
    if term == "kl" and any(row.get("beta") is not None for row in rows):
        _draw_beta(figure, rows)
    return figure


def _draw_beta(figure: go.Figure, rows: Sequence[Mapping[str, Any]]) -> None:
    weight = _curve(rows, "beta", "β", NEUTRAL.dark)
    weight.update(line={"color": NEUTRAL.dark, "width": 1.25, "dash": "dot"}, yaxis="y2")
    figure.add_trace(weight)
    most = float(max(weight.y, default=1.0))
    figure.update_layout(
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "range": [0, 1.08 * most or 1.0],
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
            "nticks": 4,
        }
    )


def of_height(figure: go.Figure, pixels: int) -> go.Figure:
    """Give a figure the height of its place; return it.

    Without one Plotly first draws it 450 pixels high, whatever its place, which cuts off what is
    below until it is drawn again: seen each time that a chart renews itself.
    """
    return figure.update_layout(height=pixels)


def compared_curves(
    one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], term: str
) -> go.Figure:
    """Draw one term of two trainings, A and B, over their epochs (nats per item).

    Rows as for `training_curve`: training is thin, validation thick.
    """
    figure = go.Figure(layout=_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}))
    for name, rows, colour in (("A", one, TRAIN), ("B", other, VALIDATION)):
        training = _curve(rows, term, f"{name}, training", colour)
        figure.add_trace(training.update(opacity=0.45))
        figure.add_trace(_curve(rows, f"validation_{term}", f"{name}, validation", colour))
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"}, hovermode="x unified"
    )
    figure.update_xaxes(title="epoch", gridcolor=FAINT, zeroline=False, hoverformat=".1f")
    figure.update_yaxes(gridcolor=FAINT, zeroline=False, automargin=True)
    return figure


def cloud(points: NDArray[np.float32], labels: Sequence[str] = ()) -> go.Figure:
    """Draw points (n, 2) where they lie, coloured by their labels where there are any.

    Labels are people's own words, which Plotly would read as markup: none is written.
    """
    groups = by_category(labels) if labels else all_alike(len(points))
    shades = [shade.light for shade in colours(len(groups.names))]
    if groups.left_over:
        shades[-1] = NEUTRAL.light
    figure = go.Figure(layout=_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False))
    figure.add_trace(
        go.Scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="markers",
            hoverinfo="skip",
            marker={"size": 5, "color": [shades[code] for code in groups.codes.tolist()]},
        )
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return figure


def dimension_bars(values: NDArray[np.float32]) -> go.Figure:
    """Draw one bar for each latent dimension (latent_dim,), in their order."""
    figure = go.Figure(layout=_layout(margin={"l": 8, "r": 8, "t": 4, "b": 8}, bargap=0.15))
    # Names, not numbers: an axis of numbers would have a mark at z1.5.
    names = [f"z{number}" for number in range(1, len(values) + 1)]
    bars = go.Bar(x=names, y=values, marker={"color": TRAIN}, hovertemplate="%{x}: %{y:.2f}")
    figure.add_trace(bars.update(name=""))
    figure.update_xaxes(showgrid=False, type="category", nticks=8)
    figure.update_yaxes(gridcolor=FAINT, zeroline=False, automargin=True, nticks=4)
    return figure


def lengths(counts: Sequence[int]) -> go.Figure:
    """Draw how many items have so many words, in the bins of `vae_core.data.profile`."""
    from vae_core.data.profile import LENGTH_BINS

    lows = [0, *(end + 1 for end in LENGTH_BINS)]
    names = [f"{low}–{high}" for low, high in zip(lows, LENGTH_BINS, strict=False)]
    names.append(f"{lows[-1]} and more")
    used = max((number for number, count in enumerate(counts, 1) if count), default=1)
    figure = go.Figure(layout=_layout(margin={"l": 8, "r": 8, "t": 4, "b": 8}, bargap=0.08))
    bars = go.Bar(
        x=names[:used],
        y=np.array(counts[:used]),
        marker={"color": TRAIN},
        hovertemplate="%{y:,} items",
    )
    figure.add_trace(bars.update(name=""))
    figure.update_xaxes(showgrid=False, type="category")
    figure.update_yaxes(gridcolor=FAINT, zeroline=False, automargin=True, nticks=4)
    return figure


def _curve(rows: Sequence[Mapping[str, Any]], key: str, name: str, colour: str) -> go.Scatter:
    known = [row for row in rows if row.get(key) is not None and row.get("epoch") is not None]
    validation = key.startswith("validation")
    return go.Scatter(
        x=np.array([row["epoch"] for row in known], dtype=np.float64),
        y=np.array([row[key] for row in known], dtype=np.float64),
        name=name,
        showlegend=True,
        mode="lines+markers" if validation and len(known) <= 60 else "lines",
        marker={"size": 5},
        line={"color": colour, "width": 2 if validation else 1.25},
        hovertemplate="%{y:.2f}",
    )


def _layout(**more: Any) -> dict[str, Any]:
    return {
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "autosize": True,
        **more,
    }
