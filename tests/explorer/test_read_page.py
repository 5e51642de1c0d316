"""The Read page without a browser: every part on every kind of model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, computed, computed_reading, read_map, read_parts, reading_words
from explorer.analysis.aggregate import Holes
from explorer.analysis.dimensions import Dimension, Effect
from explorer.analysis.words_along import Word, WordsAlong
from explorer.canvas import ranges
from explorer.canvas.layers import Ellipses, Shade
from explorer.content import key_of
from tests.explorer.canvas.test_mount import mounts
from tests.explorer.made_runs import HOSTILE, coloured, pictures, sentences, write_run
from tests.explorer.test_pages import open_page
from vae_core import checkpoint
from vae_core.checkpoint import Run

PAGE, ID, COLUMN = "read.py", "run:a", "latentscape.column"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for what is made in the background: nothing of it is left out for want of time."""
    monkeypatch.setattr(computed_reading, "WAIT_SECONDS", 120.0)


def opened() -> Run:
    return catalogue.open_run(ID)


def part(app: AppTest, name: str) -> AppTest:
    """Choose a part; nothing may go wrong in it."""
    app.session_state["read.part"] = name
    app.run()
    assert not app.exception
    assert not app.error
    return app


def said(app: AppTest) -> str:
    found = [*app.markdown, *app.caption, *app.info, *app.warning, *app.text]
    return "\n".join(element.value.replace("\\", "") for element in found)


def column(app: AppTest, name: str) -> dict[str, Any] | None:
    """What the map is told of a layer; None where it is not there."""
    [proto] = mounts(app)["latentscape.latentMap"]
    named = json.loads(proto.json)["columns"].get(name)
    if named is None:
        return None
    [content] = [one.bytes for one in mounts(app)[COLUMN] if one.bytes[:16].decode() == named]
    found: dict[str, Any] = json.loads(content[16:])
    return found


def told(app: AppTest) -> list[dict[str, Any]]:
    """The rows of words that are shown."""
    found = mounts(app).get("latentscape.markedWords", [])
    return [row for proto in found for row in json.loads(proto.json)["rows"]]


@pytest.mark.parametrize(
    ("dataset", "about"),
    [
        (pictures(40), {"latent_dim": 2}),
        (coloured(20), {"latent_dim": 3}),
        (sentences(30), {"latent_dim": 4}),
        (sentences(30), {"latent_dim": 1}),
        (sentences(30), {"latent_dim": 4, "modality": "documents"}),
        (pictures(1), {"latent_dim": 2}),
        (sentences(2), {"latent_dim": 3}),
    ],
    ids=["pictures", "in colour", "sentences", "of a line", "documents", "one item", "two items"],
)
def test_every_part_opens_on_every_kind_of_model(
    runs: Path, dataset: Any, about: dict[str, Any]
) -> None:
    write_run(runs / "a", dataset, **about)
    app = open_page(PAGE, ID)
    assert not app.exception
    assert not app.error
    app.session_state["read.layers"] = [read_map.HOLES, read_map.SPREAD]
    for name in read_parts.names(opened()):
        part(app, name)
        assert HOSTILE not in [element.value for element in app.markdown]
    for way in ("random", "worst"):
        app.session_state["read.rebuilt"] = way
        part(app, read_parts.REBUILT)


def test_holes_and_ellipses_lie_over_the_map_where_they_are_asked_for(runs: Path) -> None:
    write_run(runs / "a", pictures(40))
    app = open_page(PAGE, ID)
    holes = column(app, "holes")
    assert holes is not None
    assert (holes["rows"], holes["columns"]) == (96, 96)
    assert column(app, "ellipses") is None
    app.session_state["read.layers"] = [read_map.SPREAD]
    app.run()
    assert column(app, "holes") is None
    ellipses = column(app, "ellipses")
    assert ellipses is not None
    assert len(ellipses["at"]) == len(ellipses["spread"]) == 40
    # Log variances of −2: a circle of that variance in a plane that is the latent space.
    assert ellipses["spread"][0] == pytest.approx([np.exp(-2), 0, np.exp(-2)], rel=1e-5)
    items = {"ranges": ranges.encode(np.array([3, 5])), "count": 2}
    key = f"read.map.{opened().content_hash}"
    app.session_state[key] = {"state": {"selection": items, "picked": 5, "turn": 1}}
    app.run()
    chosen = column(app, "ellipses")
    assert chosen is not None
    assert (len(chosen["at"]), chosen["marked"]) == (2, 1)


def test_a_part_lays_its_layer_over_the_map_until_that_is_taken_away(runs: Path) -> None:
    write_run(runs / "a", pictures(40))
    app = open_page(PAGE, ID)

    def choose(label: str, value: Any) -> None:
        [group] = [one for one in app.get("button_group") if one.proto.label == label]
        group.set_value(value).run()
        assert not app.exception

    assert column(app, "ellipses") is None
    choose("Part", read_parts.SPREAD)
    assert column(app, "ellipses") is not None
    assert column(app, "holes") is not None
    choose("Layers", [read_map.HOLES])
    choose("Part", read_parts.HOLES)
    choose("Part", read_parts.SPREAD)
    assert column(app, "ellipses") is None
    choose("Layers", [read_map.SPREAD])
    choose("Part", read_parts.HOLES)
    assert column(app, "holes") is None
    assert column(app, "ellipses") is not None


