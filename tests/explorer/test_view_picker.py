"""The view of the Map page: at once, kept, by a link, or computed by a job meanwhile."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, paths, projections, view_picker
from explorer import jobs as jobs_module
from explorer.analysis.projection.spec import ProjectionSpec
from explorer.job import Job
from explorer.jobs import jobs_in
from tests.explorer.made_runs import sentences, write_run
from tests.explorer.test_pages import open_page
from vae_core.checkpoint import load_run

LONG = 60.0
TSNE = ProjectionSpec("tsne", perplexity=5.0)
# Stands in for the command, which takes seconds to start: waits, then makes what was asked for.
WORKER = """
    import pathlib, shutil, sys, time
    here = pathlib.Path({here!r})
    while (here / "hold").exists():
        time.sleep(0.02)
    if (here / "fail").exists():
        sys.exit("latentscape: all items lie at one place; there is nothing to draw apart.")
    place = pathlib.Path(sys.argv[2]) / "derived"
    place.mkdir(exist_ok=True)
    shutil.copy(here / "made.npz", place / (here / "name").read_text())
"""


@pytest.fixture
def run_folder(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run of five dimensions, and a stand-in that has the t-SNE of it ready."""
    folder = write_run(runs / "a", sentences(40), latent_dim=5)
    _, file = projections.make(load_run(folder), TSNE)
    file.rename(tmp_path / "made.npz")
    (tmp_path / "name").write_text(file.name)
    script = tmp_path / "worker.py"
    script.write_text(textwrap.dedent(WORKER.format(here=str(tmp_path))))
    monkeypatch.setattr(jobs_module, "WORKER", (sys.executable, str(script)))
    yield folder
    (tmp_path / "hold").unlink(missing_ok=True)
    jobs_in(runs).close(seconds=1.0)


def opened(folder: Path, **parameters: str) -> AppTest:
    app = open_page("map.py", catalogue.run_id(folder))
    for name, value in parameters.items():
        app.query_params[name] = value
    return renewed(app) if parameters else app


def renewed(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption).replace("\\", "")


def problems(app: AppTest) -> list[str]:
    return [error.value.replace("\\", "") for error in app.error]


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def ask(app: AppTest, runs: Path) -> Job:
    """Ask for the t-SNE; return the job that computes it."""
    app.segmented_control(key="view.method").set_value("tsne").run()
    app.slider(key="view.perplexity").set_value(5).run()
    app.button(key="view.compute").click().run()
    return jobs_in(runs).all()[0]


def test_the_first_view_is_there_without_any_job(run_folder: Path, runs: Path) -> None:
    app = opened(run_folder)
    assert "The plane that shows most (PCA)" in said(app)
    assert jobs_in(runs).all() == []


def test_a_latent_space_of_two_dimensions_needs_no_other_view(runs: Path) -> None:
    app = opened(write_run(runs / "flat", sentences(12)))
    assert "no projection is needed" in said(app)
    assert "View" not in [box.label for box in app.selectbox]


def test_a_job_computes_a_new_view_while_the_page_stays(
    run_folder: Path, runs: Path, tmp_path: Path
) -> None:
    (tmp_path / "hold").touch()
    app = opened(run_folder)
    job = ask(app, runs)
    assert job.record.arguments == ("project", str(run_folder), *TSNE.arguments)
    assert "Computing t-SNE, perplexity 5" in said(app)
    assert "The plane that shows most (PCA)" in said(app)
    assert app.button(key="view.compute").disabled  # one at a time
    (tmp_path / "hold").unlink()
    assert job.wait(LONG)
    renewed(app)
    assert "trustworthiness" in said(app)
    assert "distances between clusters" in said(app)
    assert app.query_params["view"] == TSNE.id
    [box] = [box for box in app.selectbox if box.label == "View"]
    box.select(box.options[0]).run()
    assert "The plane that shows most (PCA)" in said(app)
    assert "view" not in app.query_params


def test_what_is_there_is_shown_without_a_job(run_folder: Path, runs: Path) -> None:
    projections.make(load_run(run_folder), TSNE)
    app = opened(run_folder)
    app.segmented_control(key="view.method").set_value("tsne").run()
    app.slider(key="view.perplexity").set_value(5).run()
    assert app.button(key="view.compute").label == "Show it"
    app.button(key="view.compute").click().run()
    assert "trustworthiness" in said(app)
    assert jobs_in(runs).all() == []


def test_a_view_from_a_link_stays_when_the_url_loses_it(run_folder: Path) -> None:
    projections.make(load_run(run_folder), TSNE)
    app = opened(run_folder, view=TSNE.id)
    del app.query_params["view"]  # as Streamlit does when the visitor goes to another page
    app.run()
    assert "trustworthiness" in said(app)
    assert app.query_params["view"] == TSNE.id


def test_a_link_opens_a_view_and_one_that_is_not_there_harms_nothing(run_folder: Path) -> None:
    projections.make(load_run(run_folder), TSNE)
    app = opened(run_folder, view=TSNE.id)
    assert "trustworthiness" in said(app)
    assert not app.error
    for name in ("umap-2d-n15-d0.1-euclidean-s0", "<b>../x", "tsne-9d"):
        app = opened(run_folder, view=name)
        assert "The plane that shows most (PCA)" in said(app)
        assert problems(app) == [
            "This link asks for a view that this model does not have. "
            "PCA is shown; New view computes others."
        ]


def test_a_link_to_a_view_of_a_plane_says_that_the_plane_is_shown(runs: Path) -> None:
    app = opened(write_run(runs / "flat", sentences(12)), view=TSNE.id)
    assert "Its latent space itself is shown." in problems(app)[0]


def test_another_model_has_none_of_the_views_of_the_one_before(
    run_folder: Path, runs: Path
) -> None:
    projections.make(load_run(run_folder), TSNE)
    other = write_run(runs / "b", sentences(30), latent_dim=5)
    app = AppTest.from_file(str(paths.app_script()), default_timeout=LONG)
    app.query_params["model"] = run_folder.name  # a link written by hand keeps its view
    app.query_params["view"] = TSNE.id
    renewed(app)
    assert app.query_params["view"] == TSNE.id
    app.selectbox(key="model_picker").set_value(catalogue.run_id(other))
    renewed(app)
    assert "view" not in app.query_params
    assert problems(app) == []


def test_a_view_that_is_given_up_is_forgotten(run_folder: Path, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "hold").touch()
    app = opened(run_folder)
    job = ask(app, runs)
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert job.wait(LONG)
    renewed(app)
    assert "Cancel" not in labels(app)
    assert "The plane that shows most (PCA)" in said(app)
    assert problems(app) == []


def test_why_a_view_could_not_be_computed_is_said(
    run_folder: Path, runs: Path, tmp_path: Path
) -> None:
    (tmp_path / "fail").touch()
    app = opened(run_folder)
    assert ask(app, runs).wait(LONG)
    renewed(app)
    assert "all items lie at one place" in problems(app)[0]
    assert "The plane that shows most (PCA)" in said(app)


def test_methods_have_words() -> None:
    assert {*view_picker._MEANING} >= {"umap", "tsne", "pacmap", "pca"}
