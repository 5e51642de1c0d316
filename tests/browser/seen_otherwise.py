"""An app of one map, on which the same items are seen in several ways; `streamlit run` starts it.

`?count=` says how many items there are, of which a thirtieth is noise.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.canvas.mount import Answer, Source, current, latent_map, send
from explorer.canvas.named import Clusters, Level
from explorer.canvas.state import Probed
from explorer.colouring import by_code

THEMES = ("animals", "food, drink and what one may well call a very long name", "tools")
RIGHT_TO_LEFT = "שלום עולם"
COUNT = int(st.query_params.get("count", 3000))
WAYS = ("flat", "other", "space")


def decode(probe: Probed) -> Answer | None:
    """Answer with words that say what was asked."""
    where = f"at {probe.x:.3f}" if probe.index is None else f"item {probe.index}"
    return Answer(1.0, probe.index or 0, np.array([1.0, 2.0]), f"<b>decoded</b> {where}")


@st.cache_data
def items(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where items lie in space, (count, 3), and their clusters (count,): −1 is noise."""
    draw = np.random.default_rng(3)
    codes = np.arange(count) % 12
    angle = codes * (2 * np.pi / 12)
    middle = np.column_stack([np.cos(angle), np.sin(angle), np.sin(3 * angle)]) * 3
    points = middle + draw.normal(0, 0.35, (count, 3))
    noise = np.arange(count) % 30 == 29
    points[noise] = draw.uniform(-4, 4, (int(noise.sum()), 3))
    return points.astype(np.float32), np.where(noise, -1, codes).astype(np.int32)


st.html("<style>.stMainBlockContainer { padding: 3.5rem 1rem 1rem } </style>")
space, codes = items(COUNT)
way = st.segmented_control("Seen", WAYS, default="flat", key="way", label_visibility="collapsed")
points = {
    "flat": space[:, :2],
    "other": np.column_stack([space[:, 2], -2 * space[:, 0]]),
    "space": space,
}[way or "flat"]
names = [f"theme {number}" if number else RIGHT_TO_LEFT for number in range(12)]
sent = send(
    points,
    key="map",
    colour=by_code(codes, names),
    title="Themes",
    clusters=Clusters(names, codes, [Level(THEMES, [number // 4 for number in range(12)])]),
)
state = current("map", COUNT)
source = Source("m", way or "flat", "texts", "items", decode=decode)
with st.container(key="map_room", gap=None):
    latent_map(sent, source, key="map", picked=state.picked, pins=state.pins, height=640)
st.text(f"{len(state.selection)} selected, item {state.picked}, {len(state.pins)} pins")
