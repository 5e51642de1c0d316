"""A file of one's own items on the map: encoded beside the server, placed, removed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer import catalogue, paths, placed_file, uploads
from explorer.canvas.guests import MOST_GUESTS, Guests
from tests.explorer.canvas.test_mount import mounts
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_pages import open_page
from vae_core.checkpoint import load_run

COUNT = 40
COLUMN = "latentscape.column"


def bring(app: AppTest, name: str, content: bytes) -> Path:
    """Upload a file, and wait until it has been encoded."""
    [field] = [one for one in app.file_uploader if one.key.startswith("own_file.upload")]
    field.upload(name, content)
    app.run()
    assert not app.exception
    [kept] = (paths.runs_folder() / uploads.FOLDER).glob(f"*/{name}")
    work = placed_file.known(catalogue.open_run("run:a"), kept)
    assert work is not None
    work.future.exception(timeout=300)
    app.run()
    assert not app.exception
    return kept


def guests(app: AppTest) -> dict[str, list[object]]:
    """What the map is told of them."""
    [proto] = mounts(app)["latentscape.latentMap"]
    name = json.loads(proto.json)["columns"]["guests"]
    [content] = [one.bytes for one in mounts(app)[COLUMN] if one.bytes[:16].decode() == name]
    found: dict[str, list[object]] = json.loads(content[16:])
    return found


def test_sentences_of_a_file_lie_where_the_model_has_them(runs: Path) -> None:
    folder = write_run(runs / "a", sentences(COUNT))
    run = load_run(folder)
    assert run.table.texts is not None
    texts = [run.table.texts[7], run.table.texts[3], f"something new {HOSTILE}"]
    app = open_page("map.py", "run:a")
    bring(app, "mine.txt", "\n".join(texts).encode())
    [table] = [one.value for one in app.dataframe if "Nearest item" in one.value]
    assert table["Text"].tolist() == [" ".join(text.split()) for text in texts]
    there = guests(app)
    assert len(there["at"]) == len(there["words"]) == 3
    assert any("3 sentences placed" in caption.value for caption in app.caption)
    # What the trained items' latents are was made up: the model itself has the last word.
    from vae_core.runs import encode_texts

    z = encode_texts(run.model, texts).numpy()
    nearest = [int(np.linalg.norm(run.latents.mean - one, axis=1).argmin()) for one in z]
    assert table["Nearest item"].tolist() == nearest
    app.button(key="own_file.remove").click().run()
    [proto] = mounts(app)["latentscape.latentMap"]
    assert json.loads(proto.json)["columns"]["guests"] is None
    assert not [one for one in app.dataframe if "Nearest item" in one.value]


def test_what_has_no_text_or_no_known_word_is_said(runs: Path) -> None:
    folder = write_run(runs / "a", sentences(COUNT))
    texts = load_run(folder).table.texts
    assert texts is not None
    app = open_page("map.py", "run:a")
    bring(app, "mine.txt", f"{texts[7]}\n\nqqqq zzzz\n".encode())
    [said] = [caption.value for caption in app.caption if "placed: the diamonds" in caption.value]
    assert said.startswith("2 sentences placed")
    assert "1 without a text left out." in said
    assert "1 item has no word that the model knows" in said


def test_pictures_of_any_size_are_made_as_large_as_the_models(runs: Path) -> None:
    write_run(runs / "a", pictures(COUNT))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, side in enumerate((20, 33)):
            picture = io.BytesIO()
            Image.fromarray(np.full((side, side), 90 * number, np.uint8)).save(picture, "PNG")
            archive.writestr(f"{number}.png", picture.getvalue())
    app = open_page("map.py", "run:a")
    bring(app, "scans.zip", content.getvalue())
    assert not app.error
    assert len(guests(app)["at"]) == 2


def test_a_file_that_cannot_be_read_is_one_sentence(runs: Path) -> None:
    write_run(runs / "a", pictures(COUNT))
    app = open_page("map.py", "run:a")
    bring(app, "mine.txt", b"a sentence\n")
    [error] = [one.value for one in app.error]
    assert "pictures" in error
    assert guests_of(app) is None


def guests_of(app: AppTest) -> object:
    [proto] = mounts(app)["latentscape.latentMap"]
    return json.loads(proto.json)["columns"]["guests"]


def test_a_map_shows_only_so_many_with_a_text_each() -> None:
    with pytest.raises(ValueError, match="up to 2,000"):
        Guests(np.zeros((MOST_GUESTS + 1, 2)), ["a"] * (MOST_GUESTS + 1))
    with pytest.raises(ValueError, match="2 texts"):
        Guests(np.zeros((1, 2)), ["a", "b"])
    column = Guests(np.array([[1.0, 2.0]]), ["x" * 500]).column
    assert json.loads(column.data[16:])["words"] == ["x" * 200]
