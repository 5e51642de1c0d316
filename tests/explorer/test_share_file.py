"""The map as a file, from the panel of a map: with the view and the colours that are seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, projections, runs_export
from explorer.analysis.projection.spec import TSNE, ProjectionSpec
from tests.explorer.made_runs import sentences, write_run
from tests.explorer.test_pages import open_page
from vae_core.checkpoint import load_run

SPEC = ProjectionSpec(TSNE, perplexity=5)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    monkeypatch.setattr(runs_export.Exports, "ask", lambda self, *what: found.append(what))
    return found


def panel(app: AppTest) -> AppTest:
    run = catalogue.open_run("run:a")
    app.session_state[f"share.open.{run.content_hash}"] = True
    app.session_state["share.way"] = "File"
    app.run()
    assert not app.exception
    return app


def make(app: AppTest) -> None:
    [button] = [one for one in app.button if one.label == "Make the file"]
    button.click().run()
    assert not app.exception


def test_the_file_has_the_view_and_the_colours_of_the_page(
    runs: Path, asked: list[tuple[object, ...]]
) -> None:
    folder = write_run(runs / "a", sentences(40), latent_dim=5)
    projections.make(load_run(folder), SPEC)
    app = open_page("map.py", "run:a")
    app.query_params["view"] = SPEC.id
    app.run()
    app.selectbox(key="map.colour").set_value("Split").run()
    make(panel(app))
    [(path, _, form, options)] = asked
    assert (path, form) == (folder, "html")
    assert options == ("--view", SPEC.id, "--colour", "Split")


def test_clusters_that_are_not_kept_are_said_not_to_be_in_it(
    runs: Path, asked: list[tuple[object, ...]]
) -> None:
    write_run(runs / "a", sentences(40), latent_dim=5)
    app = panel(open_page("clusters.py", "run:a"))
    assert any("not kept yet" in one.value for one in app.caption)
    make(app)
    [(_, _, _, options)] = asked
    assert options == ()
