"""What the canvas's mounts share: the components themselves, and answers without a live socket."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import session
from explorer.canvas import bundle

Shown = NDArray[np.uint8] | str


@cache
def component(name: str) -> Callable[..., Any]:
    """Return the mount of the bundle's component of that name."""
    return st.components.v2.component(f"latentscape.{name}", js=bundle.loader(name))


def said(key: str) -> object:
    """Return what the component with this key last said, before it is mounted; None at first."""
    found = session.recall(key)
    return found.get("state") if isinstance(found, Mapping) else None


def nothing() -> None:
    """Be there: Streamlit keeps a state only where a callback is registered for it."""


def still(
    shown: Shown, z: NDArray[np.floating], request: int, trust: float = 1.0, nearest: int = 0
) -> dict[str, Any]:
    """Return a decode for a browser that has no live socket: a picture (h, w[, 3]) or a text."""
    answer: dict[str, Any] = {
        "request": request,
        "trust": trust,
        "nearest": nearest,
        "z": [float(number) for number in z],
        "text": None,
        "picture": None,
    }
    if isinstance(shown, str):
        return {**answer, "text": shown}
    return {**answer, "picture": packed(shown[None])}


def packed(pictures: NDArray[np.uint8]) -> dict[str, Any]:
    """Return pictures (n, height, width[, colours]) as the browser unpacks them (`still.ts`)."""
    count, height, width, *colours = pictures.shape
    size = {"count": count, "height": height, "width": width}
    return {**size, "channels": colours[0] if colours else 1, "pixels": base64_of(pictures)}


def base64_of(array: NDArray[Any]) -> str:
    """Return the bytes of an array, in its order, as base64."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
