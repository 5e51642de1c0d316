"""The map as a file, from the panel of a map: with the view and the colours that are seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer import pin_files, projections, runs_export, share_home
from explorer.analysis.projection.spec import TSNE, ProjectionSpec
from tests.explorer.made_runs import pictures, sentences, write_run
from tests.explorer.test_pages import on_the_map, open_page
from tests.explorer.test_share_items import panel
from vae_core.checkpoint import load_run

PIN = {"x": 0.0, "y": 0.0, "z": None, "index": 3, "view": "raw", "note": "look here"}
SPEC = ProjectionSpec(TSNE, perplexity=5)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr(runs_export.Exports, "ask", lambda self, *what: found.append(what))
    return found


def make(app: AppTest) -> None:
    [button] = [one for one in app.button if one.label == "Make the file"]
    button.click().run()
    assert not app.exception


def test_the_file_has_the_view_and_the_colours_of_the_page(
    runs: Path, asked: list[tuple[Any, ...]]
) -> None:
    folder = write_run(runs / "a", sentences(40), latent_dim=5)
    projections.make(load_run(folder), SPEC)
    app = open_page("map.py", "run:a")
    app.query_params["view"] = SPEC.id
    app.run()
    app.selectbox(key="map.colour").set_value("Split").run()
    make(panel(app, "File"))
    [(path, _, form, options)] = asked
    assert (path, form) == (folder, "html")
    assert options == ("--view", SPEC.id, "--colour", "Split")


def test_clusters_that_are_not_kept_are_said_not_to_be_in_it(
    runs: Path, asked: list[tuple[Any, ...]]
) -> None:
    write_run(runs / "a", sentences(40), latent_dim=5)
    app = panel(open_page("clusters.py", "run:a"), "File")
    assert any("not kept with the run yet" in one.value for one in app.caption)
    make(app)
    [(_, _, _, options)] = asked
    assert options == ()
    [keep] = [one for one in app.button if one.label == "Keep them"]
    keep.click().run()
    make(app)
    *_, (_, _, _, options) = asked
    assert options[0] == "--colour"
    assert str(options[1]).startswith("Clusters: k-means")


def test_only_what_is_found_and_the_pins_go_into_it(
    runs: Path, asked: list[tuple[Any, ...]]
) -> None:
    folder = write_run(runs / "a", pictures(40))
    app = panel(on_the_map(open_page("map.py", "run:a"), items=[3, 4, 9], pins=[PIN]), "File")
    make(app)
    [(_, _, _, options)] = asked
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert Path(given["--only"]).read_text().split() == ["3", "4", "9"]
    run = load_run(folder)
    [pin] = pin_files.read(
        Path(given["--pins"]).read_bytes(), share_home.identity_of(run), 40, run.latent_dim
    )
    assert (pin.index, pin.note) == (3, "look here")
