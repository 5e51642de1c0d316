"""What the Share panel in the browser says back is checked."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.canvas import share
from explorer.canvas.share import Looked
from explorer.canvas.state import Camera


def looked(monkeypatch: pytest.MonkeyPatch, told: Any) -> Looked:
    monkeypatch.setattr(share, "said", lambda key: told)
    return share.looked("key")


def test_a_camera_comes_back_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = {"zoom": 2, "u": 0.5, "v": 0, "whole": True}
    assert looked(monkeypatch, {"turn": 3, "camera": flat}) == Looked(
        Camera(2.0, 0.5, 0.0, whole=True), 3
    )
    deep = {**flat, "whole": False, "w": 1, "yaw": 0.25, "pitch": -1}
    assert looked(monkeypatch, {"turn": 1, "camera": deep}).camera == Camera(
        2.0, 0.5, 0.0, (0.25, -1.0, 0.5, 0.0, 1.0)
    )


@pytest.mark.parametrize("told", [None, 3, [], {}, {"turn": "x"}, {"camera": {"zoom": "2"}}])
def test_what_makes_no_sense_is_no_camera(monkeypatch: pytest.MonkeyPatch, told: Any) -> None:
    assert looked(monkeypatch, told) == Looked(None, 0)
