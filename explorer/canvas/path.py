"""The way from one item to another: scrubbed live, played, and taken away."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.canvas.component import component, nothing


def latent_path(
    steps: NDArray[np.uint8] | Sequence[str],
    *,
    key: str,
    model: str,
    modality: str,
    live: Mapping[str, str] | None,
    ends: tuple[NDArray[np.floating], NDArray[np.floating]],
    names: tuple[str, str],
    spherical: bool = False,
    note: str = "",
) -> None:
    """Mount a path between `ends`, each (latent_dim,).

    Args:
        steps: what lies at even steps of it, both ends included: pictures (n, height, width[,
            colours]) or texts. What lies between them is decoded through the live socket.
        names: what the ends are called.
        spherical: along the great circle.
    """
    start, end = ends
    component("latentPath")(
        key=key,
        data={
            "model": model,
            "modality": modality,
            "live": None if live is None else dict(live),
            "from": [float(value) for value in start],
            "to": [float(value) for value in end],
            "spherical": spherical,
            "names": list(names),
            "frames": _frames(steps),
            "note": note,
        },
        on_state_change=nothing,
    )


def _frames(steps: NDArray[np.uint8] | Sequence[str]) -> dict[str, Any]:
    if not isinstance(steps, np.ndarray):
        return {"texts": list(steps), "pictures": None}
    count, height, width, *colours = steps.shape
    pixels = base64.b64encode(np.ascontiguousarray(steps).tobytes()).decode("ascii")
    size = {"count": count, "height": height, "width": width}
    channels = colours[0] if colours else 1
    return {"texts": None, "pictures": {**size, "channels": channels, "pixels": pixels}}
