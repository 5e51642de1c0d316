"""Figures of an evaluation: which labels a probe takes for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures_clusters import BLUE, ORANGE, heat, plain, with_cells


def confusion(table: NDArray[np.int64], names: Sequence[str], *, dark: bool = False) -> go.Figure:
    """Draw how many items of each true label (rows) were given which (columns): (labels, labels).

    A cell is the stronger the larger its share of the true label; right ones are blue, the others
    orange. `dark`: what is below the figure.
    """
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    right = np.eye(len(names), dtype=bool)
    figure = go.Figure(
        [
            heat(np.where(right, shares, np.nan), table, BLUE, dark=dark),
            heat(np.where(right, np.nan, shares), table, ORANGE, dark=dark),
        ]
    )
    said = [
        f"{table[row, column]:,} items of {plain(names[row])}<br>taken for {plain(names[column])}: "
        f"{shares[row, column]:.0%} of the label"
        for row in range(len(names))
        for column in range(len(names))
    ]
    return with_cells(figure, names, names, said)
