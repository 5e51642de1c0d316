"""Arrays in, Plotly figures out. No Streamlit; backgrounds are clear, so that both themes fit.

What changes while one looks is drawn in `figures_live.py`.

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

from explorer.figures_live import FAINT, TRAIN, VALIDATION

PLAIN: dict[str, Any] = {"displayModeBar": False}


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

    Rows are those of `metrics.jsonl`: training is thin, validation thick.
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
