"""What a running training is drawn with: arrays in, ECharts options out. No Streamlit.

A Plotly chart is a new one to the browser with each new number, whatever its key: it is taken down
and built again, which is seen on a busy machine. An ECharts chart with a key stays and takes its
new option.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.colouring import NEUTRAL, PALETTE, all_alike, by_category, colours

TRAIN, VALIDATION = PALETTE[0].light, PALETTE[3].light
FAINT = "rgba(128, 134, 145, 0.28)"
_MARKED_EPOCHS = 60
_LEAST_WEIGHT = 1e-9

Option = dict[str, Any]


def training_curve(
    rows: Sequence[Mapping[str, Any]], term: str, epochs: float | None = None
) -> Option:
    """Draw one term of a training ("elbo", "reconstruction" or "kl"; nats per item) over epochs.

    Rows are those of `metrics.jsonl`; validation values, present once an epoch, are a line of
    their own; the KL has its weight β drawn in, on a scale of its own at the right. Where `epochs`
    is given the axis reaches so far from the beginning, so that the picture stays still while the
    curve grows.
    """
    series = [
        _line(rows, term, "training", TRAIN),
        _line(rows, f"validation_{term}", "validation", VALIDATION),
    ]
    scales = [_scale(scale=True, axisLabel={"show": bool(rows)})]
    if term == "kl" and (weight := _points(rows, "beta")):
        series.append(_weight(weight))
        scales.append(_scale_of_weight(max(beta for _, beta in weight)))
    return {
        "animation": False,
        "grid": {"left": 4, "right": 12, "top": 36, "bottom": 22, "containLabel": True},
        "legend": {"left": 0, "top": 0, "itemWidth": 18, "itemHeight": 8},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.2f", "confine": True},
        "xAxis": {
            "type": "value",
            "name": "epoch",
            "nameLocation": "middle",
            "nameGap": 24,
            "min": 0,
            "max": math.ceil(max((x for x, _ in _points(rows, term)), default=1.0))
            if epochs is None
            else epochs,
            "splitLine": {"show": False},
        },
        "yAxis": scales,
        "series": series,
    }


def cloud(points: NDArray[np.float32], labels: Sequence[str] = ()) -> Option:
    """Draw points (n, 2) where they lie, coloured by their labels where there are any.

    Both ways have one scale where the chart is square. Labels are people's own words, which a
    tooltip would read as markup: none is written.
    """
    groups = by_category(labels) if labels else all_alike(len(points))
    shades = [shade.light for shade in colours(len(groups.names))]
    if groups.left_over:
        shades[-1] = NEUTRAL.light
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else np.zeros((2, 2))
    middle, reach = (low + high) / 2, 0.55 * float((high - low).max()) or 1.0
    across, up = (
        {"type": "value", "show": False, "min": float(at - reach), "max": float(at + reach)}
        for at in middle
    )
    return {
        "animation": False,
        "legend": {"show": False},
        "tooltip": {"show": False},
        "grid": {"left": 0, "right": 0, "top": 0, "bottom": 0, "containLabel": False},
        "xAxis": across,
        "yAxis": up,
        "series": [
            {
                "type": "scatter",
                "symbolSize": 5,
                "silent": True,
                "itemStyle": {"color": shade},
                "data": np.round(points[groups.codes == code], 3).tolist(),
            }
            for code, shade in enumerate(shades)
        ],
    }


def dimension_bars(values: NDArray[np.float32]) -> Option:
    """Draw one bar for each latent dimension (latent_dim,), in their order."""
    names = [f"z{number}" for number in range(1, len(values) + 1)]
    return {
        "animation": False,
        "legend": {"show": False},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.2f", "confine": True},
        "grid": {"left": 4, "right": 4, "top": 8, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": names, "axisTick": {"show": False}},
        "yAxis": _scale(min=0),
        "series": [
            {
                "type": "bar",
                "name": "KL",
                "barCategoryGap": "15%",
                "itemStyle": {"color": TRAIN},
                "data": np.round(values.astype(np.float64), 4).tolist(),
            }
        ],
    }


def _points(rows: Sequence[Mapping[str, Any]], key: str) -> list[tuple[float, float]]:
    """Epoch and value of the rows that have both; what is no number cannot be drawn."""
    found = ((row.get("epoch"), row.get(key)) for row in rows)
    return [
        (round(float(x), 4), float(y))
        for x, y in found
        if isinstance(x, int | float) and isinstance(y, int | float)
        if math.isfinite(x) and math.isfinite(y)
    ]


def _line(rows: Sequence[Mapping[str, Any]], key: str, name: str, colour: str) -> Option:
    points = _points(rows, key)
    validation = key.startswith("validation")
    return {
        "type": "line",
        "name": name,
        "data": points,
        "symbol": "circle",
        "symbolSize": 5,
        "showSymbol": validation and len(points) <= _MARKED_EPOCHS,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 2 if validation else 1.25},
    }


def _weight(points: list[tuple[float, float]]) -> Option:
    colour = NEUTRAL.dark
    return {
        "type": "line",
        "name": "β (right)",
        "yAxisIndex": 1,
        "data": points,
        "symbol": "circle",
        "showSymbol": False,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 1.25, "type": "dashed"},
    }


def _scale(**more: Any) -> Option:
    return {"type": "value", "splitNumber": 4, "splitLine": {"lineStyle": {"color": FAINT}}, **more}


def _scale_of_weight(most: float) -> Option:
    """From none to a round number that holds the most, with few marks: 0, half of it, all of it."""
    top = _round_up(most)
    return _scale(position="right", min=0, max=top, interval=top / 2, splitLine={"show": False})


def _round_up(value: float) -> float:
    """The least of 1, 2, 5, 10, 20 … and 0.5, 0.2, 0.1 … that is not below `value`."""
    if value < _LEAST_WEIGHT:
        return 1.0
    power = math.floor(math.log10(value))
    found = (float(f"{digit}e{power}") for digit in (1, 2, 5, 10))
    return next(one for one in found if one >= value)
