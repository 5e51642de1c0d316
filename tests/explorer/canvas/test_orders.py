"""What a map is ordered to do, until it says that it has done so."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import session
from explorer.canvas import orders
from explorer.canvas.orders import Order
from explorer.canvas.state import Camera, MapState, Pin


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    kept: dict[str, object] = {}
    monkeypatch.setattr(session, "remember", kept.__setitem__)
    monkeypatch.setattr(session, "recall", lambda key, default=None: kept.get(key, default))
    return kept


def test_an_order_holds_until_it_is_carried_out() -> None:
    order = Order(np.array([1, 2]), query="cat", camera=Camera(2.0, 0.0, 0.0))
    orders.give("map", order)
    state = MapState(np.array([7]), picked=3, query="dog", turn=5)
    found = orders.as_ordered(state, orders.open_order("map", state))
    assert (found.selection.tolist(), found.query, found.picked) == ([1, 2], "cat", 3)
    done = MapState(np.array([1, 2]), done=order.token)
    assert orders.open_order("map", done) is None
    assert orders.open_order("map", state) is None


def test_a_second_order_keeps_what_the_first_one_asked_for() -> None:
    orders.give("map", Order(np.array([1, 2]), query="cat"))
    second = Order(pins=(Pin(0.0, 0.0),), query="")
    orders.give("map", second)
    found = orders.open_order("map", None)
    assert found is not None
    assert found.token == second.token
    assert found.selection is not None
    assert (found.selection.tolist(), found.query, found.pins) == ([1, 2], "", second.pins)


def test_another_map_is_not_meant() -> None:
    orders.give("map", Order(query="cat"))
    assert orders.open_order("other", None) is None


def test_a_camera_in_space_is_told_as_the_browser_knows_it() -> None:
    said = Order(camera=Camera(2.0, 0.1, 0.2, orbit=(1.0, 0.5, 0.1, 0.2, 0.3))).to_json()
    assert said["camera"] == {
        "zoom": 2.0, "u": 0.1, "v": 0.2, "whole": False, "yaw": 1.0, "pitch": 0.5,
        "target": [0.1, 0.2, 0.3],
    }  # fmt: skip
    assert (said["ranges"], said["query"], said["pins"]) == (None, None, False)
