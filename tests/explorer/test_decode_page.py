"""The Decode page and its controls."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer import catalogue, latent_controls
from explorer.analysis.decoding import decode
from explorer.analysis.points import drawn_point
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_pages import open_page, texts


def opened(model_id: str = "run:a") -> AppTest:
    app = open_page("decode.py", model_id)
    assert not app.exception
    return app


def sliders(app: AppTest) -> dict[str, Any]:
    """Where each latent slider stands, by its name (z1 …), in the order on the page."""
    latent = [slider for slider in app.slider if slider.label.startswith("z")]
    return {slider.label.split()[0]: slider.value for slider in latent}


def picture(app: AppTest) -> np.ndarray:
    [image] = app.get("image")
    content = base64.b64decode(image.proto.imgs[0].url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)))


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_the_picture_is_what_the_model_decodes_enlarged_by_whole_pixels(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = opened()
    run = catalogue.open_run("run:a")
    z = np.array([sliders(app)["z1"], sliders(app)["z2"]], dtype=np.float32)
    expected = np.rint(decode(run, z[None])[0] * 255)
    shown = picture(app)
    factor = shown.shape[0] // 8
    assert factor >= 50
    np.testing.assert_array_equal(shown[::factor, ::factor], expected)
    np.testing.assert_array_equal(shown, expected.repeat(factor, 0).repeat(factor, 1))


def test_there_is_a_slider_per_dimension_the_most_active_first(runs: Path) -> None:
    write_run(runs / "a", pictures(60), latent_dim=11)
    app = opened()
    order = catalogue.open_run("run:a").active_order().tolist()
    assert list(sliders(app)) == [f"z{dimension + 1}" for dimension in order]
    assert [fold.label for fold in app.expander] == ["3 less used dimensions"]


def test_a_moved_slider_changes_the_picture(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = opened()
    before = picture(app)
    next(slider for slider in app.slider if slider.label.startswith("z1")).set_value(2.5).run()
    assert sliders(app)["z1"] == 2.5
    assert (picture(app) != before).any()
    assert "moved by hand" in app.caption[-1].value
    assert "moved" not in press(app, "Reset").caption[-1].value


def test_reset_sets_every_slider_to_zero(runs: Path) -> None:
    write_run(runs / "a", pictures(30), latent_dim=12)
    app = press(opened(), "Reset")
    assert set(sliders(app).values()) == {0.0}
    assert "The centre" in app.caption[-1].value


def test_an_item_sets_the_sliders_to_where_the_model_sees_it(runs: Path) -> None:
    write_run(runs / "a", pictures(30), latent_dim=3)
    app = opened()
    app.number_input[0].set_value(17).run()
    mean = catalogue.open_run("run:a").latents.mean[17]
    np.testing.assert_allclose([sliders(app)[f"z{d + 1}"] for d in range(3)], mean, rtol=1e-6)
    assert "Item 17" in app.caption[-1].value


def test_random_samples_come_from_the_prior_and_differ(runs: Path) -> None:
    write_run(runs / "a", pictures(30), latent_dim=2)
    first = sliders(press(app := opened(), "Random sample"))
    np.testing.assert_allclose([first["z1"], first["z2"]], drawn_point(2, 1.0, 1), rtol=1e-6)
    assert sliders(press(app, "Random sample")) != first


def test_a_sample_at_temperature_zero_is_the_centre(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    app = opened()
    next(slider for slider in app.slider if slider.label == "Temperature").set_value(0.0).run()
    assert set(sliders(press(app, "Random sample")).values()) == {0.0}


def test_a_sentence_is_plain_text(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(runs / "a", sentences(30))
    monkeypatch.setattr("explorer.analysis.decoding.decode", lambda run, z: [HOSTILE])
    app = opened()
    assert HOSTILE in texts(app)
    assert not any(HOSTILE in element.value for element in [*app.markdown, *app.caption])


def test_no_words_are_said_in_words(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(runs / "a", sentences(30))
    monkeypatch.setattr("explorer.analysis.decoding.decode", lambda run, z: [""])
    assert texts(opened()) == ["(the model writes nothing here)"]


@pytest.mark.parametrize("count", [1, 2])
def test_tiny_models_open(runs: Path, count: int) -> None:
    write_run(runs / "a", sentences(count), latent_dim=1)
    press(press(opened(), "Random sample"), "Reset")


def test_sliders_reach_the_prior_and_the_items() -> None:
    mean = np.array([[-20.0, 0.0], [20.0, 0.0]], dtype=np.float32)
    wide, narrow = latent_controls.axes(mean, np.zeros_like(mean), [0, 1])
    assert (narrow.low, narrow.high) == (-3.0, 3.0)
    assert wide.low == pytest.approx(-60.1, abs=0.1)
    assert wide.high == pytest.approx(60.1, abs=0.1)
    assert wide.clip(100.0) == wide.high
    assert narrow.clip(-9.0) == narrow.low
    assert narrow.clip(1.5) == 1.5


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


def test_the_fold_counts_its_dimensions() -> None:
    assert latent_controls.folded_title(1) == "1 less used dimension"
    assert latent_controls.folded_title(24) == "24 less used dimensions"