@pytest.mark.parametrize(
    ("count", "selected", "told"),
    [
        (151, 0, "151 items: 150 drawn at random and the one shown."),
        (150, 0, "150 items, drawn at random, the one shown among them."),
        (3, 2, "3 items: 2 selected and the one shown."),
        (2, 2, "2 items."),
    ],
)
def test_of_which_items_ellipses_are_is_said(
    runs: Path, count: int, selected: int, told: str
) -> None:
    write_run(runs / "a", pictures(200))
    said = read_map._whose(opened(), count, np.arange(selected))
    assert said == f"Ellipses: one σ of {told}"


def test_an_item_that_is_clicked_or_numbered_is_the_one_looked_at(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    app = part(open_page(PAGE, ID), read_parts.REBUILT)
    key = f"read.map.{opened().content_hash}"
    nothing = {"ranges": "", "count": 0}
    app.session_state[key] = {"state": {"selection": nothing, "picked": 7, "turn": 1}}
    app.run()
    assert app.number_input[0].value == 7
    assert "Item 7" in told(app)[0]["title"]
    app.number_input[0].set_value(12).run()
    assert "Item 12" in told(app)[0]["title"]


def test_what_is_rebuilt_is_the_source_with_its_marks(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    run = opened()
    app = open_page(PAGE, ID)
    app.session_state["read.item." + run.content_hash] = 4
    part(app, read_parts.REBUILT)
    [row] = told(app)
    assert run.table.texts is not None
    source = [one["text"] for one in row["pieces"] if one["change"] != "added"]
    assert [word.casefold() for word in source] == run.table.texts[4].casefold().split()
    assert all(one["p"] is not None for one in row["pieces"] if one["change"] == "added")
    assert "words came back" in row["note"]


def test_sentences_are_written_in_three_ways_from_items_texts_and_pins(runs: Path) -> None:
    write_run(runs / "a", sentences(30))
    run = opened()
    app = part(open_page(PAGE, ID), read_parts.SENTENCES)
    assert [row["title"] for row in told(app)] == [
        "Likeliest word each time", "The likeliest it finds", "Second", "Third",
        "Draw 1", "Draw 2", "Draw 3",
    ]  # fmt: skip
    before = told(app)[0]["pieces"]
    app.session_state["read.beam"] = 1
    app.run()
    titles = [row["title"] for row in told(app)]
    assert "Second" not in titles
    greedy, beam = told(app)[:2]
    assert greedy["pieces"] == beam["pieces"] == before
    # The tied sum is that of the likelihood: 0 is the most it can be.
    assert all(row["note"].startswith("ln p −") for row in (greedy, beam))
    app.session_state["read.sentences.start"] = "typed"
    app.run()
    assert "Type a sentence" in said(app)
    app.session_state["read.sentences.text"] = "item says qwerty"
    app.run()
    assert "does not know “qwerty”" in said(app)
    app.session_state[f"map.{run.content_hash}.pins"] = ()
    app.run()
    assert not app.exception


def test_pins_of_the_map_are_summed_by_the_same_code(runs: Path) -> None:
    from explorer.canvas.state import Pin

    write_run(runs / "a", pictures(30))
    app = part(open_page(PAGE, ID), read_parts.SUMS)
    assert "Drop three pins" in said(app)
    run = opened()
    app.session_state[f"map.{run.content_hash}.pins"] = tuple(
        Pin(0.0, 0.0, (float(x), 0.5)) for x in range(3)
    )
    app.run()
    assert not app.exception
    assert [box.label for box in app.selectbox] == ["From", "take away", "add"]


def test_a_view_that_bends_says_why_nothing_lies_over_it(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer import view_picker
    from explorer.analysis.projection import Projection, ProjectionSpec

    write_run(runs / "a", pictures(30), 3)
    mean = opened().latents.mean
    bent = Projection(mean[:, :2], "bent", ProjectionSpec("umap"), latents=mean)
    monkeypatch.setattr(view_picker, "shown", lambda run: bent)
    app = part(open_page(PAGE, ID), read_parts.SPREAD)
    assert "Choose PCA under View" in said(app)
    assert column(app, "holes") is None


def test_a_model_that_uses_no_dimension_is_told_of_as_such(runs: Path) -> None:
    folder = write_run(runs / "a", sentences(30), 3)
    nothing = np.zeros((30, 3), np.float32)
    checkpoint.write_latents(folder, checkpoint.Latents(nothing, nothing))
    app = part(open_page(PAGE, ID), read_parts.DIMENSIONS)
    assert "No dimension is used" in said(app)
    assert app.dataframe[0].value["What it does"].tolist() == ["not used"] * 3
    assert "every cloud is as wide as the prior" in said(part(app, read_parts.SPREAD))
    assert "Hardly any holes" in said(part(app, read_parts.HOLES))


def test_a_model_that_has_collapsed_is_warned_of_once(runs: Path) -> None:
    folder = write_run(runs / "a", sentences(30), 3, result={"collapsed": True})
    nothing = np.zeros((30, 3), np.float32)
    checkpoint.write_latents(folder, checkpoint.Latents(nothing, nothing))
    app = open_page(PAGE, ID)
    for name in (read_parts.HOLES, read_parts.DIMENSIONS):
        [warning] = part(app, name).warning
        assert warning.value == computed.COLLAPSED


def test_dimensions_are_listed_by_use_and_one_of_them_is_looked_at(runs: Path) -> None:
    folder = write_run(runs / "a", sentences(60), 3)
    latents = opened().latents
    mean = latents.mean.copy()
    mean[:, 1] = 3.0 * (np.arange(60) % 3) - 3.0  # the second dimension is the label
    checkpoint.write_latents(folder, checkpoint.Latents(mean, latents.log_variance))
    catalogue.RUNS.clear()
    app = part(open_page(PAGE, ID), read_parts.DIMENSIONS)
    table = app.dataframe[0].value
    assert table["Dimension"].tolist()[0] == "z2"
    assert table["KL"].is_monotonic_decreasing
    first = f"{HOSTILE} 0 → {HOSTILE} 2 (Label)"
    assert table["What it does"].tolist()[0] == first
    assert app.table[0].value["How much"].tolist()[0] == "η² 1.00, strong"
    along = told(app)
    assert len(along) == 7
    assert along[0]["title"].startswith("5% · z2 = −")


class TestWords:
    def test_a_headline_has_effects_or_words_or_says_that_there_is_none(self) -> None:
        clear = Effect("words", -0.6, 100, "longer", "shorter", True, False)
        none = Effect("ink", 0.05, 100, "less", "more", False, False)
        words = WordsAlong((Word("in", 1, 9),), (), 20, 20)

        def of(usage: float, effects: tuple[Effect, ...], along: WordsAlong | None) -> str:
            return reading_words.headline(Dimension(2, usage, (-1.0, 1.0), effects, along))

        assert of(1.0, (clear, none), words) == "longer → shorter texts"
        assert of(1.0, (none,), words) == "fewer words → “in”"
        assert of(1.0, (none,), None) == "no clear effect"
        assert of(0.001, (clear,), words) == "not used"

    @pytest.mark.parametrize(
        ("empty", "begins"), [(8, "Hardly any holes"), (600, "About 12% of what the prior draws")]
    )
    def test_holes_are_said_in_one_sentence(self, empty: int, begins: str) -> None:
        marks = np.arange(5000) < empty
        found = Holes(500, 500, -3.0, np.zeros((5000, 2), np.float32), marks, 0.01, 0.4, 0.3, 2.0)
        assert reading_words.holes(found).startswith(begins)
        assert reading_words.kl(found) == "0.35 nats"

    @pytest.mark.parametrize(
        ("empty", "told"),
        [
            (95, "It may be much area, but it is little mass: 1.9% of what the prior draws."),
            (600, "How much area that is does not say how much mass: 12% of what the prior draws."),
        ],
    )
    def test_what_is_hatched_is_area_and_how_much_mass_it_has_is_said(
        self, empty: int, told: str
    ) -> None:
        marks = np.arange(5000) < empty
        found = Holes(500, 500, -3.0, np.zeros((5000, 2), np.float32), marks, 0.01, 0.4, 0.3, 2.0)
        assert reading_words.hatched(True, found) == f"Hatched: no item lies there. {told}"
        assert reading_words.hatched(False, found).endswith(told)
        assert "area, not mass" in reading_words.hatched(True, None)

    def test_what_is_capped_is_told_as_bounds(self) -> None:
        empty = np.zeros(10, bool)
        found = Holes(100, 100, 0.0, np.zeros((10, 2), np.float32), empty, 0.0, 9.0, -20.0, 4.6)
        assert reading_words.kl(found) == "0.0 to 9.0 nats"


class TestLayers:
    def test_a_shade_has_shares(self) -> None:
        with pytest.raises(ValueError, match="from 0 to 1"):
            Shade(np.array([[0.0, 1.5]]), (0, 0), (1, 1))

    def test_ellipses_have_a_covariance_each_and_are_not_too_many(self) -> None:
        with pytest.raises(ValueError, match="3 covariances"):
            Ellipses(np.zeros((2, 2)), np.zeros((3, 3)))
        with pytest.raises(ValueError, match="401"):
            Ellipses(np.zeros((401, 2)), np.zeros((401, 3)))

    def test_what_is_the_same_has_the_same_name(self) -> None:
        one, other = (Shade(np.eye(3), (0, 0), (1, 1)).column for _ in range(2))
        assert one == other
        assert Shade(np.zeros((3, 3)), (0, 0), (1, 1)).column.name != one.name


def test_what_is_made_is_kept_by_the_content_of_the_run(runs: Path) -> None:
    write_run(runs / "a", pictures(20))
    found = computed_reading.holes(opened())
    assert found is not None
    assert computed_reading.HOLES.peek(key_of(opened())) is found
    assert computed_reading.share(opened(), computed_reading.HOLES) is None
