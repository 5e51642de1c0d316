"""An item of the visitor's own: a pad to draw on, or a box to type in, encoded as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.canvas.component import Shown, component, nothing, said, still

MOST_CONTENT = 1 << 20


@dataclass(frozen=True, eq=False)
class Encoded:
    """What the model makes of an item.

    Attributes:
        z: (latent_dim,), the mean of its posterior.
        at: where that lies on each map.
        near: the nearest items.
        unknown: words that the model has never seen.
        read: how many tokens were read of a text that is longer, else None.
    """

    z: NDArray[np.floating]
    shown: Shown
    at: Mapping[str, tuple[float, float]]
    near: Sequence[int]
    unknown: Sequence[str] = ()
    read: int | None = None


def own_item(
    *,
    key: str,
    model: str,
    modality: str,
    one: str,
    live: Mapping[str, str] | None,
    shape: tuple[int, int, int] | None,
    encode: Callable[[str], Encoded | str],
) -> None:
    """Mount a pad, where the model reads pictures of `shape` (height, width, colours), or a box.

    Args:
        one: what one item is called, such as "sentence".
        encode: encodes what was drawn (base64 of its bytes) or typed, where there is no live
            socket; or says in a sentence why that cannot be.
    """
    heard = said(key)
    component("ownItem")(
        key=key,
        data={
            "model": model,
            "modality": modality,
            "one": one,
            "live": None if live is None else dict(live),
            "shape": None if shape is None else list(shape),
            "answer": _answer(heard, encode) if live is None else None,
        },
        on_state_change=nothing,
    )


def _answer(heard: object, encode: Callable[[str], Encoded | str]) -> dict[str, Any] | None:
    if not isinstance(heard, Mapping):
        return None
    content, request = heard.get("content"), heard.get("request")
    if not isinstance(content, str) or not content.strip() or len(content) > MOST_CONTENT:
        return None
    if not isinstance(request, int):
        return None
    found = encode(content)
    if isinstance(found, str):
        return {"request": request, "problem": found}
    more = {
        "at": {name: list(place) for name, place in found.at.items()},
        "near": [int(index) for index in found.near],
        "unknown": list(found.unknown),
        "read": found.read,
        "problem": None,
    }
    return {**still(found.shown, found.z, request), **more}
