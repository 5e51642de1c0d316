"""The Map and Clusters pages and the bar above them, run without a browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, paths
from explorer.canvas import ranges
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from vae_core.data.dataset import Dataset

SECONDS = 60


def open_page(name: str, model_id: str | None = None) -> AppTest:
    app = AppTest.from_file(str(paths.pages_folder() / name), default_timeout=SECONDS)
    if model_id is not None:
        app.query_params["model"] = model_id
    return app.run()


def on_the_map(app: AppTest, **state: Any) -> AppTest:
    """What a visitor does on the map: `items` selected, `picked` clicked, `query` searched for."""
    run = catalogue.open_run(str(app.query_params["model"]))
    items = np.array(state.pop("items", []), np.int64)
    selection = {"ranges": ranges.encode(items), "count": len(items)}
    app.session_state[f"map.{run.content_hash}"] = {
        "state": {"selection": selection, "turn": 1, **state}
    }
    return app.run()


def texts(app: AppTest) -> list[str]:
    return [element.value for element in app.text]


@pytest.mark.parametrize("page", ["map.py", "clusters.py"])
@pytest.mark.parametrize(
    "dataset",
    [pictures(40), sentences(40), pictures(90, labels=45), sentences(90, labels=45)],
    ids=["pictures", "sentences", "pictures of 45 labels", "sentences of 45 labels"],
)
@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_pages_open_on_every_kind_of_model(
    runs: Path, page: str, dataset: Dataset, latent_dim: int
) -> None:
    write_run(runs / "a", dataset, latent_dim)
    app = open_page(page, "run:a")
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("dataset", [pictures(1), sentences(1)], ids=["picture", "sentence"])
def test_a_model_of_one_item_has_a_map_and_a_word_about_clusters(
    runs: Path, dataset: Dataset
) -> None:
    write_run(runs / "a", dataset)
    assert not open_page("map.py", "run:a").exception
    app = open_page("clusters.py", "run:a")
    assert not app.exception
    assert "holds 1 item, too few for 2 clusters" in app.error[0].value.replace("\\", "")


def test_the_map_can_be_coloured_by_labels_metadata_and_numbers(runs: Path) -> None:
    write_run(runs / "a", sentences(40))
    app = open_page("map.py", "run:a")
    assert app.selectbox[0].value == "Label"
    for choice in app.selectbox[0].options:
        app.selectbox[0].set_value(choice.removeprefix("Colour by: ")).run()
        assert not app.exception


def test_a_clicked_point_is_inspected_and_stays_after_the_selection_ends(runs: Path) -> None:
    write_run(runs / "a", sentences(40))
    app = on_the_map(open_page("map.py", "run:a"), picked=7)
    assert f"item 7 says {HOSTILE}" in texts(app)
    assert not any("selected" in element.value for element in app.markdown)
    assert f"item 7 says {HOSTILE}" in texts(on_the_map(app))


@pytest.mark.parametrize("dataset", [pictures(40), sentences(40)], ids=["pictures", "sentences"])
def test_selected_points_are_counted_and_listed(runs: Path, dataset: Dataset) -> None:
    write_run(runs / "a", dataset)
    app = on_the_map(open_page("map.py", "run:a"), items=[3, 9, 30])
    assert not app.exception
    assert any("3 items selected" in element.value for element in app.markdown)
    table = app.dataframe[0].value
    assert table["Item"].tolist() == [3, 9, 30]
    if dataset.texts is None:
        assert table["Picture"].str.startswith("data:image/png;base64,").all()
    else:
        assert table["Text"].tolist() == [dataset.texts[i] for i in (3, 9, 30)]


def test_of_a_selection_the_first_is_inspected_until_another_is_clicked(runs: Path) -> None:
    write_run(runs / "a", sentences(40))
    app = on_the_map(open_page("map.py", "run:a"), items=[3, 9])
    assert f"item 3 says {HOSTILE}" in texts(app)
    app = on_the_map(app, items=[3, 9], picked=9)
    assert f"item 9 says {HOSTILE}" in texts(app)
    assert f"item 12 says {HOSTILE}" in texts(on_the_map(app, items=[12, 13], picked=9))


def test_a_long_selection_is_listed_in_part(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.selection.MOST_ROWS", 5)
    write_run(runs / "a", pictures(40))
    app = on_the_map(open_page("map.py", "run:a"), items=list(range(12)))
    assert any("12 items selected" in element.value for element in app.markdown)
    assert len(app.dataframe[0].value) == 5
    assert any("first 5 are listed" in caption.value for caption in app.caption)


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
@pytest.mark.parametrize("dataset", [pictures(40), sentences(40)], ids=["pictures", "sentences"])
def test_a_probe_without_a_live_socket_is_decoded_on_release(
    runs: Path, dataset: Dataset, latent_dim: int
) -> None:
    write_run(runs / "a", dataset, latent_dim)
    probe = {"x": 0.3, "y": -0.2, "rest": 1, "request": 1}
    app = on_the_map(open_page("map.py", "run:a"), probe=probe)
    assert not app.exception
    assert not app.error


def test_what_is_searched_for_is_found(runs: Path) -> None:
    write_run(runs / "a", sentences(40))
    app = on_the_map(open_page("map.py", "run:a"), query="item 7 SAYS")
    assert not app.exception


def test_pins_are_kept_while_one_looks_at_another_page(runs: Path) -> None:
    write_run(runs / "a", pictures(40))
    pin = {"x": 1.0, "y": 2.0, "z": [0.5, 1.0], "index": None, "view": "raw"}
    pin["note"] = "a **note**"
    app = on_the_map(open_page("map.py", "run:a"), pins=[pin])
    run = catalogue.open_run("run:a")
    [kept] = app.session_state[f"map.{run.content_hash}.pins"]
    assert kept.to_json() == pin


def test_items_that_are_not_stored_are_decoded_and_it_says_so(runs: Path) -> None:
    (write_run(runs / "a", pictures(40)) / "images.npy").unlink()
    for page in ("map.py", "clusters.py"):
        app = open_page(page, "run:a")
        assert not app.exception
    app = on_the_map(open_page("map.py", "run:a"), items=[1, 2])
    assert not app.exception
    assert any("ships without its data" in caption.value for caption in app.caption)


@pytest.mark.parametrize("model_id", ["nonsense", "run:../x", "run:**b**"])
def test_an_unknown_model_is_one_sentence(runs: Path, model_id: str) -> None:
    app = open_page("map.py", model_id)
    assert not app.exception
    told = app.error[0].value.replace("\\", "")
    assert told == f'There is no model called "{model_id}". Choose another model in the bar above.'


def test_a_model_that_is_deleted_while_it_is_open_is_one_sentence(runs: Path) -> None:
    folder = write_run(runs / "a", pictures(4))
    app = open_page("map.py", "run:a")
    shutil.rmtree(folder)
    app.run()
    assert not app.exception
    assert "There is no model called" in app.error[0].value


def test_a_damaged_model_is_one_sentence(runs: Path) -> None:
    (write_run(runs / "a", pictures(4)) / "latents.npy").write_bytes(b"nothing")
    app = open_page("map.py", "run:a")
    assert not app.exception
    assert "Choose another model" in app.error[0].value


def test_without_any_model_the_map_says_what_to_do(
    runs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "assets_folder", lambda: tmp_path / "none")
    app = open_page("map.py")
    assert not app.exception
    assert "Train one on the Train page" in app.info[0].value


def test_the_bar_lists_the_models_and_changes_the_open_one(
    runs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "assets_folder", lambda: tmp_path / "assets")
    write_run(tmp_path / "assets" / "digits", pictures(4))
    write_run(runs / HOSTILE.replace("/", "_"), sentences(4))
    app = AppTest.from_file(str(paths.app_script()), default_timeout=SECONDS).run()
    assert not app.exception
    picker = app.selectbox(key="model_picker")
    assert picker.value == "digits"
    assert picker.options[0] == "Digits 8×8 · 4 images · 2 dimensions"
    other = catalogue.list_models()[1].id
    picker.set_value(other).run()
    assert not app.exception
    assert app.query_params["model"] == other
    assert app.selectbox(key="model_picker").value == other


def test_the_bar_follows_the_url_and_shows_no_model_for_an_unknown_one(
    runs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "assets_folder", lambda: tmp_path / "none")
    write_run(runs / "a", pictures(4))
    app = AppTest.from_file(str(paths.app_script()), default_timeout=SECONDS)
    app.query_params["model"] = "run:a"
    assert app.run().selectbox(key="model_picker").value == "run:a"
    app.query_params["model"] = "gone"
    assert app.run().selectbox(key="model_picker").value is None
    assert "no model called" in app.error[0].value


@pytest.mark.parametrize("page", ["map.py", "clusters.py"])
def test_a_model_without_labels_opens_in_one_colour_or_by_distance(runs: Path, page: str) -> None:
    write_run(runs / "a", replace(sentences(40), labels=None, metadata={}))
    app = open_page(page, "run:a")
    assert not app.exception
    if page == "map.py":
        assert app.selectbox[0].value == "What the model notes (KL, nats)"


def test_a_collapsed_model_is_told_on_the_map(runs: Path) -> None:
    config = write_run(runs / "a", pictures(40)) / "config.json"
    values = json.loads(config.read_text())
    values["result"]["collapsed"] = True
    config.write_text(json.dumps(values))
    assert any("posterior collapse" in c.value for c in open_page("map.py", "run:a").caption)
