"""Opening a link on the pages: all of a view, what of it still fits, and links that are none."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, paths, share_home, share_link
from explorer.analysis.filtering import OneOf
from explorer.canvas import ranges
from explorer.canvas.path import DRAWN
from explorer.canvas.state import Camera, Pin
from explorer.finding import NEAR, Wish
from explorer.share_link import Link, Shared, decode, encode
from explorer.share_parts import SharedPath
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.test_pages import SECONDS

TSNE = "tsne-2d-p5-euclidean-s0"


@pytest.fixture
def shared(runs: Path) -> Shared:
    """What a link to a model of forty sentences in five dimensions carries at least."""
    write_run(runs / "a", sentences(40), latent_dim=5)
    run = catalogue.open_run("run:a")
    return Shared(share_home.identity_of(run), len(run))


def opened(link: Shared | str, model: str = "run:a", page: str = "map.py", **also: str) -> AppTest:
    app = AppTest.from_file(str(paths.pages_folder() / page), default_timeout=SECONDS)
    app.query_params["model"] = model
    app.query_params["s"] = link if isinstance(link, str) else encode(link).value
    for name, value in also.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def told(app: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in [*app.warning, *app.error]]


def kept(app: AppTest, key: str) -> Any:
    run = catalogue.open_run(str(app.query_params["model"]))
    return app.session_state[key.format(run.content_hash)]


def test_a_link_opens_all_of_a_view_and_leaves_the_address(shared: Shared) -> None:
    pin = Pin(0.5, -1.0, (0.0, 1.0, 2.0, 3.0, 4.0), None, "plane", f"see {HOSTILE}")
    link = replace(
        shared,
        colour="Split",
        camera=Camera(2.0, 0.25, -0.5),
        picked=7,
        selection=ranges.encode(np.array([3, 4, 9])),
        filters=(OneOf("Split", ("train",)),),
        wish=Wish("words", "item"),
        pins=(pin, Pin(0.0, 0.0, None, 5)),
        path=SharedPath(DRAWN, 5, ((0.0, 0.0), (1.0, 1.0)), items=(1, 2)),
    )
    app = opened(link)
    assert told(app) == []
    assert "s" not in app.query_params
    assert "**2 items selected**" in [one.value for one in app.markdown]  # 4 is of another split
    assert kept(app, "map.{}.pins") == link.pins
    assert app.session_state["map.colour"] == "Split"
    assert app.session_state["interpolate.path"] == DRAWN
    assert kept(app, "interpolate.drawn.{}") == link.path.drawn if link.path else False
    assert app.text_input(key=f"pins.note.{_hash()}.1").value == pin.note
    # The browser is told, until it says that it has done so.
    order = kept(app, "map.{}.order")
    assert order.to_json() == {
        "token": order.token, "ranges": link.selection, "query": "", "pins": True,
        "camera": {"zoom": 2.0, "u": 0.25, "v": -0.5, "whole": False},
    }  # fmt: skip


def _hash() -> str:
    return catalogue.open_run("run:a").content_hash


def test_what_is_done_after_a_link_is_not_undone_by_it(shared: Shared) -> None:
    app = opened(replace(shared, selection=ranges.encode(np.array([1, 2, 3])), picked=2))
    order = kept(app, "map.{}.order")
    nothing = {"selection": {"ranges": "", "count": 0}, "turn": 4, "done": order.token}
    app.session_state[f"map.{_hash()}"] = {"state": nothing}
    app.run()
    assert not any("selected" in one.value for one in app.markdown)
    assert kept(app, "map.{}.order") is None
    app.run()
    assert "s" not in app.query_params


def test_what_a_link_opens_the_panel_puts_into_a_link_again(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = replace(
        shared,
        colour="Split",
        picked=7,
        selection=ranges.encode(np.array([3, 6])),
        filters=(OneOf("Split", ("train",)),),
        wish=Wish(NEAR, "pin 1", 20, (0.0, 1.0, 2.0, 3.0, 4.0)),
        pins=(Pin(1.0, 2.0, None, 4, "plane", "note"),),
    )
    app = opened(link)
    written: list[Shared] = []

    def noted(one: Shared) -> Link:
        written.append(one)
        return encode(one)

    monkeypatch.setattr(share_link, "encode", noted)
    app.session_state[f"share.open.{_hash()}"] = True
    app.session_state[f"share.link.{_hash()}"] = {
        "state": {"turn": 1, "camera": {"zoom": 2, "u": 0.5, "v": 0, "whole": False}}
    }
    app.run()
    assert not app.exception
    assert written == [replace(link, camera=Camera(2.0, 0.5, 0.0))]
    assert "It opens the same view" in " ".join(one.value for one in app.caption)


def test_pins_that_are_nowhere_harm_no_link(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(shared)
    written: list[Link] = []
    monkeypatch.setattr(share_link, "encode", lambda one: written.append(encode(one)) or written[0])
    far = [{"x": 1e200, "y": 0.0}, {"x": 0.0, "y": 0.0, "z": [1e300] * 5}]
    said = {"pins": far, "turn": 1, "done": kept(app, "map.{}.order").token}
    app.session_state[f"map.{_hash()}"] = {"state": said}
    app.session_state[f"share.open.{_hash()}"] = True
    app.run()
    app.run()
    assert not app.exception
    assert [pin.z for pin in decode(written[-1].value).pins] == [None]


def test_what_is_too_much_for_a_link_is_said(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(replace(shared, selection=ranges.encode(np.array([3, 4]))))
    room = len(encode(replace(shared, picked=3)).value)
    monkeypatch.setattr(share_link, "encode", lambda one: encode(one, longest=room))
    app.session_state[f"share.open.{_hash()}"] = True
    app.run()
    assert told(app)[0].startswith("Too much for a link: the selection is left out.")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "This link is damaged"),
        ("hello", "This link is damaged"),
        ("1.AAAA", "This link is damaged"),
        ("9.abc", "This link is of version 9"),
        ("1." + "A" * 30_000, "This link has 30,002 characters"),
        (f"1.{HOSTILE}", "This link is damaged"),
    ],
)
def test_a_link_that_is_none_says_so_and_opens_the_plain_map(
    shared: Shared, value: str, sentence: str
) -> None:
    app = opened(value)
    [said] = told(app)
    assert said.startswith(sentence)
    assert said.endswith("lain map is shown.")
    assert "s" not in app.query_params
    app.button(key="share.read").click().run()
    assert told(app) == []


def test_a_link_to_another_version_opens_no_items(shared: Shared) -> None:
    link = replace(
        shared, content="0" * 16, colour="Split", picked=3, camera=Camera(3.0, 0.0, 0.0),
        selection=ranges.encode(np.array([1, 2])), pins=(Pin(0.0, 0.0, None, 3),),
        filters=(OneOf("Label", ("0",)),),
    )  # fmt: skip
    app = opened(link)
    [said] = told(app)
    assert said.startswith("This link is to another version of this model")
    assert app.session_state["map.colour"] == "Split"
    order = kept(app, "map.{}.order")
    assert (order.camera, order.selection, order.pins) == (Camera(3.0, 0.0, 0.0), None, None)
    assert not any("selected" in one.value for one in app.markdown)
    assert not any("found" in one.value for one in app.markdown)


def test_parts_that_do_not_fit_are_named_and_the_rest_is_opened(shared: Shared) -> None:
    link = replace(
        shared, colour="**no such**", picked=40, selection=ranges.encode(np.array([2, 99])),
        pins=(Pin(0.0, 0.0, (1.0,), None), Pin(0.0, 0.0, None, 40), Pin(1.0, 1.0, None, 3)),
        filters=(OneOf("Gone", ("0",)),), wish=Wish(NEAR, "x", 5, (1.0,)), clustering="k-gone",
        path=SharedPath(DRAWN, 5, items=(0, 99)),
    )  # fmt: skip
    app = opened(link)
    [said] = told(app)
    assert said == (
        "Left out of the link: the colour “**no such**”; the selection, which is of other items; "
        "item 40, as the last one is 39; 2 pins of another space; the filters, which are on "
        "columns that are not here; the search, which this model has no use for; the path, whose "
        "ends are not here; and the clusters, which are not kept here."
    )
    assert kept(app, "map.{}.pins") == (link.pins[2],)


def test_a_view_that_is_not_computed_is_offered(shared: Shared) -> None:
    app = opened(replace(shared, view=TSNE, camera=Camera(9.0, 0.0, 0.0)))
    [said] = told(app)
    assert "asks for a view that this model does not have" in said
    assert (
        app.button(key="view.compute_linked").label.replace("\\", "")
        == "Compute t-SNE, perplexity 5"
    )
    assert app.query_params["view"] in (TSNE, [TSNE])
    assert kept(app, "map.{}.order").camera.whole  # it looked at another map


def test_a_link_to_a_model_that_is_gone_names_what_there_is(shared: Shared, runs: Path) -> None:
    app = opened(replace(shared, content="0" * 16), model="run:**gone**")
    [said] = told(app)
    assert said.startswith('This link is to the model "**gone**", which is not here. There is: ')
    assert "Digits 8×8" in said


def test_a_link_finds_its_model_under_another_name(shared: Shared, runs: Path) -> None:
    shutil.move(runs / "a", runs / "b")
    for model in ("run:a", "digits"):
        app = opened(replace(shared, picked=3), model=model)
        assert told(app) == []
        assert app.query_params["model"] in (["run:b"], "run:b")


def test_a_link_opens_the_clusters_page(shared: Shared) -> None:
    link = replace(shared, clustering="kmeans-k3-latent-s0", selection=ranges.encode(np.arange(5)))
    app = opened(link, page="clusters.py")
    assert told(app) == []
    assert "**5 items selected**" in [one.value for one in app.markdown]


def test_pictures_are_shared_as_well(runs: Path) -> None:
    write_run(runs / "a", pictures(30))
    run = catalogue.open_run("run:a")
    link = Shared(share_home.identity_of(run), 30, picked=29, wish=Wish("meaning", "a three"))
    [said] = told(opened(link))
    assert said == "Left out of the link: the search, which this model has no use for."
