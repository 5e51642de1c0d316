"""An item of the visitor's own beside the map, without a browser: encoded in the page's own run."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue
from tests.explorer.canvas.test_mount import mounts
from tests.explorer.made_runs import HOSTILE, coloured, pictures, sentences, write_run
from tests.explorer.test_pages import open_page
from vae_core.runs import encode_texts


def told(app: AppTest) -> dict[str, Any]:
    [proto] = mounts(app)["latentscape.ownItem"]
    return dict(json.loads(proto.json))


def made(content: object, request: object = 1) -> dict[str, Any] | None:
    """What the page answers when that was drawn or typed."""
    app = open_page("map.py", "run:a")
    run = catalogue.open_run("run:a")
    state = {"state": {"content": content, "request": request}}
    app.session_state[f"map.own.{run.content_hash}"] = state
    app.run()
    assert not app.exception
    answer: dict[str, Any] | None = told(app)["answer"]
    return answer


@pytest.mark.parametrize(
    ("dataset", "shape", "one"),
    [
        (pictures(20), [8, 8, 1], "picture"),
        (coloured(20), [8, 8, 3], "picture"),
        (sentences(20), None, "sentence"),
    ],
    ids=["pictures", "coloured pictures", "sentences"],
)
def test_one_draws_where_the_model_reads_pictures_and_types_where_it_reads_text(
    runs: Path, dataset: Any, shape: list[int] | None, one: str
) -> None:
    write_run(runs / "a", dataset)
    said = told(open_page("map.py", "run:a"))
    assert (said["shape"], said["one"], said["answer"]) == (shape, one, None)


def test_a_drawing_is_placed_where_the_model_sees_it(runs: Path) -> None:
    dataset = pictures(20)
    assert dataset.images is not None
    write_run(runs / "a", dataset)
    answer = made(base64.b64encode(dataset.images[7].tobytes()).decode())
    assert answer is not None
    assert answer["at"]["raw"] == pytest.approx(answer["z"], abs=1e-4)
    assert len(answer["near"]) == 8
    assert (answer["picture"]["height"], answer["picture"]["width"]) == (8, 8)


def test_a_text_is_encoded_and_unknown_words_are_named(runs: Path) -> None:
    write_run(runs / "a", sentences(20), 5)
    text = f"item 3 says zebra {HOSTILE}"
    answer = made(text)
    assert answer is not None
    run = catalogue.open_run("run:a")
    np.testing.assert_allclose(answer["z"], encode_texts(run.model, [text]).numpy()[0], rtol=1e-4)
    assert "zebra" in answer["unknown"]
    assert list(answer["at"]) == ["plane"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [("AAAA", "takes pictures of 8 x 8"), ("!", "did not arrive whole"), ("ü", "not arrive whole")],
)
def test_a_drawing_that_does_not_fit_is_one_sentence(
    runs: Path, content: str, problem: str
) -> None:
    write_run(runs / "a", pictures(20))
    answer = made(content)
    assert answer is not None
    assert problem in answer["problem"]


@pytest.mark.parametrize("content", [None, 3, "", "   ", "x" * ((1 << 20) + 1)])
def test_nothing_and_far_too_much_are_not_encoded(runs: Path, content: object) -> None:
    write_run(runs / "a", sentences(20))
    assert made(content) is None
    assert made("text", request="1") is None
