"""Sums of pins on the Map page, run without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_pages import on_the_map, open_page, texts
from vae_core.checkpoint import Run, load_run
from vae_core.data.dataset import Dataset


def pins_at(run: Run, *items: int) -> list[dict[str, Any]]:
    return [{"x": 0, "y": 0, "z": run.latents.mean[item].tolist(), "index": None} for item in items]


def terms(app: AppTest) -> list[Any]:
    return [box for box in app.selectbox if box.label in ("From", "take away", "add")]


@pytest.mark.parametrize("dataset", [pictures(30), sentences(30)], ids=["pictures", "sentences"])
def test_a_pin_less_itself_and_another_is_the_other(runs: Path, dataset: Dataset) -> None:
    run = load_run(write_run(runs / "a", dataset, 3))
    app = on_the_map(open_page("map.py", "run:a"), pins=pins_at(run, 3, 8, 11))
    assert not app.exception
    first, second, third = terms(app)
    assert [box.value for box in (first, second, third)] == [1, 2, 3]
    second.select(1).run()
    captions = [caption.value for caption in app.caption]
    captions += [image.proto.imgs[0].caption for image in app.get("image")]
    plain = [caption.replace("\\", "") for caption in captions]
    assert any("Pin 1 − pin 1 + pin 3, decoded" in caption for caption in plain)
    near = [caption for caption in plain if caption.startswith("Item ") and " · " in caption]
    assert near[0].startswith("Item 11 · ")


def test_three_pins_are_needed_and_a_far_one_does_not_count(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(30), 3))
    app = open_page("map.py", "run:a")
    assert not any("reckon" in caption.value for caption in app.caption)
    far = {"x": 0, "y": 0, "z": [1e300, 0, 0], "index": None}
    on_the_map(app, pins=[*pins_at(run, 1), far, *pins_at(run, 2)])
    assert not terms(app)
    assert any("Drop one more" in caption.value for caption in app.caption)
    on_the_map(app, pins=[*pins_at(run, 1), far, *pins_at(run, 2, 3)])
    assert [box.options for box in terms(app)] == [["Pin 1", "Pin 3", "Pin 4"]] * 3


def test_pins_of_one_place_reckon_to_it(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(30), 3))
    pins = pins_at(run, 5, 5, 5)
    app = on_the_map(open_page("map.py", "run:a"), pins=pins)
    assert not app.exception
    # A pin is taken away: what was chosen of the others stays where it can.
    on_the_map(app, pins=pins[:2])
    assert not app.exception
    assert not terms(app)


def test_items_near_a_sum_are_plain_text(runs: Path) -> None:
    run = load_run(write_run(runs / "a", sentences(30)))
    app = on_the_map(open_page("map.py", "run:a"), pins=pins_at(run, 3, 3, 3))
    assert f"item 3 says {HOSTILE}" in texts(app)
    assert not any("<script>" in element.value for element in [*app.markdown, *app.caption])
