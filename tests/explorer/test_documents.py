"""Every page on a run of documents, and on one of pictures in colour."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer import catalogue, wording
from explorer.analysis.decoding import decode
from explorer.strip import GAP, strip_png
from tests.explorer.made_runs import HOSTILE, coloured, sentences, write_run
from tests.explorer.test_decode_page import told
from tests.explorer.test_interpolate_page import choose, path_shown, path_told
from tests.explorer.test_pages import on_the_map, open_page, texts

PAGES = ("map.py", "decode.py", "interpolate.py", "clusters.py", "read.py")


@pytest.fixture
def documents(runs: Path) -> Path:
    """A run of thirty documents, the first of them hostile."""
    return write_run(runs / "a", sentences(30), 4, modality="documents")


def said(app: AppTest) -> list[str]:
    return [element.value.replace("\\", "") for element in app.caption]


def shown_images(app: AppTest) -> list[np.ndarray]:
    uris = [image.proto.imgs[0].url for image in app.get("image")]
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))) for uri in uris
    ]


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_on_documents_and_never_call_them_sentences(documents: Path, page: str) -> None:
    app = open_page(page, "run:a")
    assert not app.exception
    assert not app.error
    written = " ".join([*said(app), *(element.value for element in app.markdown)])
    assert "sentence" not in written.replace(HOSTILE, "")


def test_a_model_of_documents_is_called_so_in_the_bar(documents: Path, runs: Path) -> None:
    [entry] = catalogue.list_models(runs / "none", runs)
    assert entry.description == "30 documents · 4 dimensions"


def test_a_document_is_decoded_to_its_words_and_they_are_explained(documents: Path) -> None:
    desk = told(open_page("decode.py", "run:a"))
    assert desk["note"] == "The words it expects, most likely first."
    run = catalogue.open_run("run:a")
    assert desk["answer"]["text"] == decode(run, np.array([desk["z"]], np.float32))[0]
    assert len(desk["answer"]["text"].split()) > 1


def test_an_inspected_document_stands_beside_its_words(documents: Path) -> None:
    app = on_the_map(open_page("map.py", "run:a"), picked=7)
    assert f"item 7 says {HOSTILE}" in texts(app)
    assert "Decoded: the words it expects, most likely first" in said(app)


def test_the_centre_of_a_cluster_is_words(documents: Path) -> None:
    app = open_page("clusters.py", "run:a")
    assert "At the centre: the words it expects, most likely first" in said(app)


def test_documents_can_be_typed(documents: Path) -> None:
    app = open_page("interpolate.py", "run:a")
    assert path_told(app)["note"] == "The words it expects, most likely first."
    choose(app, "Type documents", "typed")
    assert "Type a document into both boxes" in app.info[0].value
    app.text_input[0].set_value("bold script")
    app.text_input[1].set_value("smile says")
    app.run()
    assert not app.exception
    assert len(path_shown(app)) == 9
    assert not app.warning


def test_a_typed_document_of_strange_words_is_told(documents: Path) -> None:
    app = choose(open_page("interpolate.py", "run:a"), "Type documents", "typed")
    app.text_input[0].set_value("zebra")
    app.text_input[1].set_value("bold")
    app.run()
    assert not app.exception
    told = app.warning[0].value.replace("\\", "")
    assert told == wording.unknown(["zebra"], "documents")
    assert "does not count “zebra”" in told


def test_words_for_documents_stay_away_from_sentences(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    assert told(open_page("decode.py", "run:a"))["note"] == ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colours", [2, 3, 4])
def test_pages_open_on_pictures_in_colour(runs: Path, page: str, colours: int) -> None:
    write_run(runs / "a", coloured(20, colours=colours))
    app = open_page(page, "run:a")
    assert not app.exception
    assert not app.error
    depth = {image.ndim for image in shown_images(app)}
    assert depth <= {3 if colours == 3 else 2}


def test_a_decoded_picture_keeps_its_colours(runs: Path) -> None:
    write_run(runs / "a", coloured(20))
    desk = told(open_page("decode.py", "run:a"))
    picture = desk["answer"]["picture"]
    assert (picture["height"], picture["width"], picture["channels"]) == (8, 8, 3)
    shown = np.frombuffer(base64.b64decode(picture["pixels"]), np.uint8).reshape(8, 8, 3)
    run = catalogue.open_run("run:a")
    expected = np.rint(np.asarray(decode(run, np.array([desk["z"]], np.float32)))[0] * 255)
    np.testing.assert_array_equal(shown, expected)


def test_an_inspected_picture_is_the_item_itself(runs: Path) -> None:
    dataset = coloured(20)
    write_run(runs / "a", dataset)
    app = on_the_map(open_page("map.py", "run:a"), picked=3)
    assert dataset.images is not None
    item = shown_images(app)[0]
    factor = item.shape[0] // 8
    np.testing.assert_array_equal(item[::factor, ::factor], dataset.images[3])


def test_a_strip_in_colour_keeps_its_colours() -> None:
    images = coloured(3).images
    assert images is not None
    sheet = np.asarray(Image.open(io.BytesIO(strip_png(images, cell=8))))
    assert sheet.shape == (8 + 2 * GAP, 3 * (8 + GAP) + GAP, 3)
    np.testing.assert_array_equal(sheet[GAP : GAP + 8, GAP : GAP + 8], images[0])
