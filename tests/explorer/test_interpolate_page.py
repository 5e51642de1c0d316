"""The Interpolate page, its controls and what can be taken away."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer import catalogue, computed, map_source, wording
from explorer.analysis.decoding import decode
from explorer.analysis.interpolation import evenly, way
from explorer.analysis.points import point_of_text, telling_pair, unknown_words, unlike_pair
from explorer.live.views import Published
from explorer.strip import GAP, strip_png
from tests.explorer.canvas.test_mount import mounts
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_pages import open_page, texts
from vae_core.checkpoint import load_run


def opened(model_id: str = "run:a") -> AppTest:
    app = open_page("interpolate.py", model_id)
    assert not app.exception
    return app


def chosen(app: AppTest) -> list[int]:
    return [int(number.value or 0) for number in app.number_input]


def captions(app: AppTest) -> list[str]:
    return [image.proto.imgs[0].caption.replace("\\", "") for image in app.get("image")]


def path_told(app: AppTest) -> dict[str, Any]:
    """What the path in the browser is told."""
    [proto] = mounts(app)["latentscape.latentPath"]
    return dict(json.loads(proto.json))


def path_shown(app: AppTest) -> list[str]:
    """The sentences that the path component was given."""
    found: list[str] = path_told(app)["frames"]["texts"]
    return found


def route_told(app: AppTest) -> np.ndarray:
    """The latent points that the browser knows of the path, (points, latent_dim)."""
    route = path_told(app)["route"]
    return np.frombuffer(base64.b64decode(route["z"]), "<f4").reshape(-1, route["dim"])


def map_told(app: AppTest) -> dict[str, Any]:
    """What the map in the browser is told."""
    [proto] = mounts(app)["latentscape.latentMap"]
    return dict(json.loads(proto.json))


def draw(app: AppTest, *places: tuple[float, float], rest: int = 0, turn: int = 1) -> AppTest:
    """Draw a path on the map, as the browser tells it."""
    run = catalogue.open_run("run:a")
    state = {"drawn": [list(place) for place in places], "rest": rest, "turn": turn}
    app.session_state[f"interpolate.map.{run.content_hash}"] = {"state": state}
    app.run()
    assert not app.exception
    return app


def pictures_shown(app: AppTest) -> np.ndarray:
    """The pictures that the path component was given, (steps, height, width)."""
    shown = path_told(app)["frames"]["pictures"]
    pixels = np.frombuffer(base64.b64decode(shown["pixels"]), np.uint8)
    return pixels.reshape(shown["count"], shown["height"], shown["width"])


def choose(app: AppTest, label: str, value: Any) -> AppTest:
    [control] = [group for group in app.button_group if label in group.options]
    control.set_value(value).run()
    assert not app.exception
    return app


def type_sentences(app: AppTest, start: str, end: str) -> AppTest:
    choose(app, "Type sentences", "typed")
    app.text_input[0].set_value(start)
    app.text_input[1].set_value(end)
    app.run()
    assert not app.exception
    return app


def test_the_path_is_what_the_model_makes_of_its_steps(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = opened()
    run = catalogue.open_run("run:a")
    first, last = chosen(app)
    assert captions(app) == [f"item {number} · {number % 3}" for number in (first, last)]
    np.testing.assert_array_equal(route_told(app), run.latents.mean[[first, last]])
    ends = np.rint(np.asarray(decode(run, run.latents.mean[[first, last]])) * 255)
    assert len(pictures_shown(app)) == 9
    np.testing.assert_array_equal(pictures_shown(app)[[0, -1]], ends)


def test_the_path_is_drawn_on_the_map(runs: Path) -> None:
    write_run(runs / "a", pictures(30), latent_dim=5)
    app = opened()
    path = map_told(app)["path"]
    run = catalogue.open_run("run:a")
    places = computed.projected(run).place(run.latents.mean[chosen(app)])
    np.testing.assert_allclose([path["places"][0], path["places"][-1]], places, atol=1e-5)
    assert len(path["trust"]) == len(path["places"])
    assert min(path["trust"][0], path["trust"][-1]) > 0.5  # items lie there


@pytest.mark.parametrize("steps", [3, 15])
def test_there_are_as_many_pictures_as_steps(runs: Path, steps: int) -> None:
    write_run(runs / "a", pictures(30))
    app = opened()
    app.slider[0].set_value(steps).run()
    assert len(pictures_shown(app)) == steps


def test_a_random_pair_has_two_labels(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = opened()
    before = chosen(app)
    app.button[0].click().run()
    after = chosen(app)
    assert after != before
    assert after[0] % 3 != after[1] % 3


def test_a_great_circle_leads_elsewhere_than_a_straight_line(runs: Path) -> None:
    write_run(runs / "a", pictures(30), latent_dim=4)
    app = opened()
    straight = pictures_shown(app)
    choose(app, "Great circle", "circle")
    circle = pictures_shown(app)
    np.testing.assert_array_equal(circle[[0, -1]], straight[[0, -1]])
    assert (circle[1:-1] != straight[1:-1]).any()
    assert path_told(app)["route"]["kind"] == "circle"


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_a_drawn_path_is_decoded_along_its_way(runs: Path, latent_dim: int) -> None:
    run = load_run(write_run(runs / "a", pictures(40), latent_dim))
    app = opened()
    points = computed.projected(run).points
    corner = points.mean(axis=0)
    drawn = [tuple(map(float, place)) for place in (points[3], corner, points[7])]
    draw(app, *drawn)
    z = route_told(app)
    places = np.array(map_told(app)["path"]["places"])
    np.testing.assert_allclose(places[[0, -1]], points[[3, 7]], atol=1e-5)
    assert np.linalg.norm(places - corner, axis=1).min() < np.ptp(points) / 50
    # Each point of the path is what the map decodes at its place, and every step is one of them.
    view = Published(run, map_source.view_of(computed.projected(run), latent_dim))
    for k in (0, 30, 96):
        np.testing.assert_allclose(z[k], view.at(*places[k], from_nearest=False).z, atol=1e-4)
    steps = np.rint(np.asarray(decode(run, z[::12])) * 255)
    np.testing.assert_array_equal(pictures_shown(app), steps)
    assert not app.number_input  # the ends are on the map now


def test_what_a_drawn_path_leaves_open_comes_from_where_it_was_asked(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(40), 5))
    app = draw(opened(), (0.0, 0.0), (1.0, 1.0))
    average = route_told(app)
    nearest = route_told(draw(app, (0.0, 0.0), (1.0, 1.0), rest=1, turn=2))
    assert not np.allclose(average, nearest)
    place = computed.projected(run).place
    np.testing.assert_allclose(place(average), place(nearest), atol=1e-4)


def test_a_path_drawn_through_the_empty_is_not_trusted(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(40)))
    x, y = map(float, run.latents.mean[0])
    app = draw(opened(), (x, y), (x + 1000.0, y))
    trust = path_told(app)["route"]["trust"]
    assert trust[-1] < 0.01 < 0.5 < trust[0]
    assert map_told(app)["path"]["trust"] == trust


def test_one_can_go_back_from_a_drawn_path_and_to_it_again(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = draw(opened(), (0.0, 0.0), (1.0, 1.0))
    path = map_told(app)["path"]
    choose(app, "Drawn by hand", "straight")
    assert path_told(app)["route"]["kind"] == "straight"
    assert len(chosen(app)) == 2
    choose(app, "Drawn by hand", "drawn")
    assert map_told(app)["path"] == path
    app.button[0].click().run()  # a random pair is one of items
    assert path_told(app)["route"]["kind"] == "straight"


def test_two_pins_can_be_the_ends(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(30), 3))
    app = opened()
    assert not any("Between pins" in group.options for group in app.button_group)
    far = (0.5, -1.0, 2.0)
    pins = [
        {"x": 0, "y": 0, "z": [1e300, 0, 0], "index": None},  # nobody can decode that
        {"x": 0, "y": 0, "z": list(far), "index": None},
        {"x": 1, "y": 1, "z": None, "index": 7},
    ]
    app.session_state[f"interpolate.map.{run.content_hash}"] = {"state": {"pins": pins, "turn": 1}}
    app.run()
    choose(app, "Between pins", "pins")
    assert [box.options for box in app.selectbox] == [["Pin 2", "Pin 3"]] * 2
    np.testing.assert_allclose(route_told(app), [far, run.latents.mean[7]], rtol=1e-6)
    assert path_told(app)["names"] == ["pin 2", "pin 3"]
    # The map is mounted with them on another visit, and forgets none.
    del app.session_state[f"interpolate.map.{run.content_hash}"]
    app.run()
    assert not app.exception
    assert [pin["index"] for pin in map_told(app)["pins"]] == [None, None, 7]
    assert path_told(app)["names"] == ["pin 2", "pin 3"]


def test_a_drawn_path_is_asked_for_before_there_is_one(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = choose(opened(), "Drawn by hand", "drawn")
    assert "Draw a path" in app.info[0].value
    assert "latentscape.latentPath" not in mounts(app)
    assert map_told(app)["path"] is None


def test_places_are_even_along_a_crooked_line() -> None:
    line = np.array([[0.0, 0.0], [0.1, 0.0], [0.1, 0.0], [3.0, 0.0], [3.0, 1.0]])
    found = evenly(line, 9)
    np.testing.assert_allclose(found[:, 0], [0, 0.5, 1, 1.5, 2, 2.5, 3, 3, 3])
    np.testing.assert_allclose(found[:, 1], [0, 0, 0, 0, 0, 0, 0, 0.5, 1])
    for few in (line[:1], line[1:3]):
        with pytest.raises(ValueError, match="A line has two places or more that differ"):
            evenly(few, 9)


def test_chosen_sentences_are_plain_text_and_the_path_is_data(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    app = opened()
    for number, side in zip(app.number_input, (3, 4), strict=True):
        number.set_value(side)
    app.run()
    assert texts(app) == [f"item {i} says {HOSTILE}" for i in (3, 4)]
    assert len(path_shown(app)) == 9
    assert not any("<script>" in element.value for element in app.markdown)


def test_an_emptied_number_is_asked_for_and_is_not_the_first_item(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = opened()
    app.number_input[0].set_value(None).run()
    assert [info.value for info in app.info] == ["Give the number of an item, 0 to 29."]
    assert "latentscape.latentPath" not in mounts(app)
    app.number_input[0].set_value(4).run()
    assert not app.info
    assert "latentscape.latentPath" in mounts(app)


def test_typed_sentences_are_encoded_and_decoded(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    app = type_sentences(opened(), "item says bold", "a b")
    run = catalogue.open_run("run:a")
    ends = np.stack([point_of_text(run, text) for text in ("item says bold", "a b")])
    path = path_shown(app)
    assert [path[0], path[-1]] == decode(run, ends)
    assert not app.warning


@pytest.mark.parametrize(("start", "end"), [("", ""), ("item", ""), ("  ", "item")])
def test_a_missing_sentence_is_asked_for(runs: Path, start: str, end: str) -> None:
    write_run(runs / "a", sentences(30))
    app = type_sentences(opened(), start, end)
    assert [info.value for info in app.info] == [
        "Type a sentence into both boxes to see the path between them."
    ]
    assert "latentscape.latentPath" not in mounts(app)


def test_unknown_words_are_named_as_they_were_typed(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    app = type_sentences(opened(), "item zebra says", "the zebra _quokka_")
    [warning] = app.warning
    assert "“zebra”, “_quokka_”" in warning.value.replace("the”, “", "").replace("\\", "")
    assert "_quokka_" not in warning.value  # escaped: no Markdown
    assert len(path_shown(app)) == 9


def test_typed_sentences_stay_while_items_are_looked_at(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    app = type_sentences(opened(), "item", "says")
    choose(app, "Choose items", "items")
    choose(app, "Type sentences", "typed")
    assert [box.value for box in app.text_input] == ["item", "says"]


def test_one_item_is_a_path_to_itself(runs: Path) -> None:
    write_run(runs / "a", pictures(1))
    app = opened()
    app.button[0].click().run()
    assert not app.exception
    assert [number.value for number in app.number_input] == [0, 0]


def test_the_ends_of_a_path_are_exact(runs: Path) -> None:
    write_run(runs / "a", pictures(30), latent_dim=5)
    run = catalogue.open_run("run:a")
    start, end = run.latents.mean[:2]
    for spherical in (False, True):
        items: Any = decode(run, way(start, end, 7, spherical=spherical))
        ends: Any = decode(run, run.latents.mean[:2])
        np.testing.assert_allclose(items[[0, -1]], ends, atol=1e-6)


def test_models_of_pictures_know_no_words(runs: Path) -> None:
    write_run(runs / "a", pictures(3))
    assert unknown_words(catalogue.open_run("run:a"), "anything") == []


@pytest.mark.parametrize("seed", range(20))
def test_pairs_are_of_different_labels_where_there_are_several(seed: int) -> None:
    labels = ["a"] * 30 + ["b"]
    first, second = unlike_pair(labels, 31, seed)
    assert labels[first] != labels[second]
    for same in (None, ["a"] * 5):
        first, second = unlike_pair(same, 5, seed)
        assert first != second


def test_the_first_pair_is_typical_of_its_labels_and_far_apart() -> None:
    # Three labels around 0, 1 and 10 on a line; the middle item of each lies in its middle.
    mean = np.array([[c + d, 0.0] for c in (0, 1, 10) for d in (-0.2, 0.0, 0.3)], np.float32)
    labels = [name for name in "abc" for _ in range(3)]
    assert sorted(telling_pair(labels, mean)) == [1, 7]
    for unlabelled in (None, ["a"] * 9):
        first, second = telling_pair(unlabelled, mean)
        assert first != second


def test_unknown_words_are_counted_when_they_are_many() -> None:
    assert wording.unknown(["a"]).endswith("without knowing what that word is.")
    many = wording.unknown([str(i) for i in range(11)])
    assert "“7” and 3 more:" in many
    assert many.endswith("those words are.")


def test_the_strip_is_a_png_of_crisp_pictures() -> None:
    pictures_ = np.arange(3 * 64, dtype=np.uint8).reshape(3, 8, 8)
    sheet = np.asarray(Image.open(io.BytesIO(strip_png(pictures_, cell=16))))
    assert sheet.shape == (16 + 2 * GAP, 3 * (16 + GAP) + GAP)
    left = GAP + 16 + GAP
    np.testing.assert_array_equal(sheet[GAP : GAP + 16 : 2, left : left + 16 : 2], pictures_[1])
    assert (sheet[:GAP] == 255).all()
