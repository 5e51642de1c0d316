"""The Decode page and its mixing desk; what moves on it is seen in tests/browser."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, latent_controls
from explorer.analysis.decoding import decode
from tests.explorer.canvas.test_mount import mounts
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_pages import open_page


def opened(model_id: str = "run:a") -> AppTest:
    app = open_page("decode.py", model_id)
    assert not app.exception
    return app


def told(app: AppTest) -> dict[str, Any]:
    """What the desk in the browser is told."""
    [proto] = mounts(app)["latentscape.mixingDesk"]
    return dict(json.loads(proto.json))


def said(app: AppTest, **state: Any) -> dict[str, Any]:
    """What the desk is told after a visitor has done something on it."""
    run = catalogue.open_run(str(app.query_params["model"]))
    app.session_state[f"decode.desk.{run.content_hash}"] = {"state": state}
    app.run()
    assert not app.exception
    return told(app)


def picture(desk: dict[str, Any]) -> np.ndarray:
    shown = desk["answer"]["picture"]
    pixels = np.frombuffer(base64.b64decode(shown["pixels"]), np.uint8)
    return pixels.reshape(shown["height"], shown["width"])


def test_the_first_picture_is_what_the_model_makes_of_a_typical_item(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    desk = told(opened())
    run = catalogue.open_run("run:a")
    expected = np.rint(decode(run, np.array([desk["z"]], np.float32))[0] * 255)
    np.testing.assert_array_equal(picture(desk), expected)
    assert desk["origin"].startswith("Item ")


def test_there_is_a_slider_per_dimension_the_most_active_first(runs: Path) -> None:
    write_run(runs / "a", pictures(60), latent_dim=11)
    desk = told(opened())
    order = catalogue.open_run("run:a").active_order().tolist()
    assert [dim["index"] for dim in desk["dims"]] == order
    assert desk["shown"] == 8
    for dim in desk["dims"]:
        assert max(dim["spread"]) == 100
        assert dim["low"] < dim["high"]


def test_without_a_socket_the_sliders_are_decoded_where_they_stand(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    desk = said(app := opened(), z=[2.5, -1.0], origin="by hand", temperature=0.5, request=3)
    assert desk["z"] == [2.5, -1.0]
    assert (desk["answer"]["request"], desk["temperature"]) == (3, 0.5)
    run = catalogue.open_run("run:a")
    expected = np.rint(decode(run, np.array([[2.5, -1.0]], np.float32))[0] * 255)
    np.testing.assert_array_equal(picture(told(app)), expected)


def test_an_item_sets_the_sliders_to_where_the_model_sees_it(runs: Path) -> None:
    write_run(runs / "a", pictures(30), latent_dim=3)
    desk = said(opened(), item=17, z=[0, 0, 0], origin="x", request=1)
    mean = catalogue.open_run("run:a").latents.mean[17]
    np.testing.assert_allclose(desk["z"], mean, rtol=1e-6)
    assert desk["origin"] == "Item 17 · 2"


def test_where_the_desk_stood_is_where_it_stands_on_return(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    said(app := opened(), z=[1.0, 2.0], origin="by hand", temperature=0.3, request=1)
    run = catalogue.open_run("run:a")
    del app.session_state[f"decode.desk.{run.content_hash}"]
    desk = told(app.run())
    assert (desk["z"], desk["origin"], desk["temperature"]) == ([1.0, 2.0], "by hand", 0.3)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"z": [1.0], "origin": "short"},
        {"z": [1.0, math.nan], "origin": "x"},
        {"z": [1.0, "2"], "origin": "x"},
        {"z": "12", "origin": "x"},
        {"z": [1.0, 10**400], "origin": "x"},
        {"z": [1.0, 2.0], "origin": 3},
        {"item": 30, "z": None},
        {"item": -1},
        {"item": True},
        {"temperature": math.inf, "request": "x"},
    ],
)
def test_what_makes_no_sense_leaves_the_desk_as_it_was(runs: Path, state: dict[str, Any]) -> None:
    write_run(runs / "a", pictures(30))
    before = told(app := opened())
    after = said(app, **state)
    assert (after["z"], after["origin"]) == (before["z"], before["origin"])
    assert after["temperature"] == 1.0


def test_sliders_far_beyond_everything_are_held_back(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    assert said(opened(), z=[1e30, -1e30], origin="x")["z"] == [1000.0, -1000.0]


def test_a_sentence_travels_as_it_is_written(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(runs / "a", sentences(30))
    monkeypatch.setattr("explorer.page_parts.decode", lambda run, z: [HOSTILE])
    app = opened()
    assert told(app)["answer"]["text"] == HOSTILE
    assert not any(HOSTILE in element.value for element in [*app.markdown, *app.caption])


@pytest.mark.parametrize("count", [1, 2])
def test_tiny_models_open(runs: Path, count: int) -> None:
    write_run(runs / "a", sentences(count), latent_dim=1)
    assert len(told(opened())["dims"]) == 1


def test_sliders_reach_the_prior_and_the_items() -> None:
    mean = np.array([[-20.0, 0.0], [20.0, 0.0]], dtype=np.float32)
    wide, narrow = latent_controls.axes(mean, np.zeros_like(mean), [0, 1])
    assert (narrow.low, narrow.high) == (-3.0, 3.0)
    assert wide.low == pytest.approx(-60.1, abs=0.1)
    assert wide.high == pytest.approx(60.1, abs=0.1)


@pytest.mark.parametrize(
    ("mean", "variance", "words"),
    [
        (0.0, 1.0, "not used"),
        (0.3, 1.0, "hardly used"),
        (0.6, 1.0, "used a little"),
        (1.4, 1.0, "used"),
        (2.0, 0.01, "used a lot"),
    ],
)
def test_usage_is_said_in_words(mean: float, variance: float, words: str) -> None:
    means = np.array([[mean], [-mean]], dtype=np.float32)
    [axis] = latent_controls.axes(means, np.full_like(means, np.log(variance)), [0])
    expected = 0.5 * (mean**2 + variance - np.log(variance) - 1)
    assert axis.usage == pytest.approx(expected, rel=1e-5)
    assert axis.usage_words == words
    assert f"{expected:.2f} nats" in axis.help
