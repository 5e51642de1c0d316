"""Figures of the Read page: how much each dimension is used, and what differs in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.colouring import NEUTRAL, PALETTE
from explorer.figures_live import FAINT

_CLEAR = "rgba(0, 0, 0, 0)"
# Missing ink is darker than what is the same, and added ink lighter: no colour is needed to tell.
_SAME, _MISSING, _ADDED = (
    np.array(colour, np.float64) for colour in ((128, 128, 128), (0, 28, 74), (255, 226, 168))
)


def usage_bars(names: Sequence[str], usage: Sequence[float], chosen: int) -> go.Figure:
    """Draw a bar for each dimension, in the order given; that at place `chosen` stands out."""
    colours = [PALETTE[0].dark if at == chosen else NEUTRAL.dark for at in range(len(names))]
    bars = go.Bar(
        x=list(names),
        y=np.array(usage, np.float64),
        marker={"color": colours},
        hovertemplate="%{x}: %{y:.2f} nats<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_layout(
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        autosize=True,
        margin={"l": 8, "r": 8, "t": 4, "b": 8},
        bargap=0.15,
    )
    figure.update_xaxes(showgrid=False, type="category", tickangle=0, nticks=16)
    figure.update_yaxes(
        title="KL, nats", gridcolor=FAINT, zeroline=False, nticks=4, rangemode="tozero"
    )
    return figure


def difference_picture(difference: NDArray[Any]) -> NDArray[np.uint8]:
    """Return rebuilt − source (h, w[, colours]), −1 to 1, as a picture (h, w, 3).

    Grey where both are the same, dark blue where ink is missing, light yellow where it was added.
    Colours are averaged.
    """
    grey = difference if difference.ndim == 2 else difference.mean(axis=2)
    share = np.clip(np.abs(grey), 0.0, 1.0)[..., None]
    ends = np.where(grey[..., None] > 0, _ADDED, _MISSING)
    return np.asarray(np.rint(_SAME + share * (ends - _SAME)), np.uint8)
