"""A way through the latent space: scrubbed live, played, and taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.canvas.component import base64_of, component, nothing, packed

STRAIGHT, CIRCLE, DRAWN = "straight", "circle", "drawn"


@dataclass(frozen=True, eq=False)
class Route:
    """A way through the latent space.

    Attributes:
        kind: STRAIGHT or CIRCLE, of which the browser computes every point from the two ends; or
            DRAWN, which goes straight from each point of `z` to the next.
        z: (n, latent_dim), points evenly apart, both ends included.
        places: (n, 2), where they lie on the map.
        trust: (n,), 1 where items are dense, towards 0 where there are none.
        names: what the ends are called.
    """

    kind: str
    z: NDArray[np.float32]
    places: NDArray[np.floating]
    trust: NDArray[np.floating]
    names: tuple[str, str]


def latent_path(
    route: Route,
    steps: NDArray[np.uint8] | Sequence[str],
    *,
    key: str,
    model: str,
    modality: str,
    live: Mapping[str, str] | None,
    note: str = "",
) -> None:
    """Mount a path.

    Args:
        steps: what lies at even steps of it, both ends included: pictures (n, height, width[,
            colours]) or texts. What lies between them is decoded through the live socket.
        note: one sentence below what is decoded, or nothing.
    """
    z = route.z if route.kind == DRAWN else route.z[[0, -1]]
    component("latentPath")(
        key=key,
        data={
            "model": model,
            "modality": modality,
            "live": None if live is None else dict(live),
            "route": {
                "kind": route.kind,
                "dim": z.shape[1],
                "z": base64_of(z.astype("<f4")),
                "trust": route.trust.round(3).tolist(),
            },
            "names": list(route.names),
            "frames": _frames(steps),
            "note": note,
        },
        on_state_change=nothing,
    )


def _frames(steps: NDArray[np.uint8] | Sequence[str]) -> dict[str, Any]:
    if isinstance(steps, np.ndarray):
        return {"texts": None, "pictures": packed(steps)}
    return {"texts": list(steps), "pictures": None}
