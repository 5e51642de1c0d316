"""The map's Python side, in a page without a browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.canvas import ranges
from explorer.canvas.mount import Source, latent_map, send
from explorer.canvas.named import Clusters, Level
from explorer.colouring import all_alike, by_code

COUNT = 30
SOURCE = Source("m", "raw", "images", "images")
SECONDS = 60


def page() -> None:
    import numpy as np
    import streamlit as st

    from explorer.canvas.mount import Answer, Source, latent_map, send
    from explorer.canvas.named import Clusters, Level
    from explorer.canvas.state import Probed
    from explorer.colouring import by_code

    def decode(probe: Probed) -> Answer | None:
        if probe.index is not None:
            return Answer(1.0, probe.index, np.array([1.0]), f"item {probe.index}")
        if probe.x < 0:
            return None
        if probe.x == 1:
            return Answer(0.5, 3, np.array([1.0, 2.0]), np.array([[0, 255]], np.uint8))
        return Answer(1.0, 4, np.array([1.0]), "a <b>text</b>")

    count = 30
    dims = 3 if st.query_params.get("space") else 2
    points = np.arange(dims * count, dtype=np.float32).reshape(count, dims)
    codes = np.arange(count, dtype=np.int32) % 3
    state = latent_map(
        send(
            points,
            key="map",
            colour=by_code(codes, ["a", "b", "c"]),
            title="Label",
            clusters=Clusters(["one", "two"], codes % 3 - 1, [Level(["both"], [0, 0])]),
        ),
        Source("digits", "raw", "images", "images", decode=decode),
        key="map",
        mask=codes < 2 if st.query_params.get("mask") else None,
    )
    st.json(
        {
            "selection": state.selection.tolist(),
            "picked": state.picked,
            "pins": [pin.to_json() for pin in state.pins],
            "query": state.query,
        }
    )


def run(state: dict[str, Any] | None = None, **query: str) -> tuple[AppTest, dict[str, Any]]:
    app = AppTest.from_function(page, default_timeout=SECONDS)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if state is not None:
        app.session_state["map"] = {"state": state}
        app.run()
    assert not app.exception
    import json

    return app, json.loads(app.json[0].value)


def mounts(app: AppTest) -> dict[str, Any]:
    """What each component on the page was given, by its name and place."""
    found: dict[str, Any] = {}

    def walk(node: Any) -> None:
        for child in getattr(node, "children", {}).values():
            walk(child)
        proto = getattr(node, "proto", None)
        if proto is not None and hasattr(proto, "component_name"):
            found.setdefault(proto.component_name, []).append(proto)

    walk(app._tree)
    return found


def told(app: AppTest) -> dict[str, Any]:
    import json

    [proto] = mounts(app)["latentscape.latentMap"]
    return dict(json.loads(proto.json))


def test_the_map_is_told_the_names_of_its_columns_and_each_travels_by_itself() -> None:
    app, _ = run()
    names = {proto.bytes[:16].decode() for proto in mounts(app)["latentscape.column"]}
    columns = told(app)["columns"]
    assert names == {columns["xy"], columns["colour"], columns["cluster"]}
    assert columns["mask"] is None


def test_a_filter_changes_nothing_but_its_own_column() -> None:
    plain, filtered = run()[0], run(mask="yes")[0]
    before, after = told(plain)["columns"], told(filtered)["columns"]
    assert after["mask"] is not None
    assert {**after, "mask": None} == before
    carried = [bytes(proto.bytes) for proto in mounts(filtered)["latentscape.column"]]
    assert {bytes(p.bytes) for p in mounts(plain)["latentscape.column"]} < set(carried)


def test_the_message_of_the_map_itself_stays_small() -> None:
    app, _ = run()
    [proto] = mounts(app)["latentscape.latentMap"]
    assert proto.ByteSize() < 2_000


def test_what_is_done_on_the_map_comes_back() -> None:
    selected = {"ranges": ranges.encode(np.array([2, 3, 29])), "count": 3}
    pin = {"x": 1.0, "y": 2.0, "z": [0.5], "index": None, "view": "raw", "note": "here"}
    _, said = run({"selection": selected, "picked": 7, "pins": [pin], "query": "x"})
    assert said == {"selection": [2, 3, 29], "picked": 7, "pins": [pin], "query": "x"}


@pytest.mark.parametrize("state", [None, {}, {"selection": 3}, {"picked": COUNT}, {"pins": "x"}])
def test_what_makes_no_sense_is_as_if_nothing_was_done(state: dict[str, Any] | None) -> None:
    _, said = run(state)
    assert said == {"selection": [], "picked": None, "pins": [], "query": ""}


@pytest.mark.parametrize(
    ("x", "text", "pixels"), [(1, None, "AP8="), (2, "a <b>text</b>", None), (-1, None, None)]
)
def test_a_probe_without_a_socket_is_answered_with_the_next_run(
    x: float, text: str | None, pixels: str | None
) -> None:
    app, _ = run({"probe": {"x": x, "y": 0, "rest": 0, "request": 9}})
    answer = told(app)["answer"]
    if x < 0:
        assert answer is None
        return
    assert answer["request"] == 9
    assert answer["text"] == text
    assert (answer["picture"] or {}).get("pixels") == pixels


def test_a_probe_in_space_is_answered_with_the_item_that_it_means() -> None:
    app, _ = run({"probe": {"x": 1, "y": 0, "rest": 0, "request": 3, "index": 7}}, space="yes")
    answer = told(app)["answer"]
    assert (answer["request"], answer["nearest"], answer["text"]) == (3, 7, "item 7")
    assert told(app)["dims"] == 3
    [places] = [
        bytes(proto.bytes)
        for proto in mounts(app)["latentscape.column"]
        if proto.bytes[:16].decode() == told(app)["columns"]["xy"]
    ]
    assert len(places) == 16 + 12 * COUNT
    summary = (
        "Map of 30 images in the latent space, in three dimensions, coloured by Label, 3 groups."
    )
    assert told(app)["summary"] == summary


def test_clusters_travel_with_their_levels_and_noise_has_no_name() -> None:
    app, _ = run()
    assert told(app)["clusters"] == {
        "names": ["one", "two"],
        "code_bytes": 1,
        "levels": [{"names": ["both"], "of": [0, 0]}],
    }
    [codes] = [
        bytes(proto.bytes)[16:]
        for proto in mounts(app)["latentscape.column"]
        if proto.bytes[:16].decode() == told(app)["columns"]["cluster"]
    ]
    assert list(codes) == [2, 0, 1] * 10


@pytest.mark.parametrize(
    ("codes", "levels", "said"),
    [
        ([0, 1], [], "no name for cluster 1"),
        ([0, -1], [Level(["a"], [0, 0])], "each of the 1 clusters one of its 1 names"),
        ([0, 0], [Level(["a"], [0]), Level(["a"], [1])], "Level 1 must give"),
    ],
)
def test_names_that_do_not_fit_are_refused(
    codes: list[int], levels: list[Level], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Clusters(["one"], np.array(codes, np.int32), levels)


def test_the_map_echoes_the_turn_that_it_has_heard() -> None:
    app, _ = run({"turn": 12})
    assert told(app)["turn"] == 12


def test_the_summary_says_what_is_seen() -> None:
    app, _ = run()
    summary = "Map of 30 images in the latent space, coloured by Label, 3 groups."
    assert told(app)["summary"] == summary


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (np.zeros((3, 4), np.float32), r"\(n, 2\) or \(n, 3\), not \(3, 4\)"),
        (np.zeros(3, np.float32), r"\(n, 3\), not \(3,\)"),
        (np.zeros((5, 2), np.float32), "5 points, but colour has 4 and clusters has 3"),
        (np.broadcast_to(np.float32(0), (5_000_001, 2)), "up to 5,000,000 points"),
    ],
)
def test_columns_that_do_not_fit_are_named(points: Any, said: str) -> None:
    clusters = Clusters(["a"], np.zeros(3, np.int32))
    with pytest.raises(ValueError, match=said):
        send(points, key="x", colour=all_alike(4), title="x", clusters=clusters)


def test_a_filter_of_another_length_is_named() -> None:
    sent = send(np.zeros((4, 2)), key="x", colour=all_alike(4), title="x")
    with pytest.raises(ValueError, match="4 points, but mask has 3"):
        latent_map(sent, SOURCE, key="x", mask=np.ones(3, bool))


def test_a_map_of_one_and_of_no_points_is_mounted() -> None:
    for count in (0, 1):
        sent = send(
            np.zeros((count, 2), np.float32),
            key=f"x{count}",
            colour=by_code(np.zeros(count, np.int32), ["a", "b"]),
            title="x",
            clusters=Clusters(["one"], np.zeros(count, np.int32)),
        )
        assert latent_map(sent, SOURCE, key=f"x{count}").selection.tolist() == []
