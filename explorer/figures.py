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

from explorer import hover as hover_text
from explorer.colouring import PALETTE, Categories, Colouring, Continuous

TRAIN, VALIDATION = PALETTE[0], PALETTE[3]
ACCENT = "#7c6ff0"
FAINT = "rgba(128, 134, 145, 0.28)"
PLAIN: dict[str, Any] = {"displayModeBar": False}


def latent_map(
    points: NDArray[np.float32],
    items: NDArray[np.int64],
    colouring: Colouring,
    hover: NDArray[np.object_] | None = None,
    axes: tuple[str, str] = ("", ""),
    revision: str = "",
) -> go.Figure:
    """Draw latent points (n, 2), one trace per category or one on a continuous scale.

    Args:
        points: (n, 2), where each point lies.
        items: (n,), the item of each point; a selection returns it as `customdata`.
        colouring: of the same n points.
        hover: (n,) ready hover texts, already escaped.
        axes: names of the two axes.
        revision: while this stays the same, Plotly keeps the visitor's pan and zoom.
    """
    figure = go.Figure(layout=_map_layout(axes, revision))
    if isinstance(colouring, Continuous):
        everything = np.arange(len(points))
        figure.add_trace(_points(points, items, hover, everything, _scale(colouring, len(points))))
        figure.update_layout(showlegend=False)
        return figure
    for code, members in _drawing_order(colouring):
        marker = {"color": colouring.colours[code], **_marker(len(points))}
        trace = _points(points, items, hover, members, marker)
        name = hover_text.escape(hover_text.shortened(colouring.names[code], 40))
        trace.update(name=name or "(empty)", legendrank=code + 1)
        figure.add_trace(trace)
    figure.update_layout(showlegend=len(colouring.names) > 1)
    return figure


def mark_places(figure: go.Figure, places: NDArray[np.float32], names: Sequence[str]) -> go.Figure:
    """Write names, such as cluster numbers, at places (k, 2) on a map."""
    for (x, y), name in zip(places.tolist(), names, strict=True):
        figure.add_annotation(
            x=x,
            y=y,
            text=f"<b>{hover_text.escape(name)}</b>",
            showarrow=False,
            font={"size": 13, "color": "#1c1c24"},
            bgcolor="rgba(255, 255, 255, 0.82)",
            borderpad=2,
        )
    return figure


def cluster_sizes(sizes: NDArray[np.int64], colours: Sequence[str]) -> go.Figure:
    """Draw one horizontal bar per cluster, the first on top, in the cluster's own colour."""
    names = [str(number + 1) for number in range(len(sizes))]
    figure = go.Figure(
        go.Bar(
            x=sizes,
            y=names,
            orientation="h",
            marker={"color": list(colours)},
            text=[f"{size:,}" for size in sizes.tolist()],
            textposition="auto",
            textangle=0,
            cliponaxis=False,
            hovertemplate="cluster %{y}: %{x:,} items<extra></extra>",
        ),
        layout=_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8}),
    )
    figure.update_yaxes(autorange="reversed", type="category", title=None, ticksuffix="  ")
    figure.update_xaxes(visible=False)
    return figure


def training_curve(
    rows: Sequence[Mapping[str, Any]], term: str, epochs: float | None = None
) -> go.Figure:
    """Draw one term of a training ("elbo", "reconstruction" or "kl"; nats per item) over epochs.

    Rows are those of `metrics.jsonl`; validation values, present once an epoch, are a line of
    their own. Where `epochs` is given the axis reaches so far from the beginning, so that the
    picture stays still while the curve grows.
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


def _points(
    points: NDArray[np.float32],
    items: NDArray[np.int64],
    hover: NDArray[np.object_] | None,
    members: NDArray[np.intp],
    marker: dict[str, Any],
) -> go.Scattergl:
    return go.Scattergl(
        x=points[members, 0],
        y=points[members, 1],
        customdata=items[members].astype(np.int32),
        hovertext=None if hover is None else hover[members],
        hovertemplate=None if hover is None else "%{hovertext}<extra></extra>",
        hoverinfo="none" if hover is None else None,
        mode="markers",
        marker=marker,
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": 0.25}},
    )


def _drawing_order(colouring: Categories) -> list[tuple[int, NDArray[np.intp]]]:
    # The last category is the neutral "other" where there is one: it is drawn beneath the rest.
    members = [np.flatnonzero(colouring.codes == code) for code in range(len(colouring.names))]
    order = [len(members) - 1, *range(len(members) - 1)]
    return [(code, members[code]) for code in order if len(members[code])]


def _marker(count: int) -> dict[str, Any]:
    size = 8.0 if count <= 500 else 6.5 if count <= 3_000 else 5.0 if count <= 10_000 else 3.5
    return {"size": size, "opacity": 0.8, "line": {"width": 0}}


def _scale(colouring: Continuous, count: int) -> dict[str, Any]:
    return {
        **_marker(count),
        "color": colouring.values,
        "colorscale": "Viridis",
        "showscale": True,
        "colorbar": {
            "title": {"text": hover_text.escape(colouring.title), "side": "right"},
            "thickness": 10,
            "len": 0.5,
            "outlinewidth": 0,
        },
    }


def _map_layout(axes: tuple[str, str], revision: str) -> dict[str, Any]:
    axis = {"showgrid": False, "zeroline": True, "zerolinecolor": FAINT, "zerolinewidth": 1}
    quiet = {"size": 11, "color": "#868b94"}
    return _layout(
        margin={"l": 4, "r": 36, "t": 4, "b": 4},
        dragmode="pan",
        modebar={
            "orientation": "v",
            "bgcolor": "rgba(0, 0, 0, 0)",
            "color": "#868b94",
            "activecolor": ACCENT,
        },
        uirevision=revision or "map",
        xaxis={**axis, "title": {"text": axes[0], "font": quiet}, "tickfont": quiet},
        yaxis={
            **axis,
            "title": {"text": axes[1], "font": quiet},
            "tickfont": quiet,
            "scaleanchor": "x",
        },
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "itemsizing": "constant",
            "title": {"text": ""},
        },
        # Dark in both themes: pictures under the pointer are light ink on dark, as in the data.
        hoverlabel={
            "font": {"family": hover_text.FONT, "size": 13, "color": "#f4f4f7"},
            "bgcolor": "#1c1c24",
            "bordercolor": "#4a4a58",
            "align": "left",
        },
        hovermode="closest",
    )


def _layout(**more: Any) -> dict[str, Any]:
    return {
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "autosize": True,
        **more,
    }
