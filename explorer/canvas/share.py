"""Mount what of the Share panel lives in the browser: the link, and the map as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.canvas.component import component, nothing, said
from explorer.canvas.state import Camera, camera
from explorer.loose_json import finite


@dataclass(frozen=True)
class Looked:
    """What the panel told last: where one looks, and in which turn of its own."""

    camera: Camera | None
    turn: int


def looked(key: str) -> Looked:
    """Return what the panel with this key last told of the map beside it."""
    told = said(key)
    if not isinstance(told, Mapping):
        return Looked(None, 0)
    return Looked(camera(told.get("camera")), int(finite(told.get("turn")) or 0))


def share_link(key: str, map_name: str, parameters: Mapping[str, str], turn: int) -> None:
    """Show a link of this page with these query parameters, to copy.

    The panel asks anew, with the next `turn`, whenever it is opened or the map was moved.
    """
    data: dict[str, Any] = {"map": map_name, "parameters": dict(parameters), "turn": turn}
    component("shareLink")(key=key, data=data, on_state_change=nothing)


def share_picture(
    key: str, map_name: str, *, title: str, note: str, file: str, axes: Sequence[str] | None
) -> None:
    """Show buttons that make a PNG or an SVG of the map as it is seen.

    Args:
        title, note: what stands above and below the map. axes: what its two axes are, if anything.
    """
    data: dict[str, Any] = {
        "map": map_name,
        "title": title,
        "note": note,
        "file": file,
        "axes": None if axes is None else list(axes),
    }
    component("sharePicture")(key=key, data=data)
