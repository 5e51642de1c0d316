"""The Clusters page without a browser: found, changed, selected, counted."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import (
    catalogue,
    cluster_colours,
    cluster_place,
    clusters_bar,
    clusters_view,
    clusters_worth,
    computed,
    computed_clusters,
    kept_clusters,
    page_parts,
    side_work,
)
from explorer.analysis.clusters.edits import Clustering, found_by
from explorer.analysis.clusters.spec import ClusterSpec
from explorer.clusters_state import Focus
from explorer.colouring import PALETTE
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.explorer.on_clusters import (
    ID,
    ITEMS,
    NAME,
    drawn,
    heaps,
    kept,
    mask,
    merge,
    press,
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


def test_the_usual_clusters_are_there_at_once_called_by_their_keywords(app: AppTest) -> None:
    assert not app.exception
    assert told(app)["colour"]["names"] == ["cat, purrs", "boat, sails", "bread, bakes"]
    shown = words(app)
    assert "Cluster 1 · 30 items (50%) · tight" in shown
    assert "\u2068a\u2069: 100%" in shown
    assert "Most typical" in shown
    assert [box.placeholder for box in app.text_input][-3:] == [
        "cat, purrs", "boat, sails", "bread, bakes",
    ]  # fmt: skip
    assert not cluster_place.place_of(run_of()).exists()


def test_pictures_have_clusters_by_number_and_a_decoded_centre(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(page_parts, "show_pictures", lambda *given, **_: shown.append(given))
    write_run(runs / "a", pictures(40))
    app = open_page("clusters.py", "run:a")
    assert told(app)["colour"]["names"] == ["Cluster 1", "Cluster 2", "Cluster 3"]
    cards = [names for _, names in shown if names[0] == "centre"]
    assert [len(names) for names in cards] == [4, 4, 4]
    assert not app.error


def test_a_name_is_kept_shown_as_it_is_and_taken_back(app: AppTest) -> None:
    rename(app, 0, NAME)
    assert kept().name(0) == NAME
    assert told(app)["colour"]["names"][0] == NAME
    rename(app, 0, "cats", NAME)
    press(app, "clusters.undo")
    press(app, "clusters.undo")
    assert kept().edits == ()
    assert app.button(key="clusters.undo").disabled


def test_clusters_are_merged_and_split(app: AppTest) -> None:
    merge(app, 2, [1])
    assert kept().clusters == (0, 1)
    assert sorted(np.bincount(kept().assignment).tolist()) == [30, 30]
    press(app, "clusters.split.0")
    assert len(kept().clusters) == 3
    press(app, "clusters.undo")
    press(app, "clusters.undo")
    assert kept().clusters == (0, 1, 2)


def test_a_colour_is_swapped_with_that_of_another(app: AppTest) -> None:
    app.session_state[f"clusters.dot.{ID}.0"] = True
    app.run()
    press(app, "cluster_swatch_2")
    assert cluster_colours.shades(kept())[0] == PALETTE[2]
    assert cluster_colours.shades(kept())[2] == PALETTE[0]
    assert told(app)["colour"]["names"] == ["bread, bakes", "boat, sails", "cat, purrs"]


def test_a_card_selects_its_items_on_map_and_table(app: AppTest) -> None:
    press(app, "clusters.select.1")
    assert mask(app) == list(range(30, 50))
    assert app.dataframe[0].value["Item"].tolist() == list(range(30, 50))
    press(app, "clusters.unfocus")
    assert mask(app) is None


def test_a_selection_by_card_takes_the_place_of_one_drawn_on_the_map(app: AppTest) -> None:
    drawn(app, [0, 1, 2])
    press(app, "clusters.select.2")
    assert mask(app) == list(range(50, 60))
    assert app.dataframe[0].value["Item"].tolist() == list(range(50, 60))


def test_what_filters_and_lasso_leave_is_counted_on_each_card(app: AppTest) -> None:
    assert "here**" not in words(app)
    drawn(app, [0, 1, 31])
    shown = words(app)
    for count in ("**2 of 30 here**", "**1 of 20 here**", "**0 of 10 here**"):
        assert count in shown
    app.selectbox(key="filters.add").select("Label").run()
    app.multiselect(key="filters.value.Label").set_value(["b"]).run()
    assert "**0 of 30 here**" in words(app)
    assert "**1 of 20 here**" in words(app)


def test_a_cell_of_labels_and_clusters_selects_its_items(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clusters_worth._picked({"selection": {"points": [{"x": 1, "y": 0}]}}, 3, 3) == (0, 1)
    for nonsense in (None, {}, {"selection": {"points": []}},
                     {"selection": {"points": [{"x": 9, "y": 0}]}},
                     {"selection": {"points": [{"x": "a", "y": None}]}}):  # fmt: skip
        assert clusters_worth._picked(nonsense, 3, 3) is None
    key = f"clusters.focus.{run_of().content_hash}"
    app.session_state[key] = Focus(ID, (0,), "a")
    app.run()
    assert mask(app) == list(range(30))
    app.session_state[key] = Focus(ID, (0,), "b")
    app.run()
    assert mask(app) == []


def test_found_clusters_are_kept_opened_and_found_again(app: AppTest) -> None:
    app.number_input(key=f"clusters.k.{run_of().content_hash}").set_value(4).run()
    app.text_input(key="clusters.new_title").set_value("four  parts").run()
    next(button for button in app.button if button.label == "Find").click().run()
    app.run()
    assert kept(clustering="kmeans-k4-latent-s0").title == "four parts"
    assert len(told(app)["colour"]["names"]) == 4
    assert "Clusters: four parts" in computed.colour_choices(run_of())
    colours = computed.colouring(run_of(), "Clusters: four parts")
    assert colours.codes.tolist() == kept(clustering="kmeans-k4-latent-s0").assignment.tolist()  # type: ignore[union-attr]


def test_larger_themes_take_the_place_of_clusters_on_the_map(runs: Path) -> None:
    write_run(runs / "a", sentences(60, labels=6))
    app = open_page("clusters.py", "run:a")
    slider = next(one for one in app.slider if one.label == "Fewer, larger themes")
    assert slider.value == 6
    slider.set_value(2).run()
    assert not app.exception
    assert len(told(app)["colour"]["names"]) == 2
    assert told(app)["clusters"]["names"] == told(app)["colour"]["names"]
    assert len([one for one in app.button if one.label == "Select"]) == 6 + 2


def test_many_clusters_have_larger_themes_to_be_named_from_afar(runs: Path) -> None:
    write_run(runs / "a", sentences(200, labels=6))
    run = run_of()
    found = clusters_view.View(
        clustering := found_by(ClusterSpec(k=40), run.latents.mean),
        computed_clusters.told(run, clustering),
        computed_clusters.titles(run, clustering),
        None,
    ).named(run)
    assert [len(level.names) for level in found.levels] == [4, 13]
    assert found.names == list(computed_clusters.titles(run, clustering).values())
    assert found.codes.tolist() == clustering.assignment.tolist()
    coarse, fine = (np.array(level.of) for level in found.levels)
    for theme in range(13):  # a tree: what is together nearby is together further away
        assert len(set(coarse[fine == theme])) == 1


def test_noise_is_neutral_and_can_be_selected(app: AppTest) -> None:
    run = run_of()
    assignment = computed_clusters.usual(run).assignment.copy()
    assignment[:5] = -1
    spec = ClusterSpec("hdbscan", min_cluster_size=5)
    found = replace(computed_clusters.usual(run).found, assignment=assignment)
    kept_clusters.keep(cluster_place.place_of(run), run, Clustering(spec, found))
    app.run()
    app.selectbox[0].select(spec.id).run()
    assert told(app)["colour"]["names"][-1] == "Noise"
    assert told(app)["colour"]["other"] == 3
    assert "5 items are noise" in words(app)
    press(app, "clusters.select.noise")
    assert mask(app) == [0, 1, 2, 3, 4]


def test_items_go_along_with_number_and_name_of_their_cluster(app: AppTest) -> None:
    rename(app, 0, "cats")
    rows = list(csv.DictReader(io.StringIO(clusters_bar.as_csv(run_of(), kept()))))
    assert len(rows) == ITEMS
    assert rows[0][f"cluster.{ID}"] == "1"
    assert rows[0][f"cluster.{ID}.name"] == "cats"
    assert rows[0]["Text"].startswith("the cat purrs **bold**")


def test_what_is_removed_is_gone_and_the_usual_is_shown(app: AppTest) -> None:
    rename(app, 0, "cats")
    next(one for one in app.button if one.label == "Remove these clusters").click().run()
    app.run()
    assert not app.exception
    assert kept_clusters.read(cluster_place.place_of(run_of()), run_of(), ID) is None
    assert told(app)["colour"]["names"][0] == "cat, purrs"


def test_measures_are_asked_for_shown_and_what_failed_is_said(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def ask(self: Any, key: Any, arguments: Any, doing: str, instead: str) -> side_work.Work:
        asked.append(list(arguments))
        work = self._known[key] = side_work.Work(doing)
        work.future.set_result(
            {
                "stability": {"ari": 0.81, "said": "much the same clusters each time (mean ARI)"},
                "silhouette": 0.5,
                "compared": {
                    "name": "LSA (4) + k-means",
                    "nmi": 0.3,
                    "ari": 0.2,
                    "accuracy": 0.4,
                    "same": 0.1,
                },
                "notes": [HOSTILE],
            }
        )
        return work

    works = side_work.Works()
    monkeypatch.setattr(side_work, "works", lambda: works)
    monkeypatch.setattr(side_work.Works, "ask", ask)
    press(app, "clusters.measure")
    app.run()
    assert not app.exception
    assert asked[0][:2] == ["cluster", str(run_of().path)]
    assert {"--only", "measures", "--compare-lsa"} <= set(asked[0])
    table = app.table[0].value
    assert table["These clusters"].tolist()[:3] == [
        "**0.81**: much the same clusters each time", "**0.50**", "**1.00**",
    ]  # fmt: skip
    assert table["LSA (4) + k-means"].tolist()[2:] == ["0.30", "0.20", "0.40", "0.10"]
    assert page_parts.literal(HOSTILE) in [caption.value for caption in app.caption]


def test_a_bundled_model_keeps_changes_in_the_runs_folder(
    runs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from explorer import paths

    monkeypatch.setattr(paths, "assets_folder", lambda: tmp_path / "assets")
    heaps(tmp_path / "assets" / "digits")
    app = open_page("clusters.py", "digits")
    assert "changes are kept in the runs folder instead" in words(app)
    rename(app, 0, "cats")
    run = catalogue.open_run("digits")
    assert cluster_place.place_of(run).is_relative_to(runs)
    assert told(app)["colour"]["names"][0] == "cats"
    assert not (tmp_path / "assets" / "digits" / "clusters").exists()
