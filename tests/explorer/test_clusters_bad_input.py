"""The Clusters page with what cannot be: one sentence each, and all stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import (
    cluster_place,
    computed,
    computed_clusters,
    kept_clusters,
)
from explorer.analysis.clusters.edits import Clustering
from explorer.analysis.clusters.spec import ClusterSpec
from explorer.clusters_state import Focus
from tests.explorer.on_clusters import (
    ID,
    ITEMS,
    errors,
    heaps,
    kept,
    mask,
    merge,
    rename,
    run_of,
    told,
    words,
)
from tests.explorer.test_pages import open_page


@pytest.fixture
def app(runs: Path) -> AppTest:
    heaps(runs / "a")
    return open_page("clusters.py", "run:a")


def test_a_name_that_cannot_be_is_one_sentence_and_all_stays(app: AppTest) -> None:
    rename(app, 0, "cats")
    rename(app, 1, "two\x07 bells")
    assert "cannot be a name" in errors(app)[0]
    assert [kept().name(cluster) for cluster in (0, 1)] == ["cats", "Cluster 2"]


def test_merging_with_nothing_is_one_sentence(app: AppTest) -> None:
    merge(app, 0, [])
    assert errors(app) == ["Merging takes two clusters or more: choose another one as well."]


def test_more_clusters_than_items_is_one_sentence_and_the_page_stays(app: AppTest) -> None:
    app.number_input(key=f"clusters.k.{run_of().content_hash}").set_value(61).run()
    next(button for button in app.button if button.label == "Find").click().run()
    app.run()
    assert not app.exception
    assert len(told(app)["colour"]["names"]) == 3


def test_identical_points_are_one_sentence(runs: Path) -> None:
    folder = heaps(runs / "a")
    stored = np.load(folder / "latents.npy")
    stored[:, 0] = 1.0
    np.save(folder / "latents.npy", stored)
    app = open_page("clusters.py", "run:a")
    assert not app.exception
    assert "Only 1 of the items differ" in errors(app)[0]


def test_labels_for_half_the_items_are_told(runs: Path) -> None:
    heaps(runs / "a", labels=tuple("a" if i < 30 else "" for i in range(ITEMS)))
    app = open_page("clusters.py", "run:a")
    assert not app.exception
    assert "Only the 30 of 60 items that have a label count" in words(app)
    assert "without a label: 100%" in words(app)


def test_a_damaged_kept_file_is_one_sentence_and_the_rest_opens(app: AppTest) -> None:
    rename(app, 0, "cats")
    (cluster_place.place_of(run_of()) / "kmeans-k5-latent-s0.json").write_text("{")
    app.run()
    assert not app.exception
    assert "cannot be read" in errors(app)[0]
    assert told(app)["colour"]["names"][0] == "cats"


def test_clusters_of_a_projection_that_is_gone_are_one_sentence(app: AppTest) -> None:
    run = run_of()
    usual = computed_clusters.usual(run)
    gone = Clustering(ClusterSpec(k=3, space="umap-2d-n5-d0.1-euclidean-s0"), usual.found, "gone")
    kept_clusters.keep(cluster_place.place_of(run), run, gone)
    app.run()
    app.selectbox[0].select(gone.spec.id).run()
    assert not app.exception
    assert "has no space" in errors(app)[0]
    assert "Clusters: gone" in computed.colour_choices(run)
    assert computed.colouring(run, "Clusters: gone").names[0] == "Cluster 1"  # type: ignore[union-attr]


def test_a_focus_on_clusters_that_are_gone_is_none(app: AppTest) -> None:
    app.session_state[f"clusters.focus.{run_of().content_hash}"] = Focus(ID, (7,))
    app.run()
    assert mask(app) is None
